"""The student's side of the wire: runs the student's cells and the probes of the checks.

This runs inside the sandbox, in the same interpreter as the student's code. From the first line of
a student on nothing here can be trusted: whatever comes back is checked on the other side.

Messages from the examiner are [verb, ...], and each gets one reply.
"""

import functools
from types import CodeType
from typing import Any

from grader.engine.cells import Cells
from grader.engine.channel import Channel
from grader.engine.codec import Codec
from grader.engine.replies import raised
from grader.engine.warm import library_records, own_records


class Answerer:
    """A namespace with the student's cells, behind a channel."""

    def __init__(self, channel: Channel, text_limit: int, packages: list[str]) -> None:
        self.channel = channel
        self.cells = Cells(text_limit)
        self.records = dict(library_records(tuple(packages)))
        self.codec = Codec(self.records, strict=False)
        self.marks: dict[str, dict[str, Any]] = {}  # what names stood for at a place

    def serve(self) -> None:
        """Answer until the examiner closes the channel."""
        while True:
            verb, *rest = self.codec.decode(self.channel.receive(None))
            try:
                reply = self.codec.encode(getattr(self, f"do_{verb}")(*rest))
            except Exception as error:  # too large, or the student's code is in the way
                reply = self.codec.encode({"raised": raised(error), "outputs": [], "values": {}})
            self.channel.send(reply)

    def do_cell(self, file: str, source: str, given: bool) -> dict[str, Any]:
        """Run a cell; a given one is the course's own, and objects of its classes are data."""
        before = dict(self.cells.namespace)
        shown = self.cells.run(source, file)
        if given:
            new = {n for n, v in self.cells.namespace.items() if before.get(n) is not v}
            self.records.update(own_records(self.cells.namespace, new))
        return {"outputs": shown.outputs, "raised": shown.error and raised(shown.error)}

    def do_probe(
        self, file: str, source: str, sent: dict[str, Any], wanted: list[str]
    ) -> dict[str, Any]:
        """Run lines of a check beside the student's; what they bind to the names `wanted`."""
        self.cells.namespace.update(sent)
        shown = self.cells.run(source, file, is_probe=True)
        namespace = self.cells.namespace
        return {
            "values": {name: namespace[name] for name in wanted if name in namespace},
            "outputs": shown.outputs,
            "raised": shown.error and raised(shown.error),
        }

    def do_mark(self, place: str) -> dict[str, Any]:
        """Keep what all names stand for now."""
        self.marks[place] = dict(self.cells.namespace)
        return {}

    def do_return(self, place: str, reference: str) -> dict[str, Any]:
        """Let all names stand for what they did at a place, then run the reference."""
        self.cells.namespace.clear()
        self.cells.namespace.update(self.marks[place])
        exec(_compiled(reference), self.cells.namespace)
        return {}


@functools.lru_cache
def _compiled(reference: str) -> CodeType:
    """The right answers to earlier problems, which many checks bring along."""
    return compile(reference, "<woven>", "exec")
