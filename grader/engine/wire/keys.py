"""The keys of dicts and sets: hashing them must end soon."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from grader.engine.wire.extent import check_extent
from grader.engine.wire.stream import Reader, Shared, WireError

CLASHES = 64 << 20  # bytes, about, that are compared because keys have one hash
FEW = 2  # -1 and -2 have one hash


def check_keys(r: Reader, keys: Sequence[Any]) -> None:
    """Raise where the keys of one container would take too long to be hashed and compared."""
    r.charge(100 * len(keys))
    if r.codec.trusting:
        return
    if r.repeats:
        r.charge(10 * check_extent(keys, r.shared))  # which takes as long again as a hash
    if len(keys) - len(set(map(hash, keys))) > FEW:
        r.clashes += _comparisons(keys, r.shared)
    if r.clashes > CLASHES:
        raise WireError("too many keys with the same hash")


def _comparisons(keys: Sequence[Any], shared: Shared) -> int:
    """About the bytes that are compared: of n keys of one hash each with each."""
    groups = defaultdict(list)
    for key in keys:
        groups[hash(key)].append(key)
    clashing = (group for group in groups.values() if len(group) > 1)
    return sum(len(group) * check_extent(group, shared) for group in clashing)


def all_different(container: Any, n: int) -> Any:
    """The container, which was given `n` keys."""
    if len(container) != n:
        raise WireError("a key comes twice")
    return container
