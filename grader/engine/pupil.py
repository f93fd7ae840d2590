"""A student's process as the examiner sees it: started, asked, ended, started again.

What comes back is data that the student made up, at worst. It is decoded strictly, and any message
that is no answer to the question ends the process.
"""

import builtins
import contextlib
import json
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

from grader.engine import modules, proxies, torch_state, wire
from grader.engine.answers import as_data, ending, is_answer
from grader.engine.channel import Channel, ChannelError, Garbled, Gone, Hung
from grader.engine.gradients import Graphs, joined
from grader.engine.nursery import Nursery
from grader.engine.randomness import changed_states, move_all_on, move_on, random_states
from grader.engine.scratch import scratch_size
from grader.engine.wire import Codec, Handle, Raised, WireError

STOPS = (StopIteration, StopAsyncIteration)  # they would end a loop of the check, silently
DEEPEST = 50  # calls and callbacks in each other


class Lost(BaseException):
    """The student's process is gone; `status` is "timeout" or "died", the text says why."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class Pupil:
    """One student's process, or after a crash the next one."""

    def __init__(self, nursery: Nursery, seed: int) -> None:
        self.nursery, self.seed = nursery, seed
        self.records: dict[str, type] = {}
        self.classes: dict[str, set[str]] = {}  # of the source's answers: their special methods
        self.exceptions: dict[str, type[BaseException]] = {}  # that the student's cells define
        self.deadline = time.monotonic()
        self.doing = ""  # the function that was called last
        self.outside = sys.stdout  # where what a call prints is not shown
        self.layers: list[str] = []
        self.channel: Channel | None = None

    # Life and death

    def start(self) -> None:
        """Fork a fresh process."""
        self.end()
        (their_read, our_write), (our_read, their_write) = os.pipe(), os.pipe()
        self.number, self.pidfd = self.nursery.fork([their_read, their_write], self.seed)
        os.close(their_read)
        os.close(their_write)
        self.channel = Channel(our_read, our_write, idle=self._look_at_scratch)
        self.lent: list[Any] = []
        self.thrown: list[BaseException] = []
        self.graphs = Graphs(reaches_all=True)
        self.stand_ins: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}  # id of a stand-in: its number
        self.random: dict[str, Any] = {}
        self.told: list[tuple[Any, Any]] = []  # modules, and what a message says of them
        self.depth = 0
        self.codec = Codec(self.records, self._lend, self._borrow, trusting=False)
        self.layers = self._first_words()

    def _first_words(self) -> list[str]:
        """The active layers of the sandbox, said before any line of the student's has run."""
        assert self.channel is not None
        with self._guarded():
            words = self.channel.receive(self.deadline)[1].decode()
        if not words.startswith("["):
            raise RuntimeError(words)
        return json.loads(words)

    def end(self) -> int | None:
        """Kill the process, if there is one; returns its exit code."""
        if self.channel is None:
            return None
        gone = bool(select.select([self.pidfd], [], [], 0)[0])
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        code = self.nursery.ending(self.number)
        os.close(self.pidfd)
        self.channel.close()
        self.channel = None
        return code if gone else None

    def _look_at_scratch(self) -> None:
        largest = self.nursery.options["scratch_mb"] << 20
        if self.nursery.limited:
            return  # the kernel lets it grow no larger
        if scratch_size(self.nursery.options["scratch"], largest, self.number) > largest:
            raise self._lost("died", "its files took too much room")

    def _lost(self, status: str, reason: str) -> Lost:
        time.sleep(0.01 if status == "died" else 0)  # what is dying may finish
        code = self.end()
        if status == "died" and code:
            reason = f"{reason} ({ending(code)})"
        return Lost(status, reason)

    # Questions and answers

    def ask(self, verb: str, *rest: Any) -> dict[str, Any]:
        """Send a question and wait for its answer; callbacks in between are answered here."""
        if self.channel is None:
            raise Lost("died", "its process had ended")
        payload = self.codec.encode((verb, *rest))
        with self._guarded():
            self.channel.send(b"Q", payload, self.deadline)
        answer = self._receive_answer()
        if not is_answer(verb, answer):
            raise self._lost("died", "it sent back what is no answer")
        return answer

    def _receive_answer(self) -> Any:
        assert self.channel is not None
        while True:
            with self._guarded():
                kind, payload = self.channel.receive(self.deadline)
                message = self._decoded(payload)
            if kind == b"R":
                return message
            self._answer_callback(message)

    def _decoded(self, payload: bytes, shared: wire.Shared | None = None) -> Any:
        """The value of a message; then the copies of modules that it tells of are up to date."""
        value = self.codec.decode(payload, shared)
        told, self.told = self.told, []
        try:
            for module, info in told:
                modules.refresh(self, module, info)
        except Exception as fault:
            raise WireError(f"a module that cannot be: {fault}") from None
        return value

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except Hung:
            raise self._lost("timeout", "it ran for too long and was stopped") from None
        except Gone:
            raise self._lost("died", "it ended its process") from None
        except (Garbled, WireError, ChannelError, MemoryError, RecursionError) as error:
            raise self._lost("died", f"it sent back what is no answer: {error}") from None

    def _answer_callback(self, message: Any) -> None:
        """Use what was lent as the student's code asks."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._lost("died", "its callbacks were nested too deep")
        try:
            operation, number, args, kwargs, held = message
            value = self._used(operation, number, args, kwargs)
            reply = {"value": value, "graph": self.graphs.keep(value, (args, kwargs), {})}
            reply["modules"] = modules.pushed(list(held.values()), self)
            payload = self.codec.encode(reply)
        except Exception as error:
            self.thrown.append(error)
            payload = self.codec.encode({"raised": as_data(error, len(self.thrown) - 1)})
        self.depth -= 1
        if self.channel is None:
            raise Lost("died", "its process had ended")
        with self._guarded():
            self.channel.send(b"A", payload, self.deadline)

    def _used(self, operation: str, number: int, args: tuple, kwargs: dict[str, Any]) -> Any:
        if operation == "backward":
            return self.graphs.backward(number, args[0], again=False)["value"]
        thing = self.lent[number]
        if operation == "call":
            return thing(*args, **kwargs)
        if operation == "next":
            return next(thing)
        name = args[0]
        is_open = type(thing).__module__ == "__main__" or modules.is_optimizer(thing)
        if type(name) is not str or name.startswith("_") or not is_open:
            raise AttributeError(f"{name!r}")
        return getattr(thing, name)

    def use(self, operation: str, *args: Any, **kwargs: Any) -> Any:
        """Let the student's process apply an operation to what stands for its things."""
        if operation == "call":
            self.doing = getattr(args[0], "__name__", "")
        shared = wire.Shared()
        given = self.codec.encode((args, kwargs), shared)
        reply = self.ask("use", operation, given, self._circumstances((args, kwargs)))
        try:
            value = self._taken(reply, shared)
            error = self._error(reply["raised"]) if "raised" in reply else None
            if isinstance(error, STOPS) and operation != "next":
                error = RuntimeError(f"{type(error).__name__} left a function")
            if error is None:
                value = joined(self, value, reply["graph"], (args, kwargs), self.stand_ins)
            printed = str(reply.get("printed", ""))
        except Exception as fault:  # a forged reply may fail in any way when it is taken apart
            raise self._lost("died", f"it sent back what is no answer: {fault}") from None
        if printed and sys.stdout is not self.outside:
            sys.stdout.write(printed)
        if reply.get("drew"):  # so that a check that seeds again is seen to do so
            move_all_on()
            self.random = random_states()
        self._warn(reply.get("warned", ()))
        if error:
            raise error
        return value

    def _circumstances(self, given: Any) -> dict[str, Any]:
        """What a call depends on beside its arguments."""
        return {
            "random": self._new_states(),
            "grad": torch_state.torch() is None or torch_state.torch().is_grad_enabled(),
            "modules": modules.pushed(given, self),
            "warns": bool(warnings.filters) and warnings.filters[0][0] in ("always", "error"),
        }

    def _warn(self, warned: Any) -> None:
        """Pass on what a call warned of."""
        for names, text in warned:
            classes = (getattr(builtins, str(name), None) for name in names)
            known = (c for c in classes if isinstance(c, type) and issubclass(c, Warning))
            warnings.warn(str(text), next(known, UserWarning), stacklevel=4)

    def _taken(self, reply: dict[str, Any], shared: wire.Shared) -> Any:
        """The value of a reply; the arguments of the call are changed in place as it says."""
        if reply["data"] is None:
            return None
        n_given = len(shared.objects)
        value, changes = self._decoded(reply["data"], shared)
        for index, after in changes.items():
            if index not in range(n_given) or index in shared.handles:
                raise WireError("it says that it changed what it was not given")
            if not move_on(shared.objects[index]):
                wire.update(shared.objects[index], after)
        if changes:
            wire.check_extent(shared.objects, shared)
        return value  # decoding `modules` has refreshed the examiner's copies of modules

    def names(self, wanted: list[str]) -> dict[str, Any]:
        """What the student's cells have defined by these names."""
        found = self.ask("names", wanted)["value"]
        with self._guarded():
            return {name: self._decoded(found[name]) for name in wanted if name in found}

    def sendable(self, values: dict[str, Any], plain: bool) -> dict[str, Any]:
        """Those of the values that can be sent; `plain`: that hold nothing of a student's."""
        codec = Codec(self.records, _lend_nothing, _lend_nothing, False) if plain else self.codec
        found = {}
        for name, value in values.items():
            with contextlib.suppress(WireError):
                codec.encode(value)
                found[name] = value
        return found

    def gradients(self, graph: int, ends: list[Any], again: bool) -> dict[str, Any]:
        """Gradients of what a call was given, from those of its results."""
        reply = self.ask("backward", graph, ends, again)
        if "raised" in reply:
            raise self._error(reply["raised"])
        return reply

    def _new_states(self) -> dict[str, Any]:
        """States of global generators that a check has seeded or used since the last call."""
        states = random_states()
        changed = changed_states(self.random, states)
        self.random = states
        return changed

    # Errors

    def _error(self, data: dict[str, Any]) -> BaseException:
        """The exception that the student's code raised, as one of this process."""
        if type(data["thrown"]) is int:
            return self.thrown[data["thrown"]]
        given = data.get("given")
        if isinstance(given, Raised):
            error = given.exception(self.records)
            error.students = data  # type: ignore[attr-defined]
            return error
        names = data["names"]
        known = next((cls for cls in map(self._exception_class, names) if cls), RuntimeError)
        if not issubclass(known, Exception):
            known = RuntimeError  # else it would end the check past all that it catches
        name = names[0].rpartition(".")[2] if names else "Exception"
        if known.__name__ != name:
            known = type(name, (known,), {"__str__": lambda error: error.text})
        error = known.__new__(known)
        error.args = tuple(data["args"])
        error.text = str(data["text"])  # type: ignore[attr-defined]
        error.students = data  # type: ignore[attr-defined]
        return error

    def _exception_class(self, name: str) -> type[BaseException] | None:
        module, _, short = name.rpartition(".")
        if module == "builtins":
            found = getattr(builtins, short, None)
        elif module.split(".")[0] in ("numpy", "torch"):
            found = getattr(sys.modules.get(module), short, None)
        else:
            found = self.records.get(short if module == "__main__" else f"{module}:{short}")
            found = found or proxies.exception_class(self, short)
        return found if isinstance(found, type) and issubclass(found, BaseException) else None

    # Handles

    def _lend(self, thing: Any) -> Handle:
        number = self.numbers.get(id(thing))
        if number is not None:
            return Handle("own", number, None)
        if proxies.is_stand_in(thing):
            raise WireError("it was made before the student's process had to be started again")
        kind = "items" if hasattr(type(thing), "__next__") else "callback"
        is_open = type(thing).__module__ == "__main__" or modules.is_optimizer(thing)
        if kind == "callback" and not callable(thing) and not is_open:
            raise WireError(f"a {type(thing).__name__} cannot be passed to a student's function")
        self.lent.append(thing)
        return Handle(kind, len(self.lent) - 1, getattr(thing, "__name__", type(thing).__name__))

    def _borrow(self, handle: Handle) -> Any:
        if handle.kind == "callback":
            return self.lent[handle.id]
        return self.held(handle.id, handle.kind, handle.info)

    def held(self, number: int, kind: str, info: Any) -> Any:
        """The stand-in for what the student's process holds under a number."""
        stand_in = self.stand_ins.get(number)
        if stand_in is None:
            stand_in = proxies.stand_in(self, Handle(kind, number, info))
            self.stand_ins[number] = stand_in
            self.numbers[id(stand_in)] = number
        if kind == "module":  # its gradients are there when the whole message is decoded
            self.told.append((stand_in, info))
        return stand_in


def _lend_nothing(thing: Any) -> Any:
    raise WireError("nothing is lent here")
