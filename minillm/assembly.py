"""A model of somebody's own functions: put in, counted, taken out again.

`from minillm.layers import rotate` binds a name in one more module, and a
dictionary may keep the function, too. Whoever replaces `layers.rotate` alone
changes nothing for them. So each place that holds a piece of the library is
found first, and every call is counted: a piece that was never called was not
used, whatever was replaced.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import Any

from torch import nn


class Calls:
    """How often each piece was called in each stage of a run.

    `stage` is the stage that runs now, `number` counts calls by stage and
    piece, and `raised` keeps the first error of each piece that raised one.
    """

    def __init__(self) -> None:
        self.stage = ""
        self.number: Counter[tuple[str, str]] = Counter()
        self.raised: dict[str, Exception] = {}

    def of(self, piece: str) -> int:
        """Calls of a piece in all stages."""
        return sum(n for (_, name), n in self.number.items() if name == piece)


def counted(function: Callable, name: str, calls: Calls) -> Callable:
    """A function that does the same, and counts each call under `name`.

    Arguments, results, errors, name and docstring stay as they are. A call is
    counted in the stage in which it begins, also where it raises an error;
    the first error of a piece is kept in `calls.raised`.
    """

    @wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        calls.number[calls.stage, name] += 1
        try:
            return function(*arguments, **options)
        except Exception as error:
            calls.raised.setdefault(name, error)
            raise

    return call


def counted_class(
    module: type[nn.Module], name: str, calls: Calls
) -> type[nn.Module]:
    """A module of the same kind whose `forward` is counted under `name`."""
    forward = counted(module.forward, name, calls)
    return type(module.__name__, (module,), {"forward": forward})


def holders(thing: Any, modules: Iterable[ModuleType]) -> list[tuple]:
    """Each place that holds a thing: pairs of a dictionary and a key.

    Those are the namespaces of the modules, and the dictionaries that are
    values in these namespaces. A place holds the thing where its value *is*
    the thing; an equal one is another. No place comes twice.
    """
    found: dict[tuple, tuple] = {}
    for module in modules:
        namespace = vars(module)
        inner = [x for x in namespace.values() if type(x) is dict]
        for place in (namespace, *inner):
            for key, value in place.items():
                if value is thing:
                    # Two modules can share a dictionary: its place is one.
                    found[id(place), key] = (place, key)
    return list(found.values())


@contextmanager
def replaced(
    pairs: Iterable[tuple[Any, Any]], modules: Iterable[ModuleType]
) -> Iterator[None]:
    """Put the second of each pair wherever the modules hold the first.

    Inside of a `with` the modules compute with the new ones. Behind it they
    hold the old ones again, also where something was raised inside. Raises
    `ValueError`, and changes nothing, where no module holds the first of a
    pair.
    """
    modules, places = list(modules), []
    # All are found before one is changed: a pair may bring what another
    # pair is about to replace.
    for old, new in pairs:
        found = holders(old, modules)
        if not found:
            raise ValueError(f"no module holds {old!r}: it replaces nothing")
        places += [(place, key, old, new) for place, key in found]
    try:
        for place, key, _, new in places:
            place[key] = new
        yield
    finally:
        for place, key, old, _ in places:
            place[key] = old


def counted_pairs(
    originals: Mapping[str, Any], own: Mapping[str, Any], calls: Calls
) -> list[tuple[Any, Any]]:
    """For each piece of the library, by name, what is put in its place.

    That is a piece of one's `own`, or the library's where there is none; both
    are counted.
    """
    pairs: list[tuple[Any, Any]] = []
    for name, original in originals.items():
        chosen = own.get(name, original)
        wrap = counted_class if isinstance(chosen, type) else counted
        pairs.append((original, wrap(chosen, name, calls)))
    return pairs


def table(
    stages: Iterable[str], whose: Mapping[str, str], calls: Calls
) -> str:
    """Whose code ran, and how often in each stage, as a Markdown table.

    `whose` says of each piece whose it is, or why not the student's.
    """
    stages = list(stages)
    lines = [
        f"| piece | whose | {' | '.join(stages)} |",
        f"|:--|:--|{'--:|' * len(stages)}",
    ]
    for name, owner in whose.items():
        numbers = [calls.number[stage, name] for stage in stages]
        said = owner
        if not any(numbers):
            said += (
                ": passes, but is not used here" if owner == "yours" else ""
            )
        cells = " | ".join(f"{n:,}" if n else "" for n in numbers)
        lines.append(f"| `{name}` | {said} | {cells} |")
    return "\n".join(lines)
