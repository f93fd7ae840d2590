"""Figures of chapter 13: an edited memory, a trace, an edit's strength."""

import json
from typing import Any

from minillm.corpus import DATA
from minillm.figures.widget import Figure, packed, to_json

RESULTS = DATA / "results" / "13_model_editing.json"
TOY = {
    "W": [[1, 0], [0, 1], [1, 1]],
    "keys": [[2, 1], [-2, 1], [2, -1], [-2, -1]],
    "at": [1, 1],
    "value": [1, 6, -3],
    "object": 1,
}


def memoryedit() -> Figure:
    """The toy memory: move the key of an edit, and see who is disturbed."""
    return Figure("memoryedit", TOY)


def trace(traces: list[dict[str, Any]] | None = None) -> Figure:
    """Traces of facts: yours, or some of the course's."""
    return Figure("trace", trace_data() if traces is None else traces)


def strength() -> Figure:
    """Stored edits at strengths from 0 to 2."""
    return Figure("strength", strength_data())


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {
        "memoryedit.json": to_json(TOY),
        "trace.json.gz": packed(trace_data()),
        "strength.json.gz": packed(strength_data()),
    }


def stored() -> dict[str, Any]:
    """What `python -m tools.editing figures` has measured."""
    return json.loads(RESULTS.read_text())["figures"]


def trace_data() -> list[dict[str, Any]]:
    """Prompts with their tokens, and what each restored state brings back."""
    return stored()["traces"]


def strength_data() -> dict[str, Any]:
    """Edits, and mean probabilities of what is wanted at each strength."""
    content = stored()
    return {name: content[name] for name in ("strengths", "edits")}
