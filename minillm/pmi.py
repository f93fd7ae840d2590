"""Counting pairs of words: pointwise mutual information and its factors."""

import numpy as np


def count_pairs(pairs: np.ndarray, vocab_size: int) -> np.ndarray:
    """How often (V, V) each centre, a row, meets each context, a column.

    `pairs` (N, 2) as from `word2vec.skipgram_pairs`. Dense: meant for some
    thousand words. Raises `ValueError` on ids outside 0 to V - 1.
    """
    if pairs.size and not 0 <= pairs.min() <= pairs.max() < vocab_size:
        wrong = pairs.min() if pairs.min() < 0 else pairs.max()
        raise ValueError(f"ids go from 0 to {vocab_size - 1}, not {wrong}")
    keys = pairs[:, 0] * vocab_size + pairs[:, 1]
    counts = np.bincount(keys, minlength=vocab_size**2)
    return counts.reshape(vocab_size, vocab_size)


def pmi(counts: np.ndarray, power: float = 1.0) -> np.ndarray:
    """Pointwise mutual information (V, V) in nats: log p(w, c) / p(w) p(c).

    p(c) is proportional to the context's count to the `power`: 1 is PMI as
    defined (Church & Hanks 1990), 0.75 smooths it as word2vec's noise does.
    A pair that never occurs has minus infinity. Raises `ValueError` where no
    pair does.
    """
    if not counts.any():
        raise ValueError("PMI needs at least one pair")
    row = counts.sum(1, keepdims=True)
    column = counts.sum(0) ** power
    expected = row * (column / column.sum())
    ratio = np.divide(
        counts, expected, out=np.zeros(counts.shape), where=expected > 0
    )
    return np.log(ratio, out=np.full(ratio.shape, -np.inf), where=ratio > 0)


def factorise(
    matrix: np.ndarray, dim: int, rng: np.random.Generator, n_rounds: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """Tables (V, C) and (V, C) whose product is the best of rank `dim`.

    The first `dim` singular vectors of a matrix (V, V), each side weighted by
    the root of the singular values, found by `n_rounds` of power iteration
    from a random start (Halko et al. 2011, doi 10.1137/090771806). Raises
    `ValueError` on a matrix that is not finite: PMI needs its minus
    infinities replaced, by 0 in positive PMI.
    """
    if not np.isfinite(matrix).all():
        raise ValueError("the matrix has entries that are not finite")
    basis = rng.standard_normal((matrix.shape[1], dim + 10))
    for _ in range(n_rounds):
        basis, _ = np.linalg.qr(matrix @ basis)
        basis, _ = np.linalg.qr(matrix.T @ basis)
    left, values, right = np.linalg.svd(matrix @ basis, full_matrices=False)
    root = np.sqrt(values[:dim])
    return left[:, :dim] * root, (basis @ right.T)[:, :dim] * root
