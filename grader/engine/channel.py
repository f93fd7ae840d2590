"""Messages over two pipes, with a deadline on reads and on writes.

A frame is `MAGIC`, eight bytes for the length of the payload, the payload. The peer may be
hostile: it may not read, drip single bytes, end in the middle or announce more than
it sends. None of that blocks for ever, and memory grows only with the bytes that really came.
"""

import os
import select
import struct
import time
from collections.abc import Callable

MAGIC = b"MLLM"
HEADER = struct.Struct("<4sQ")  # magic, bytes of payload
CHUNK = 1 << 18  # bytes that one system call moves at most
IDLE_S = 0.25  # seconds between two calls of `idle`


class ChannelError(Exception):
    """No further message can be had."""


class Hung(ChannelError):
    """The deadline is over."""


class Gone(ChannelError):
    """The peer closed its end, or died."""


class Garbled(ChannelError):
    """The peer sent what is not a frame, or a frame that is too large."""


class Channel:
    """Both ends of a conversation: `read_fd` brings the peer's frames, `write_fd` takes ours.

    A deadline is a time of `time.monotonic()` in seconds, or None for no end. While a call
    waits, `idle` is called every 0.25 s; what it raises ends the wait. An error in the middle of
    a frame leaves the channel out of step: every later call raises `Gone`.
    """

    def __init__(
        self,
        read_fd: int,
        write_fd: int,
        largest: int = 256 << 20,
        idle: Callable[[], None] | None = None,
    ) -> None:
        self.read_fd, self.write_fd, self.largest, self.idle = read_fd, write_fd, largest, idle
        self._broken = False
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(read_fd, select.POLLIN)
        self._writable.register(write_fd, select.POLLOUT)
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)

    def send(self, payload: bytes, deadline: float | None = None) -> None:
        """Write one frame.

        Raises `Hung`, `Gone`, and `ValueError` on a payload that the peer would not take.
        """
        if len(payload) > self.largest:
            raise ValueError(f"a payload of {len(payload):,} bytes, at most {self.largest:,}")
        header = HEADER.pack(MAGIC, len(payload))
        self._enter()
        if len(payload) <= CHUNK:
            self._write(header + payload, deadline)
        else:
            self._write(header, deadline)
            self._write(payload, deadline)
        self._broken = False

    def receive(self, deadline: float | None = None) -> bytes:
        """The payload of the next frame.

        Raises `Hung`, `Gone` and `Garbled`. After a `Hung` before the first byte of a frame, the
        frame can still be received later.
        """
        self._enter()
        header = bytearray()
        try:
            self._fill(header, HEADER.size, deadline)
        finally:
            self._broken = bool(header)
        magic, length = HEADER.unpack(header)
        if magic != MAGIC:
            raise Garbled(f"a frame begins with {MAGIC!r}, not with {bytes(magic)!r}")
        if length > self.largest:
            raise Garbled(f"a frame of {length:,} bytes was announced, at most {self.largest:,}")
        payload = bytearray()
        self._fill(payload, length, deadline)
        self._broken = False
        return bytes(payload)

    def close(self) -> None:
        """Close both ends; a second call does nothing."""
        for fd in {self.read_fd, self.write_fd} - {-1}:
            os.close(fd)
        self.read_fd = self.write_fd = -1

    def _enter(self) -> None:
        if self._broken or self.read_fd < 0:
            raise Gone("the channel is closed" if self.read_fd < 0 else "the channel lost its step")
        self._broken = True  # until the whole frame has gone over

    def _write(self, data: bytes, deadline: float | None) -> None:
        view, done = memoryview(data), 0
        while done < len(view):
            try:
                done += os.write(self.write_fd, view[done : done + CHUNK])
            except BlockingIOError:
                self._wait(self._writable, deadline)
            except BrokenPipeError:
                raise Gone("the peer does not read any more") from None
            _check(deadline)

    def _fill(self, buffer: bytearray, size: int, deadline: float | None) -> None:
        """Read until `buffer` holds `size` bytes."""
        while len(buffer) < size:
            try:
                chunk = os.read(self.read_fd, min(size - len(buffer), CHUNK))
            except BlockingIOError:
                self._wait(self._readable, deadline)
                continue
            if not chunk:
                raise Gone("the peer closed its end")
            buffer += chunk
            _check(deadline)

    def _wait(self, poll: select.poll, deadline: float | None) -> None:
        """Until the file is ready."""
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            pause = left if self.idle is None else min(IDLE_S, IDLE_S if left is None else left)
            # Rounded up: a pause of less than a millisecond would become a busy loop.
            if poll.poll(None if pause is None else -int(-pause * 1000 // 1)):
                return
            _check(deadline)
            if self.idle is not None:
                self.idle()


def _check(deadline: float | None) -> None:
    if deadline is not None and time.monotonic() >= deadline:
        raise Hung("the peer took too long")
