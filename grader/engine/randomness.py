"""Random generators that both sides use.

A check that passes a generator, or seeds the global ones, wants it to have moved on afterwards. But
a state that a student's process sends back could have been searched for: one whose next draws are
all zero, say. So no state is taken back. A generator that was used moves on by itself.
"""

import importlib
import random
import sys
from typing import Any

from grader.engine.torch_state import torch


def move_on(generator: Any) -> bool:
    """Whether `generator` is one of random numbers; it has moved on then."""
    numpy = sys.modules.get("numpy")
    if torch() is not None and isinstance(generator, torch().Generator):
        torch().rand(1, generator=generator)
        return True
    kinds = (numpy.random.Generator, numpy.random.RandomState) if numpy else ()
    is_generator = isinstance(generator, (random.Random, *kinds))
    if is_generator:
        generator.random()
    return is_generator


def random_states() -> dict[str, Any]:
    """The states of the global generators."""
    states: dict[str, Any] = {"random": random.getstate()}
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        states["numpy"] = numpy.random.get_state()
    if torch() is not None:
        states["torch"] = torch().get_rng_state()
    return states


def changed_states(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Those of the states `now` that are not as they were."""
    return {kind: state for kind, state in now.items() if not _same(kind, before.get(kind), state)}


def _same(kind: str, one: Any, other: Any) -> bool:
    if one is None:
        return False
    if kind == "numpy":
        (_, keys, *rest), (_, other_keys, *other_rest) = one, other
        return rest == other_rest and bool((keys == other_keys).all())
    return bool(torch().equal(one, other)) if kind == "torch" else one == other


def set_states(states: dict[str, Any]) -> None:
    """Set global generators; NumPy and torch are loaded where they have a state here."""
    if "random" in states:
        random.setstate(states["random"])
    if "numpy" in states:
        importlib.import_module("numpy").random.set_state(states["numpy"])
    if "torch" in states:
        importlib.import_module("torch").set_rng_state(states["torch"])


def move_all_on() -> None:
    """Draw from every global generator, because a call has drawn from the student's."""
    random.random()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.random()  # type: ignore[attr-defined]
    if torch() is not None:
        torch().rand(1)
