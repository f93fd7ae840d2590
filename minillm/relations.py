"""What vectors know: pairs of related words, and analogy questions."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from minillm.corpus import DATA
from minillm.lexicon import Lexicon
from minillm.vectors import unit

BLOCK = 512  # questions that are answered at once


def related_words() -> dict[str, list[tuple[str, str]]]:
    """The course's pairs of words by relation: "opposites", "plural", ..."""
    pairs = defaultdict(list)
    text = (DATA / "eval" / "relations.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        relation, a, b = line.split("\t")
        pairs[relation].append((a, b))
    return dict(pairs)


def analogy_questions() -> dict[str, list[tuple[str, ...]]]:
    """The 19,544 questions of Mikolov et al. (2013a) by section, lower case.

    In a question (a, b, c, d), d is to c what b is to a.
    """
    questions = defaultdict(list)
    text = (DATA / "eval" / "questions-words.txt").read_text(encoding="utf-8")
    section = ""
    for line in text.lower().splitlines():
        if line.startswith(": "):
            section = line[2:]
        else:
            questions[section].append(tuple(line.split()))
    return dict(questions)


def known(rows: Sequence[tuple[str, ...]], ids: dict[str, int]) -> np.ndarray:
    """The ids (N, width) of those rows of words of which all are known."""
    found = [[ids[w] for w in row] for row in rows if ids.keys() >= {*row}]
    width = len(rows[0]) if rows else 0
    return np.array(found, dtype=np.int64).reshape(-1, width)


def partners(lexicon: Lexicon, min_count: int = 50) -> np.ndarray:
    """The pairs (N, 2) of words alike, opposite, or of two sexes.

    Both words occur `min_count` times: rare words have poor vectors.
    """
    words = related_words()
    kinds = ("synonyms", "opposites", "gender")
    rows = [pair for kind in kinds for pair in words[kind]]
    pairs = known(rows, lexicon.ids)
    return pairs[(lexicon.counts[pairs] >= min_count).all(1)]


def reciprocal_ranks(
    table: np.ndarray, pairs: np.ndarray, among: np.ndarray
) -> np.ndarray:
    """1 / rank of each word of a pair among the neighbours of the other.

    `pairs` (N, 2) are ids, `among` (V,) says which words are ranked; cosines
    of the table (V, C) rank them, and equal ones share the better rank.
    Returns (2N,): the partners of the first words, then of the second ones.
    """
    directions = unit(table)
    asked = np.concatenate([pairs[:, 0], pairs[:, 1]])
    partner = np.concatenate([pairs[:, 1], pairs[:, 0]])
    cosine = directions[asked] @ directions.T  # (2N, V)
    row = np.arange(len(asked))
    own = cosine[row, partner][:, None]
    cosine[row, asked] = -np.inf
    return 1 / (1 + ((cosine > own) & among).sum(1))


def answers(
    table: np.ndarray, questions: np.ndarray, exclude: bool = True
) -> np.ndarray:
    """What `word2vec.analogy` answers to questions (N, 3) of ids: ids (N,)."""
    directions = unit(table)
    found = [np.zeros(0, np.int64)]
    for start in range(0, len(questions), BLOCK):
        asked = questions[start : start + BLOCK]
        a, b, c = (directions[column] for column in asked.T)
        score = (b - a + c) @ directions.T
        if exclude:
            np.put_along_axis(score, asked, -np.inf, axis=1)
        found.append(score.argmax(1))
    return np.concatenate(found)


def nearest(table: np.ndarray, questions: np.ndarray) -> np.ndarray:
    """The baseline: the word nearest to c alone, not a, b or c: ids (N,)."""
    directions = unit(table)
    score = directions[questions[:, 2]] @ directions.T
    np.put_along_axis(score, questions, -np.inf, axis=1)
    return score.argmax(1)
