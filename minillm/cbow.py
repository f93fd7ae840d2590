"""CBOW, the other way round: predict a word from the words around it."""

import numpy as np

from minillm.word2vec import sgns_gradients


def cbow_windows(
    ids: np.ndarray, window: int, rng: np.random.Generator | None = None
) -> np.ndarray:
    """For each token of a text (T,), the ids (T, 2 `window`) around it.

    The columns are the places from `window` to the left to `window` to the
    right, without the token itself; -1 stands where the text has ended or
    where the drawn b, as in `skipgram_pairs`, is smaller.
    """
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    offset = np.append(np.arange(-window, 0), np.arange(1, window + 1))
    place = np.arange(T)[:, None] + offset  # (T, 2 window)
    inside = (place >= 0) & (place < T) & (np.abs(offset) <= b[:, None])
    return np.where(inside, ids[np.clip(place, 0, T - 1)], -1)


def cbow_gradients(
    around: np.ndarray,
    present: np.ndarray,
    u_pos: np.ndarray,
    u_neg: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of the loss of B windows in CBOW, by hand.

    `around` (B, M, C) are the vectors of the words around, `present` (B, M)
    says which of them exist, at least one a window. The mean of those takes
    the place of v in `sgns_loss`; u_pos (B, C) is the word in the middle.
    Returns the gradients of `around`, u_pos and u_neg (B, K, C). The first is
    divided by the number of words, as the mean is: the released code and
    gensim leave that out (Irsoy et al. 2021, arXiv:2012.15332).
    """
    share = present[..., None] / present.sum(-1)[:, None, None]  # (B, M, 1)
    share = share.astype(around.dtype)
    mean = (share * around).sum(-2)
    d_mean, d_pos, d_neg = sgns_gradients(mean, u_pos, u_neg)
    return share * d_mean[:, None], d_pos, d_neg
