"""What one does with a table of vectors (V, C): nearest rows, analogies."""

import numpy as np


def unit(table: np.ndarray) -> np.ndarray:
    """The rows of a table (V, C), or one vector (C,), at length 1.

    A row of zeros has no direction and stays as it is.
    """
    length = np.linalg.norm(table, axis=-1, keepdims=True)
    return table / np.where(length > 0, length, 1)


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
