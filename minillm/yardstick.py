"""One yardstick for every model of the course: bits per UTF-8 byte."""

import operator
from collections.abc import Iterable
from itertools import takewhile
from typing import Protocol

import numpy as np

from minillm.corpus import BOS, EOS, Vocabulary


class Model(Protocol):
    """What the yardstick asks of a language model."""

    vocabulary: Vocabulary

    def log2_probs(self, ids: np.ndarray) -> np.ndarray:
        """log2 probability (T+1,) of each token of a text (T,), then of its
        `EOS`.
        """

    def distribution(self, ids: np.ndarray) -> np.ndarray:
        """Probability (V,) of each id to come next, after ids (T,)."""


def perplexity(log2_probs: np.ndarray) -> float:
    """2 to the mean surprise per token: how many equally likely tokens the
    model hesitates among.

    `log2_probs` (T,) are in bits. Raises `ValueError` where there are none.
    """
    if len(log2_probs) == 0:
        raise ValueError("the perplexity of no tokens is undefined")
    return float(2 ** -np.mean(log2_probs))


def bits_per_byte(model: Model, texts: str | Iterable[str]) -> float:
    """What it costs to write texts down, in bits per byte of UTF-8.

    Each text is one document: its tokens and its `EOS` are paid for, `BOS` is
    given. Raises `ValueError` where a text is lost in the model's vocabulary,
    or where on sampled contexts the model's probabilities do not sum to one or
    are not those that it scores with.

    A text that could be cut into tokens in several ways is paid for in the one
    way that `encode` cuts it, so the figure is an upper bound for models over
    words and word pieces.
    """
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= float(np.sum(log2_probs))
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


def check_lossless(vocabulary: Vocabulary, ids: np.ndarray, text: str) -> None:
    """Raise `ValueError` unless the ids (T,) give the text back."""
    back = vocabulary.decode(ids)
    if back != text:
        at = sum(takewhile(bool, map(operator.eq, back, text)))
        raise ValueError(
            f"the vocabulary loses text: {text[at : at + 30]!r} comes back as "
            f"{back[at : at + 30]!r}. Bits per byte need every byte: "
            "spell unknown words out"
        )


def check_distribution(
    model: Model,
    ids: np.ndarray,
    log2_probs: np.ndarray,
    n_contexts: int = 4,
    rtol: float = 1e-4,
) -> None:
    """Raise `ValueError` unless a model scores with a distribution.

    Looks at `n_contexts` places spread over the text (T,); sums are held to
    `rtol`.
    """
    if log2_probs.shape != (len(ids) + 1,):
        raise ValueError(
            f"{len(ids)} tokens and an end need {len(ids) + 1} scores, "
            f"not {log2_probs.shape}"
        )
    targets = np.append(ids, EOS)
    for t in np.unique(np.linspace(0, len(ids), n_contexts).astype(int)):
        p = model.distribution(ids[:t])
        if not (np.all(p >= 0) and abs(p.sum() - 1) <= rtol and p[BOS] == 0):
            raise ValueError(
                f"after {t} tokens the probabilities sum to {p.sum():.6g}, "
                f"the smallest is {p.min():.3g} and that of <s> is "
                f"{p[BOS]:.3g}: not a distribution over what can come next"
            )
        claimed, scored = p[targets[t]], 2.0 ** log2_probs[t]
        if not np.isclose(scored, claimed, rtol=rtol, atol=0):
            raise ValueError(
                f"token {t} is scored with probability {scored:.6g}, but the "
                f"model's distribution gives it {claimed:.6g}"
            )
