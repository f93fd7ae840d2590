"""A student's process as the examiner sees it: started, asked, ended, started again.

What comes back is data that the student made up, at worst. It is decoded strictly, and any message
that is no reply to the question ends the process.
"""

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Iterator
from typing import Any

from grader.engine.channel import IDLE_S, Channel, ChannelError, Gone, Hung
from grader.engine.codec import Codec, CodecError
from grader.engine.nursery import Nursery
from grader.engine.replies import ending, is_reply
from grader.engine.scratch import scratch_size


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
        self.codec = Codec(self.records, strict=True)
        self.deadline = time.monotonic()
        self.layers: list[str] = []
        self.channel: Channel | None = None
        self.looked = 0.0  # when all of its files were counted

    # Life and death

    def start(self) -> None:
        """Fork a fresh process."""
        self.end()
        (their_read, our_write), (our_read, their_write) = os.pipe(), os.pipe()
        self.number, self.pidfd = self.nursery.fork([their_read, their_write], self.seed)
        os.close(their_read)
        os.close(their_write)
        self.channel = Channel(our_read, our_write, idle=self._look_at_scratch)
        self.layers = self._first_words(self.channel)

    def _first_words(self, channel: Channel) -> list[str]:
        """The active layers of the sandbox, said before any line of the student's has run."""
        with self._guarded():
            words = channel.receive(self.deadline).decode()
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
        """End the process where its files take too much room; those that it deleted take longer."""
        largest, now = self.nursery.options["scratch_mb"] << 20, time.monotonic()
        if self.nursery.limited:
            return  # the kernel lets it grow no larger
        pid = self.number if now >= self.looked + IDLE_S else 0
        self.looked = now if pid else self.looked
        if scratch_size(self.nursery.options["scratch"], largest, pid) > largest:
            raise self._lost("died", "its files took too much room")

    def _lost(self, status: str, reason: str) -> Lost:
        time.sleep(0.01 if status == "died" else 0)  # what is dying may finish
        code = self.end()
        if status == "died" and code:
            reason = f"{reason} ({ending(code)})"
        return Lost(status, reason)

    # Questions and replies

    def ask(self, verb: str, *rest: Any) -> dict[str, Any]:
        """Send a question and wait for its reply; raises Lost."""
        if self.channel is None:
            raise Lost("died", "its process had ended")
        payload = self.codec.encode([verb, *rest])
        with self._guarded():
            self.channel.send(payload, self.deadline)
            reply = self.codec.decode(self.channel.receive(self.deadline))
        self._look_at_scratch()  # it may have been quicker than the clock
        if not is_reply(verb, reply):
            raise self._lost("died", "it sent back what is no answer")
        return reply

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except Hung:
            raise self._lost("timeout", "it ran for too long and was stopped") from None
        except Gone:
            raise self._lost("died", "it ended its process") from None
        except (CodecError, ChannelError, MemoryError, RecursionError) as error:
            raise self._lost("died", f"it sent back what is no answer: {error}") from None
