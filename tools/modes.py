"""The likeliest sentence of all that a model could write next, found by exact search."""

import heapq
import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from minillm.corpus import BOS, EOS, austen
from minillm.decoding import Sampling
from minillm.generation import generate
from minillm.language_model import LanguageModel

N_SENTENCES, MOST = 100, 128  # sentences whose mode is searched for, tokens of the longest
ENDS = (".", "!", "?")
SHORT = ("Mr", "Mrs", "Dr", "St")  # a full stop behind these ends no sentence


def log_probs(model: LanguageModel, prompt: np.ndarray, text: np.ndarray) -> np.ndarray:
    """Log-probability in nats of each token of a text behind a prompt."""
    ids = torch.from_numpy(np.concatenate([[BOS], prompt, text]))
    with torch.inference_mode():
        logits = model.net(ids[None])[0][0, len(prompt) : -1]
    return logits.log_softmax(-1).gather(1, ids[len(prompt) + 1 :, None])[:, 0].numpy()


def is_short(model: LanguageModel, token: int) -> bool:
    """Whether a token is an abbreviation, so that a full stop behind it is a part of it."""
    return model.vocabulary.decode([token]).strip() in SHORT


def sentence_ends(model: LanguageModel, ids: np.ndarray, ends: list[int]) -> list[int]:
    """Where sentences end in a text: the numbers of the tokens behind their ends."""
    return [
        i + 1
        for i, token in enumerate(ids)
        if int(token) in ends and not (i and is_short(model, int(ids[i - 1])))
    ]


def sentences(model: LanguageModel, ends: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """(what stands before, a sentence) of the validation text, both as ids."""
    found = []
    for chapter in austen("valid"):
        ids = model.vocabulary.encode(chapter.text)
        for start, stop in list(pairwise(sentence_ends(model, ids, ends)))[4::12]:
            if stop - start <= MOST:
                found.append((ids[max(0, start - 64) : start], ids[start:stop]))
    return found[:N_SENTENCES]


@torch.inference_mode()
def likeliest(
    model: LanguageModel, before: np.ndarray, ends: list[int]
) -> tuple[float, list[int], int]:
    """The likeliest sentence of all, its log-probability, and how many prefixes were read.

    A prefix is never less likely than what it begins, so the first finished sentence that no
    open prefix beats is the best of all: uniform-cost search, exact, 64 prefixes at a time.
    """
    start = [BOS, *before.tolist()]
    is_end = torch.zeros(model.vocabulary.size, dtype=torch.bool)
    is_end[ends] = True
    best, answer, n_read = -math.inf, [], 0
    frontier: list[tuple[float, list[int]]] = [(0.0, [])]
    while frontier and -frontier[0][0] > best:
        first = heapq.heappop(frontier)
        batch = [first]
        while frontier and len(batch) < 64 and len(frontier[0][1]) == len(first[1]):
            batch.append(heapq.heappop(frontier))
        n_read += len(batch)
        logits = model.net(torch.tensor([start + ids for _, ids in batch]))[0][:, -1]
        logits[:, BOS] = -math.inf
        sums = logits.log_softmax(-1) - torch.tensor([cost for cost, _ in batch])[:, None]
        is_open = torch.tensor([bool(ids) and is_short(model, ids[-1]) for _, ids in batch])
        # A full stop behind "Mr" goes on; elsewhere an end is an end.
        over = sums[:, ends].masked_fill(is_open[:, None], -math.inf).max(dim=1)
        row = int(over.values.argmax())
        if float(over.values[row]) > best:
            best = float(over.values[row])
            answer = [*batch[row][1], ends[over.indices[row]]]
        sums[~is_open[:, None] & is_end] = -math.inf
        for row, token in (sums > best).nonzero().tolist():
            ids = [*batch[row][1], token]
            if len(ids) < MOST:
                heapq.heappush(frontier, (-float(sums[row, token]), ids))
    return best, answer, n_read


def modes(model: LanguageModel) -> list[dict[str, Any]]:
    """The likeliest next sentence, by exact search, beside a drawn one and Austen's."""
    ends = [*(int(model.vocabulary.encode(mark)[0]) for mark in ENDS), EOS]
    generator, rows = torch.Generator().manual_seed(0), []
    for before, sentence in sentences(model, ends):
        log_prob, best, n_read = likeliest(model, before, ends)
        draw = generate(model.net, [np.append(BOS, before)], 128, Sampling(), generator, eos=None)[
            0
        ]
        drawn = draw[: (*sentence_ends(model, draw, ends), len(draw))[0]]
        rows.append(
            {
                "log_prob": log_prob,
                "mode": model.vocabulary.decode(best),
                "tokens": len(best),
                "read": n_read,
                "drawn": len(drawn),
                "drawn_log_prob": float(log_probs(model, before, drawn).sum()),
                "human": len(sentence),
                "human_log_prob": float(log_probs(model, before, sentence).sum()),
            }
        )
        print(rows[-1], flush=True)
    return rows
