"""Random generators that both sides use.

A check that passes a generator, or seeds the global ones, wants it to have moved on afterwards. But
a state that a student's process sends back could have been searched for: one whose next draws are
all zero, say. So no state is taken back. A generator that was used moves on by itself.
"""

import random
import sys
from typing import Any

from grading.engine.torch_state import torch


def move_on(generator: Any) -> bool:
    """Whether `generator` is one of random numbers; it has moved on then."""
    numpy = sys.modules.get("numpy")
    if isinstance(generator, random.Random) or (
        numpy is not None and isinstance(generator, numpy.random.Generator)
    ):
        generator.random()
    elif numpy is not None and isinstance(generator, numpy.random.RandomState):
        generator.random_sample()
    elif torch() is not None and isinstance(generator, torch().Generator):
        torch().rand(1, generator=generator)
    else:
        return False
    return True


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


def move_all_on() -> None:
    """Draw from every global generator, because a call has drawn from the student's."""
    random.random()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.random()  # type: ignore[attr-defined]
    if torch() is not None:
        torch().rand(1)
