"""Word vectors by skip-gram with negative sampling (Mikolov et al. 2013).

Each of the V words has two vectors of C numbers: v, its row in the table
`inputs`, for the word in the centre of a window; and u, its row in `outputs`,
for a word of the context. Learning makes u . v large for pairs that occur and
small for pairs with words that are drawn at random, the *noise*.

`minillm.sgns` trains the same objective ten times as fast.
"""

from typing import Literal

import numpy as np

from minillm.vectors import unit


def check_ids(ids: np.ndarray, vocab_size: int) -> None:
    """Raise `ValueError` unless `ids` are whole numbers from 0 to V - 1."""
    if ids.dtype.kind not in "iu":
        raise ValueError(f"ids are whole numbers, not {ids.dtype}")
    wrong = ids[(ids < 0) | (ids >= vocab_size)]
    if wrong.size:
        raise ValueError(f"ids go from 0 to {vocab_size - 1}, not {wrong[0]}")


def one_hot(ids: np.ndarray, vocab_size: int) -> np.ndarray:
    """Rows (T, V) of floats that are 1 at each id and 0 elsewhere.

    Raises `ValueError` on ids (T,) that `check_ids` refuses.

    >>> one_hot(np.array([3, 0]), 4)
    array([[0., 0., 0., 1.],
           [1., 0., 0., 0.]])
    """
    check_ids(ids, vocab_size)
    rows = np.zeros((len(ids), vocab_size))
    rows[np.arange(len(ids)), ids] = 1
    return rows


def embed(ids: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The rows (T, C) of a table (V, C) for ids (T,), of the table's dtype.

    Equal to `one_hot(ids, V) @ table`, at 1/V of its cost. Raises
    `ValueError` on ids that `check_ids` refuses.
    """
    check_ids(ids, len(table))
    return table[ids]


def keep_probability(
    counts: np.ndarray, t: float, rule: Literal["paper", "code"] = "paper"
) -> np.ndarray:
    """The probability (V,) with which subsampling keeps each word.

    With f the share of a word in the text, the rule of the paper (Mikolov et
    al. 2013, *Distributed representations of words and phrases*, equation 5)
    is sqrt(t / f), and that of the code which its authors released is
    (sqrt(f / t) + 1) t / f; either at most 1. A word of count 0 is kept.
    Raises `ValueError` on another rule.
    """
    if rule not in ("paper", "code"):
        raise ValueError(f"rule is 'paper' or 'code', not {rule!r}")
    share = counts / counts.sum()
    ratio = np.divide(t, share, out=np.ones(len(share)), where=share > 0)
    keep = np.sqrt(ratio)
    return np.minimum(1, keep if rule == "paper" else keep + ratio)


def subsample(
    ids: np.ndarray, keep: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Ids (T,) of a text without those that chance drops, in their order.

    Each token is kept with the probability `keep` (V,) of its word,
    independently of all others.
    """
    return ids[rng.random(len(ids)) < keep[ids]]


def skipgram_pairs(
    ids: np.ndarray, window: int, rng: np.random.Generator | None = None
) -> np.ndarray:
    """The pairs (N, 2) of ids, centre and context, of one text (T,).

    Each token is a centre once. Its contexts are the tokens at most b places
    to its left or right, where b is `window`, or with an `rng` drawn uniformly
    from 1 to `window` for each centre. The pairs come in any order.
    """
    T = len(ids)
    b = (
        np.full(T, window)
        if rng is None
        else rng.integers(1, window + 1, size=T)
    )
    pairs = [np.zeros((0, 2), np.int64)]
    for distance in range(1, min(window, T - 1) + 1):
        left = np.arange(T - distance)
        right = left + distance
        for centre, context in ((left, right), (right, left)):
            inside = b[centre] >= distance
            rows = ids[centre[inside]], ids[context[inside]]
            pairs.append(np.stack(rows, axis=1))
    return np.concatenate(pairs)


def noise_distribution(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    """The probability (V,) of each word to be drawn as a negative.

    Proportional to count^power; a word of count 0 is never drawn. Raises
    `ValueError` where all counts are 0.
    """
    if not counts.any():
        raise ValueError("noise needs at least one count above 0")
    # 0 to the power 0 is 1: a word of count 0 needs to be left out by hand.
    weight = np.where(counts > 0, counts.astype(float) ** power, 0.0)
    return weight / weight.sum()


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), without overflow for any finite x."""
    return np.exp(-np.logaddexp(0, -x))


def sgns_loss(
    v: np.ndarray, u_pos: np.ndarray, u_neg: np.ndarray
) -> np.ndarray:
    """The negative sampling loss (B,) of B pairs, in nats.

    v (B, C) are the centres' vectors, u_pos (B, C) those of their contexts,
    u_neg (B, K, C) those of K negatives each (equation 4 of *Distributed
    representations of words and phrases*, Mikolov et al. 2013):

        -log s(u_pos . v) - sum_k log s(-u_neg_k . v),  s the sigmoid

    Finite for dot products of any finite size.
    """
    # -log s(x) = log(1 + e^-x): logaddexp keeps it finite where e^-x is not.
    positive = (v * u_pos).sum(-1)  # (B,)
    negative = (u_neg @ v[..., None])[..., 0]  # (B, K)
    log_terms = np.logaddexp(0, negative).sum(-1)
    return np.logaddexp(0, -positive) + log_terms


def sgns_gradients(
    v: np.ndarray, u_pos: np.ndarray, u_neg: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of `sgns_loss(v, u_pos, u_neg).sum()`, by hand.

    Returns those of v (B, C), u_pos (B, C) and u_neg (B, K, C), in their
    shapes and dtype. All three are taken at the vectors that are passed in.
    """
    # d/dx of -log s(x) is s(x) - 1 = -s(-x): small once a pair is learnt.
    positive = (v * u_pos).sum(-1, keepdims=True)  # (B, 1)
    negative = u_neg @ v[..., None]  # (B, K, 1)
    pull = -sigmoid(-positive)  # (B, 1)
    push = sigmoid(negative)  # (B, K, 1)
    d_v = pull * u_pos + (push * u_neg).sum(-2)
    return d_v, pull * v, push * v[:, None]


def descend(
    table: np.ndarray, ids: np.ndarray, gradient: np.ndarray, lr: float
) -> None:
    """Take a gradient step on some rows of a table (V, C), in place.

    Row `ids[j]` moves by `-lr * gradient[j]`; ids (N,), gradient (N, C). An
    id that occurs several times moves by the sum of its steps.
    """
    # `table[ids] -= ...` would keep one step of those that share a row.
    np.add.at(table, ids, -lr * gradient)


def train(
    pairs: np.ndarray,
    noise: np.ndarray,
    dim: int,
    rng: np.random.Generator,
    n_negative: int = 5,
    n_epochs: int = 1,
    lr: float = 0.025,
    batch_size: int = 256,
) -> tuple[np.ndarray, np.ndarray]:
    """Learn two vectors of `dim` numbers for each word from pairs (N, 2).

    Each epoch takes the pairs in a new random order, in batches. For each pair
    of a batch it draws `n_negative` ids from `noise` (V,), and then takes one
    step on the *sum* of the losses of the batch, all gradients taken at the
    vectors before it. Of n batches in all epochs, batch j = 0, ..., n - 1
    steps by `lr` * (1 - j / n). Returns `inputs` (V, C), which start
    uniformly between -1/2C and 1/2C, and `outputs` (V, C), which start at 0,
    both in float32.
    """
    vocab_size, n_pairs = len(noise), len(pairs)
    # Only one table begins at 0: with both there, all gradients would be 0.
    inputs = (rng.random((vocab_size, dim), np.float32) - 0.5) / dim
    outputs = np.zeros((vocab_size, dim), np.float32)
    n_batches = n_epochs * -(-n_pairs // batch_size)
    done = 0
    for _ in range(n_epochs):
        shuffled = rng.permutation(pairs)
        for start in range(0, n_pairs, batch_size):
            centre, context = shuffled[start : start + batch_size].T
            size = len(centre), n_negative
            negative = rng.choice(vocab_size, size, p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[centre], outputs[context], outputs[negative]
            )
            step = lr * (1 - done / n_batches)
            # After all three gradients: none sees a vector half changed.
            descend(inputs, centre, d_v, step)
            descend(outputs, context, d_pos, step)
            descend(outputs, negative.ravel(), d_neg.reshape(-1, dim), step)
            done += 1
    return inputs, outputs


def neighbours(
    table: np.ndarray, i: int, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """The n rows of a table (V, C) with the largest cosine to row i.

    Returns their ids (n,) and cosines (n,), nearest first; where two are
    equally near, the smaller id first. Row i itself is left out, even when
    another row equals it. Raises `ValueError` on an i outside 0 to V - 1.
    """
    if not 0 <= i < len(table):
        raise ValueError(f"ids go from 0 to {len(table) - 1}, not {i}")
    directions = unit(table)
    cosine = directions @ directions[i]
    # Stable, so that of equals the smaller id comes first.
    order = np.argsort(-cosine, kind="stable")
    nearest = order[order != i][:n]
    return nearest, cosine[nearest]


def analogy(
    table: np.ndarray, a: int, b: int, c: int, exclude: bool = True
) -> int:
    """The id that is to c what b is to a, by 3CosAdd: `a : b = c : ?`.

    With all rows of the table (V, C) at length 1, it is the row with the
    largest cosine to b - a + c; the smallest id of equal ones. `exclude` says
    whether a, b and c are left out, as in the literature.
    """
    directions = unit(table)
    score = directions @ (directions[b] - directions[a] + directions[c])
    if exclude:
        score[[a, b, c]] = -np.inf
    return int(np.argmax(score))
