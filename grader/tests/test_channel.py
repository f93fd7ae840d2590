"""Messages over pipes: what goes over, and that no peer can make the other end wait for ever."""

import os
import resource
import threading
import time
from contextlib import suppress

import pytest

from grader.engine.channel import HEADER, MAGIC, Channel, Garbled, Gone, Hung


@pytest.fixture
def fds():
    """What the peer reads from and writes to, as bare file descriptors, and our channel."""
    to_peer, from_us = os.pipe()
    to_us, from_peer = os.pipe()
    channel = Channel(to_us, from_us, largest=50 << 20)
    yield channel, to_peer, from_peer
    channel.close()
    for fd in (to_peer, from_peer):
        with suppress(OSError):  # the test closed it
            os.close(fd)


@pytest.fixture
def pair(fds):
    """Our channel and the peer's."""
    channel, to_peer, from_peer = fds
    peer = Channel(os.dup(to_peer), os.dup(from_peer), largest=50 << 20)
    yield channel, peer
    peer.close()


def soon(seconds=60.0):
    """A deadline: long for what succeeds, however busy the machine is, and short for what hangs."""
    return time.monotonic() + seconds


def test_frames_arrive_in_order_and_whole(pair):
    ours, peer = pair
    frames = [b"one", b"", bytes(range(256))]
    for frame in frames:
        ours.send(frame)
    assert [peer.receive(soon()) for _ in frames] == frames


def test_a_large_payload_goes_both_ways(pair):
    ours, peer = pair
    payload = os.urandom(1 << 20) * 30

    def echo():
        peer.send(peer.receive(soon()), soon())

    thread = threading.Thread(target=echo)
    thread.start()
    ours.send(payload, soon())
    back = ours.receive(soon())
    thread.join()
    assert back == payload


def test_a_peer_that_does_not_read_is_hung(fds):
    channel, _, _ = fds
    began = time.monotonic()
    with pytest.raises(Hung, match="too long"):
        channel.send(bytes(10 << 20), soon(0.3))
    assert 0.3 <= time.monotonic() - began < 60
    with pytest.raises(Gone, match="step"):
        channel.send(b"", soon())


def test_a_peer_that_does_not_write_is_hung_and_can_be_asked_again(fds):
    channel, _, from_peer = fds
    began = time.monotonic()
    with pytest.raises(Hung):
        channel.receive(soon(0.2))
    assert 0.2 <= time.monotonic() - began < 60
    os.write(from_peer, HEADER.pack(MAGIC, 2) + b"ab")
    assert channel.receive(soon()) == b"ab"


def test_single_bytes_in_time_do_not_move_the_deadline(fds):
    channel, _, from_peer = fds
    stop = threading.Event()

    def drip():
        for byte in HEADER.pack(MAGIC, 1 << 20) + bytes(1 << 20):
            if stop.wait(0.01):
                return
            os.write(from_peer, bytes([byte]))

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    with pytest.raises(Hung):
        channel.receive(soon(0.5))
    assert time.monotonic() - began < 60
    with pytest.raises(Gone):
        channel.receive(soon())
    stop.set()
    thread.join()


def test_a_peer_that_reads_single_bytes_does_not_move_the_deadline(fds):
    channel, to_peer, _ = fds
    stop = threading.Event()

    def drip():
        while not stop.wait(0.01):
            os.read(to_peer, 1)

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    with pytest.raises(Hung):
        channel.send(bytes(10 << 20), soon(0.5))
    assert time.monotonic() - began < 60
    stop.set()
    thread.join()


@pytest.mark.parametrize("n", [0, 1, HEADER.size - 1, HEADER.size, HEADER.size + 3])
def test_an_end_in_the_middle_is_gone(fds, n):
    channel, _, from_peer = fds
    os.write(from_peer, (HEADER.pack(MAGIC, 10) + bytes(10))[:n])
    os.close(from_peer)
    with pytest.raises(Gone):
        channel.receive(soon())


def test_a_write_to_a_closed_end_is_gone(fds):
    channel, to_peer, _ = fds
    os.close(to_peer)
    with pytest.raises(Gone, match="read"):
        channel.send(b"x", soon())


@pytest.mark.parametrize(
    "frame",
    [
        b"GET / HTTP/1.1\r\n",
        HEADER.pack(b"MLLN", 1) + b"x",
        HEADER.pack(MAGIC, (50 << 20) + 1),
        HEADER.pack(MAGIC, (1 << 64) - 1),
    ],
)
def test_what_is_no_frame_is_garbled_and_ends_the_conversation(fds, frame):
    channel, _, from_peer = fds
    os.write(from_peer, frame)
    with pytest.raises(Garbled):
        channel.receive(soon())
    with pytest.raises(Gone):
        channel.receive(soon())


def test_an_announced_length_costs_no_memory(fds):
    channel, _, from_peer = fds
    channel.largest = 1 << 44
    os.write(from_peer, HEADER.pack(MAGIC, 1 << 43) + b"only this")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Hung):
        channel.receive(soon(0.2))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 4 << 10  # KiB


def test_a_payload_that_the_peer_would_refuse_is_not_sent(pair):
    ours, peer = pair
    with pytest.raises(ValueError, match="52,428,801 bytes"):
        ours.send(bytes((50 << 20) + 1))
    ours.send(b"next")
    assert peer.receive(soon()) == b"next"


def test_idle_is_called_while_it_waits_and_may_end_the_wait(fds):
    channel, _, _ = fds
    calls = []

    def idle():
        calls.append(time.monotonic())
        if len(calls) == 2:
            raise RuntimeError("the scratch folder is full")

    channel.idle = idle
    began = time.monotonic()
    with pytest.raises(RuntimeError, match="scratch"):
        channel.receive(soon())
    assert 0.4 < time.monotonic() - began < 60


def test_a_wait_takes_no_processor(fds):
    channel, _, _ = fds
    before = time.process_time()
    with pytest.raises(Hung):
        channel.receive(soon(0.5))
    assert time.process_time() - before < 0.1


def test_close_closes_both_ends_once(fds):
    channel, to_peer, _ = fds
    channel.close()
    channel.close()
    assert os.read(to_peer, 1) == b""
    with pytest.raises(Gone, match="closed"):
        channel.send(b"a")
    with pytest.raises(Gone, match="closed"):
        channel.receive()
