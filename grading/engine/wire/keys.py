"""The keys of dicts and sets: hashing them must end soon."""

from collections.abc import Sequence
from typing import Any

from grading.engine.wire.extent import check_extent
from grading.engine.wire.stream import CLASHES, NODE, Reader, WireError


def check_keys(r: Reader, keys: Sequence[Any], size: int) -> None:
    """Raise where keys would take too long to be hashed and compared; `size` is in bytes."""
    if r.repeats and not r.codec.trusting:
        r.charge(10 * check_extent(keys, r.shared))  # which takes as long again as a hash
    # Keys of one hash are compared with each other: n of them take n * n / 2 comparisons.
    equal = len(keys) - len(set(map(hash, keys)))
    r.clashes += equal * (size + NODE)
    if r.clashes > CLASHES:
        raise WireError("too many keys with the same hash")
    r.charge(100 * len(keys))


def all_different(container: Any, n: int) -> Any:
    """The container, which was given `n` keys."""
    if len(container) != n:
        raise WireError("a key comes twice")
    return container
