"""The answers of the bait course."""

from collections.abc import Callable, Sequence

import numpy as np


def doubled(x: int) -> int:
    """Two times x.

    >>> doubled(3)
    6
    """
    return 2 * x


def shuffled(items: Sequence[int], generator: np.random.Generator) -> list[int]:
    """The items in random order, drawn with the generator."""
    return [int(item) for item in generator.permutation(list(items))]


def scaled(x: np.ndarray) -> np.ndarray:
    """The values of x (N,) moved and stretched to go from 0 to 1."""
    low, high = x.min(), x.max()
    return (x - low) / (high - low)


def twice(function: Callable[[int], int], x: int) -> int:
    """The function of the function of x."""
    return function(function(x))
