"""Skip-gram with negative sampling at the speed of matrix products.

`word2vec.train` draws negatives for each pair. Here a block of some hundred
tokens shares its negatives (Ji et al. 2016, arXiv:1604.04661), and the pairs
of a run of neighbouring tokens are a band in one small matrix. The expected
loss is the same; a negative may be one of the contexts, as in the paper.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from minillm.word2vec import keep_probability, noise_distribution

RUN = 32  # tokens whose pairs are one matrix product
BLOCK = 8 * RUN  # tokens that share negatives and one step
SHARED = 64  # negatives of a block


def block_gradients(
    v: np.ndarray,
    u: np.ndarray,
    paired: np.ndarray,
    u_neg: np.ndarray,
    n_negative: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of the loss of all pairs of a block.

    v (R, L, C) are the centres of R runs, u (R, M, C) the tokens around them,
    `paired` (R, L, M) says which are a pair. The S vectors u_neg (S, C) are
    negatives of every pair and count `n_negative` / S each. Returns the
    gradients of v, u and u_neg.
    """
    n_shared, dim = u_neg.shape
    pull = (_sigmoid(v @ u.transpose(0, 2, 1)) - 1) * paired  # (R, L, M)
    weight = paired.sum(-1, dtype=v.dtype) * (n_negative / n_shared)
    push = weight[..., None] * _sigmoid(v @ u_neg.T)  # (R, L, S)
    d_neg = push.reshape(-1, n_shared).T @ v.reshape(-1, dim)
    return pull @ u + push @ u_neg, pull.transpose(0, 2, 1) @ v, d_neg


def _sigmoid(x: np.ndarray) -> np.ndarray:
    """Faster than `word2vec.sigmoid`, exact to the rounding of 1."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


def descend_sorted(
    table: np.ndarray, ids: np.ndarray, gradient: np.ndarray, lr: float
) -> None:
    """What `word2vec.descend` does, faster: it sums equal ids first."""
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    total = np.add.reduceat(gradient[order], first, axis=0)
    table[ordered[first]] -= lr * total


def train_texts(
    texts: Sequence[np.ndarray],
    counts: np.ndarray,
    dim: int,
    rng: np.random.Generator,
    window: int = 5,
    n_negative: int = 5,
    n_epochs: int = 5,
    lr: float = 0.025,
    t: float = 1e-3,
    power: float = 0.75,
    report: Callable[[int, np.ndarray, np.ndarray], None] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Learn `inputs` (V, C) and `outputs` (V, C) from texts, arrays of ids.

    `counts` (V,) are those of the ids. Each epoch subsamples with `t` by the
    rule of the released code, draws each centre's window anew, and lets the
    rate fall linearly; the defaults are that code's. `report(n, inputs,
    outputs)` is called after epoch n, from 1. Raises `ValueError` where no
    token is left and where the vectors become infinite.
    """
    vocab_size = len(counts)
    keep = keep_probability(counts, t, "code")
    cumulated = np.cumsum(noise_distribution(counts, power))
    inputs = (rng.random((vocab_size, dim), np.float32) - 0.5) / dim
    outputs = np.zeros((vocab_size, dim), np.float32)
    ids = np.concatenate([np.zeros(0, np.int64), *texts])
    text = np.repeat(np.arange(len(texts)), [len(t) for t in texts])
    for epoch in range(n_epochs):
        kept = rng.random(len(ids)) < keep[ids]
        if not kept.any():
            raise ValueError("no token is left to learn from")
        blocks = _blocks(ids[kept], text[kept], window, rng)
        for share, centre, around, paired in blocks:
            drawn = np.searchsorted(cumulated, rng.random(SHARED))
            negative = np.minimum(drawn, vocab_size - 1)
            step = lr * (1 - (epoch + share) / n_epochs)
            with np.errstate(over="ignore", invalid="ignore"):  # see below
                d_v, d_u, d_neg = block_gradients(
                    inputs[centre],
                    outputs[around],
                    paired,
                    outputs[negative],
                    n_negative,
                )
                d_v, d_u = d_v.reshape(-1, dim), d_u.reshape(-1, dim)
                descend_sorted(inputs, centre.ravel(), d_v, step)
                rows = np.append(around, negative)
                descend_sorted(outputs, rows, np.append(d_u, d_neg, 0), step)
        if not (np.isfinite(inputs).all() and np.isfinite(outputs).all()):
            raise ValueError(f"the vectors diverge: lr {lr} is too large")
        if report:
            report(epoch + 1, inputs, outputs)
    return inputs, outputs


def _blocks(
    ids: np.ndarray, text: np.ndarray, window: int, rng: np.random.Generator
) -> Iterator[tuple[float, np.ndarray, np.ndarray, np.ndarray]]:
    """What each step needs, for ids (T,) and the numbers of their texts (T,).

    Yields the share of the epoch that is done, the centres (R, L), the tokens
    around them (R, M), and which of these are a pair (R, L, M).
    """
    n_tokens = len(ids)
    fill = -n_tokens % BLOCK
    b = np.append(
        rng.integers(1, window + 1, n_tokens), np.zeros(fill, np.int64)
    )
    sides = (window, window + fill)
    ids = np.pad(ids, sides)
    text = np.pad(text, sides, constant_values=-1)
    wide = RUN + 2 * window
    distance = np.abs(np.arange(wide) - window - np.arange(RUN)[:, None])
    near = np.arange(RUN) + window
    view = np.lib.stride_tricks.sliding_window_view
    for start in range(0, n_tokens, BLOCK):
        span = slice(start, start + BLOCK + 2 * window)
        around, of_text = (
            view(a[span], wide)[::RUN] for a in (ids, text)
        )  # (R, M)
        reach = b[start : start + BLOCK].reshape(-1, RUN, 1)
        paired = (distance > 0) & (distance <= reach)
        paired &= of_text[:, near, None] == of_text[:, None]
        yield start / n_tokens, around[:, near], around, paired
