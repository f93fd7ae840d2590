"""The student's side of the wire: runs the student's cells and answers the examiner's calls.

This runs inside the sandbox, in the same interpreter as the student's code. From the first line of
a student on nothing here can be trusted: whatever comes back is checked on the other side.

Messages from the examiner are (verb, ...) and each gets one answer; while a call is answered the
student's code may call back, which is a question of its own in the other direction.
"""

import contextlib
import copy
import operator
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from grader.engine import torch_state, wire
from grader.engine.cells import Capture, Cells
from grader.engine.channel import Channel
from grader.engine.described import describe, exception, kind_of, message, raised
from grader.engine.gradients import Graphs, joined
from grader.engine.randomness import changed_states, random_states, set_states
from grader.engine.records import library_records
from grader.engine.wire import Codec, Handle, Raised

NAMED = [
    *("add", "and_", "contains", "delitem", "eq", "floordiv", "ge", "getitem", "gt", "invert"),
    *("le", "lt", "matmul", "mod", "mul", "ne", "neg", "or_", "pos", "pow", "setitem", "sub"),
    *("truediv", "xor"),
]


def leave(thing: Any, error: Raised | None) -> Any:
    """End a `with` block of the examiner, which met `error`."""
    if error is None:
        return type(thing).__exit__(thing, None, None, None)
    met = error.exception({})
    return type(thing).__exit__(thing, type(met), met, None)


OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name.rstrip("_"): getattr(operator, name) for name in NAMED},
    **{f.__name__: f for f in (abs, bool, delattr, dir, float, format, getattr, hash, int, iter)},
    **{f.__name__: f for f in (len, next, repr, round, setattr, str)},
    "call": lambda function, *args, **kwargs: function(*args, **kwargs),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "enter": lambda thing: type(thing).__enter__(thing),
    "exit": leave,
    "index": operator.index,
}


class Callback:
    """Something of the examiner that the student's code may call."""

    def __init__(self, student: "Student", number: int, name: str) -> None:
        self._student, self._number, self.__name__ = student, number, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._student.ask("call", self._number, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._student.ask("getattr", self._number, (name,), {})


class Items:
    """An iterator of the examiner."""

    def __init__(self, student: "Student", number: int) -> None:
        self._student, self._number = student, number

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._student.ask("next", self._number, (), {})


class Student:
    """A namespace with the student's cells, behind a channel."""

    def __init__(self, channel: Channel, text_limit: int) -> None:
        self.channel = channel
        self.cells = Cells(text_limit)
        self.lent: list[Any] = []
        self.numbers: dict[int, int] = {}  # id of a lent object: its place there
        self.described: set[int] = set()  # numbers of what the examiner knows more of
        self.describing: set[int] = set()
        self.records: dict[str, type] = {}
        self.codec = Codec(self.records, self.lend, self.borrow, trusting=True)
        self.graphs = Graphs()
        self.active: dict[int, Any] = {}  # modules that the present call was given

    def serve(self) -> None:
        """Answer until the examiner closes the channel."""
        while True:
            _, payload = self.channel.receive(None)
            self.answer(payload)

    def answer(self, payload: bytes) -> None:
        """Answer one message of the examiner."""
        verb, *rest = self.codec.decode(payload)
        self.describing.clear()
        try:
            reply = self.codec.encode(getattr(self, f"do_{verb}")(*rest))
            self.described |= self.describing
        except Exception as error:  # a value that cannot be sent
            reply = self.codec.encode({"raised": raised(error), "data": None})
        self.channel.send(b"R", reply)

    def ask(self, operation: str, number: int, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Ask the examiner to use what it lent, and wait; it may call in the meantime."""
        modules = dict(self.active)
        self.channel.send(b"C", self.codec.encode((operation, number, args, kwargs, modules)))
        while True:
            kind, payload = self.channel.receive(None)
            if kind == b"A":
                break
            self.answer(payload)
        reply = self.codec.decode(payload)
        torch_state.push(reply, self.lent)
        if "raised" in reply:
            raise exception(reply["raised"])
        return joined(self, reply["value"], reply["graph"], (args, kwargs), {})

    def gradients(self, graph: int, ends: list[Any], again: bool) -> dict[str, Any]:
        """Gradients of what a callback was given, from those of its results."""
        return {"value": self.ask("backward", graph, (ends,), {})}

    # What the examiner may ask for

    def do_cell(self, name: str, source: str, given: bool) -> dict[str, Any]:
        """Run a cell; a given one is the course's own and may define classes of records."""
        before = set(self.cells.namespace)
        shown = self.cells.run(source, name)
        if given:
            self.note_records(set(self.cells.namespace) - before)
        error = raised(shown.error) if shown.error else None
        return {"outputs": shown.outputs, "raised": error}

    def note_records(self, names: set[str]) -> None:
        """Remember the classes that a given cell has just defined, and the library's."""
        for name in names:
            value = self.cells.namespace[name]
            if isinstance(value, type) and value.__module__ == "__main__":
                self.records[name] = value

    def do_library(self, packages: list[str]) -> dict[str, Any]:
        """Let instances of the library's own classes travel as records."""
        self.records.update(library_records(tuple(packages)))
        return {}

    def do_share(self, values: bytes, source: str) -> dict[str, Any]:
        """Take over what a visible check cell left behind: its variables, its functions."""
        self.cells.namespace.update(self.codec.decode(values))
        with contextlib.suppress(Exception):
            exec(compile(source, "<check>", "exec"), self.cells.namespace)
        return {}

    def do_names(self, names: list[str]) -> dict[str, Any]:
        """Values of the names that are defined."""
        found = {}
        for name in names:
            if name in self.cells.namespace:
                with contextlib.suppress(Exception):  # what cannot be sent is not defined there
                    found[name] = self.codec.encode(self.cells.namespace[name])
        return {"value": found}

    def do_use(self, operation: str, given: bytes, state: dict[str, Any]) -> dict[str, Any]:
        """Apply an operation to what was lent; what it changed and printed comes back too."""
        set_states(state["random"])
        torch_state.push(state, self.lent)
        shared = wire.Shared()
        args, kwargs = self.codec.decode(given, shared)
        before = wire.snapshot(shared)
        outer, self.active = self.active, torch_state.modules_in((args, kwargs), self.numbers)
        seeds = random_states()
        printed = Capture(self.cells.text_limit)
        reply: dict[str, Any] = {}
        value = None
        with watching(printed, state, reply), torch_state.grad_mode(state):
            try:
                value = OPERATIONS[operation](*args, **kwargs)
                reply["graph"] = self.graphs.keep(value, (args, kwargs), self.active)
            except BaseException as error:
                reply["raised"] = raised(error, type(error) in self.records.values())
        changes = {i: wire.shallow(shared.objects[i]) for i in wire.changed(shared, before)}
        reply["data"] = self.codec.encode((value, changes), shared)
        reply["modules"] = dict(self.active)
        reply["drew"] = bool(changed_states(seeds, random_states()))
        self.active = outer
        return reply | {"printed": printed.text()}

    def do_backward(self, graph: int, gradients: list[Any], again: bool) -> dict[str, Any]:
        """Gradients of what a call was given, from those of what it returned."""
        try:
            return self.graphs.backward(graph, gradients, again)
        except Exception as error:
            return {"raised": raised(error)}

    # Things that stay here

    def lend(self, thing: Any) -> Handle:
        """A handle of something that does not travel by value."""
        if isinstance(thing, Callback | Items):
            return Handle("callback", thing._number, None)
        number, kind = self.number(thing), kind_of(thing)
        if number in self.described and kind != "module":
            return Handle(kind, number, None)
        self.describing.add(number)
        info = describe(thing, kind)
        cls = type(thing)
        if kind != "class" and cls.__module__ == "__main__":
            info["of"] = (self.number(cls), describe(cls, "class"))
        if kind == "module":
            info |= torch_state.describe(thing, self.lend)
        return Handle(kind, number, info)

    def number(self, thing: Any) -> int:
        """The number under which the examiner knows `thing`, which stays alive from now on."""
        if id(thing) not in self.numbers:
            self.numbers[id(thing)] = len(self.lent)
            self.lent.append(thing)
        return self.numbers[id(thing)]

    def borrow(self, handle: Handle) -> Any:
        """What a handle from the examiner stands for."""
        if handle.kind == "callback":
            return Callback(self, handle.id, str(handle.info))
        if handle.kind == "items":
            return Items(self, handle.id)
        return self.lent[handle.id]


@contextlib.contextmanager
def watching(printed: Capture, state: dict[str, Any], reply: dict[str, Any]) -> Iterator[None]:
    """Catch what a call prints and warns of."""
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as caught:
        if state["warns"]:
            warnings.simplefilter("always")
        yield
    reply["warned"] = [([c.__name__ for c in w.category.__mro__], message(w.message)) for w in
                       caught[:100] if isinstance(w.message, Warning)]  # fmt: skip
