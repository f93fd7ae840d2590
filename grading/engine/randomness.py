"""Random generators that both sides use: what the examiner takes back from a student.

A check that passes a generator wants it to have moved on afterwards. But a state that a student
makes up could turn the examiner's next random inputs into constants. So the state of a PCG64 is
taken only if the generator could have got there; any other generator moves on by itself.
"""

import random
import sys
from typing import Any

from grading.engine.torch_state import torch

MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645  # of PCG64 (O'Neill 2014), as NumPy uses it
FARTHEST = 10_000_000  # steps of one call


def accept(ours: Any, theirs: Any) -> bool:
    """Whether `ours` is a generator; it is then moved on, to the state of `theirs` if it may."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(ours, numpy.random.Generator):
        _move(ours, theirs)
    elif numpy is not None and isinstance(ours, numpy.random.RandomState):
        ours.bytes(1024)
    elif isinstance(ours, random.Random):
        ours.random()
    elif torch() is not None and isinstance(ours, torch().Generator):
        torch().rand(1, generator=ours)
    else:
        return False
    return True


def _move(ours: Any, theirs: Any) -> None:
    before, after = ours.bit_generator.state, theirs.bit_generator.state
    if before["bit_generator"] != "PCG64" or after["bit_generator"] != "PCG64":
        ours.bytes(1024)
    elif before["state"]["inc"] == after["state"]["inc"]:
        steps = distance(before["state"]["state"], after["state"]["state"], before["state"]["inc"])
        if 0 < steps < FARTHEST:
            _advance(ours.bit_generator, steps, after)


def _advance(generator: Any, steps: int, claimed: dict[str, Any]) -> None:
    """Go on by so many steps; half of the last number may wait for the next draw, as claimed."""
    generator.advance(steps - 1)
    half = generator.random_raw() >> 32
    if claimed["has_uint32"] and claimed["uinteger"] == half:
        generator.state = generator.state | {"has_uint32": 1, "uinteger": half}


def distance(start: int, stop: int, increment: int) -> int:
    """How many steps of PCG64's generator lead from one 128-bit state to another.

    Bit by bit: the lowest k bits of the states repeat after 2^k steps (Brown 1994).
    """
    steps, factor, offset = 0, MULTIPLIER, increment
    for bit in range(128):
        if (start ^ stop) >> bit & 1:
            start = (start * factor + offset) % 2**128
            steps |= 1 << bit
        offset = (factor + 1) * offset % 2**128
        factor = factor * factor % 2**128
    return steps


def random_states() -> dict[str, Any]:
    """The states of the global generators."""
    states: dict[str, Any] = {"random": random.getstate()}
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        states["numpy"] = numpy.random.get_state()
    if torch() is not None:
        states["torch"] = torch().get_rng_state()
    return states


def same_states(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two states of the global generators are equal."""
    if one.keys() != other.keys() or one["random"] != other["random"]:
        return False
    if "numpy" in one:
        (_, keys, *rest), (_, other_keys, *other_rest) = one["numpy"], other["numpy"]
        if rest != other_rest or (keys != other_keys).any():
            return False
    return "torch" not in one or bool(torch().equal(one["torch"], other["torch"]))


def move_on() -> None:
    """Draw from every global generator, because a call has drawn from the student's."""
    random.random()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.random()  # type: ignore[attr-defined]
    if torch() is not None:
        torch().rand(1)
