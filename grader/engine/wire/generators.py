"""Random generators on the wire: each goes on where it was."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.engine.wire.containers import reads, write_tuple, writes
from grader.engine.wire.stream import Get, Put, Reader, WireError, Writer

BIT_GENERATORS: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        np.random.PCG64,
        np.random.PCG64DXSM,
        np.random.MT19937,
        np.random.Philox,
        np.random.SFC64,
    )
}
POSITIONS = {  # part of the state, its key, the last position in the block of random numbers
    "MT19937": (("state", "pos", 624),),
    "Philox": (("", "buffer_pos", 4),),
}


def put_generator(w: Writer, value: np.random.Generator) -> None:
    write_tuple(w, frozen(value.bit_generator.state))


def put_random_state(w: Writer, value: np.random.RandomState) -> None:
    write_tuple(w, frozen(value.get_state(legacy=False)))


def read_generator(r: Reader) -> np.random.Generator:
    bits, state = read_state(r, lambda bits: bits.state)
    bits.state = state
    value = np.random.Generator(bits)
    r.register(value)
    return value


def read_random_state(r: Reader) -> np.random.RandomState:
    bits, state = read_state(r, lambda bits: np.random.RandomState(bits).get_state(legacy=False))
    value = np.random.RandomState(bits)
    value.set_state(state)
    r.register(value)
    return value


def frozen(state: Any) -> Any:
    """The state of a bit generator as tuples, which have no identity to keep."""
    if isinstance(state, dict):
        return tuple((name, frozen(part)) for name, part in state.items())
    return tuple(state.tolist()) if isinstance(state, np.ndarray) else state


def read_state(r: Reader, state_of: Callable[[Any], Any]) -> tuple[Any, dict[str, Any]]:
    """A bit generator, and a state that fits it: one like `state_of` the generator.

    At another position NumPy would read memory that is not the generator's.
    """
    r.charge(500_000)  # mostly for the time that seeding takes
    parts = dict(r.plain())
    name = parts["bit_generator"]
    if name not in BIT_GENERATORS:
        raise WireError(f"no random generator: {str(name)[:40]!r}")
    bits = BIT_GENERATORS[name](0)
    state = fitted(parts, state_of(bits))
    for part, key, last in POSITIONS.get(name, ()):
        if not 0 <= (state[part] if part else state)[key] <= last:
            raise WireError(f"a random generator may be at position {last} at most")
    return bits, state


def fitted(state: Any, template: Any) -> Any:
    """What `frozen` made, thawed; the names and types are those of `template`."""
    if isinstance(template, dict):
        parts = dict(state)
        if list(parts) != list(template):
            raise WireError("no state of a random generator")
        return {name: fitted(parts[name], template[name]) for name in template}
    if isinstance(template, np.ndarray):
        return np.array(state, template.dtype).reshape(template.shape)
    if type(state) is not type(template):
        raise WireError("no state of a random generator")
    return state


def put_random(w: Writer, value: random.Random) -> None:
    w.put(value.getstate())


def fill_random(r: Reader, value: random.Random) -> None:
    version, numbers, gauss = r.plain()
    value.setstate((version, numbers, gauss))


WRITERS: dict[type, Put] = {
    np.random.Generator: writes(b"G", put_generator),
    np.random.RandomState: writes(b"W", put_random_state),
    random.Random: writes(b"m", put_random),
}
READERS: dict[bytes, Get] = {
    b"G": read_generator,
    b"W": read_random_state,
    b"m": reads(random.Random, fill_random, 100_000),
}
