"""What crosses between the processes: data comes out as it went in, and nothing else comes out."""

import enum
import math
import random
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import msgpack
import numpy as np
import pytest
import torch

from grader.engine.codec import Codec, CodecError, Unsent


@dataclass(frozen=True)
class Span:
    start: int
    stop: object = None


class Pair(NamedTuple):
    first: object
    second: object


class Colour(enum.Enum):
    RED = 1


class TooShort(ValueError):
    __module__ = "__main__"  # a cell of the notebook

    def __init__(self, text, length):
        super().__init__(f"{text!r} is shorter than {length}")
        self.length = length


class Table:
    def __init__(self):
        raise AssertionError("nothing that arrives is initialized")


RECORDS = {cls.__qualname__: cls for cls in (Span, Pair, Colour, TooShort, Table)}
STUDENT, EXAMINER = Codec(RECORDS, strict=False), Codec(RECORDS, strict=True)
PLAIN = [
    *(None, True, 0, -1, 2**63, 2**64, -(2**200), 0.1, -0.0, math.inf, 1j, "a\ud800\0", b"\xff"),
    *([1, [2.5, None]], (1, ("a",)), (), {1, 2}, frozenset("a"), {"a": {1: (2,)}, None: []}),
    *(range(3, 9, 2), slice(None, 3), ..., Fraction(1, 3), Decimal("1.10"), bytearray(b"x"), int),
    *(Counter("aab"), OrderedDict(b=1, a=2), defaultdict(list, a=[1]), deque([1], 5), np.float32),
    *(Span(1, (2,)), Pair(1, [2]), Colour.RED, Span, [Span(1), {Pair(1, 2): Colour.RED}]),
    *(np.dtype("<f4"), torch.float16, torch.Size([2, 3]), torch.device("cpu")),
]
ARRAYS = [
    *(np.arange(6.0).reshape(2, 3).T, np.zeros((0, 3), np.int8), np.array(5), np.float16(2)),
    *(np.array([True]), np.array(["a", "bcd"]), np.array([b"x"]), np.array([1, "a"], object)),
    *(
        np.array(["2026-01-01"], "M8[D]"),
        np.arange(4)[::2].astype(">i4"),
        np.int8(-3),
        np.str_("s"),
    ),
]


def sent(value):
    """What arrives in the examiner of a value of the student's process."""
    return EXAMINER.decode(STUDENT.encode(value))


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_data_arrives_as_it_was(value):
    got = sent(value)
    assert type(got) is type(value)
    assert got == value
    assert STUDENT.decode(EXAMINER.encode(value)) == value


@pytest.mark.parametrize("value", ARRAYS, ids=repr)
def test_arrays_arrive_as_they_were(value):
    got = sent(value)
    assert type(got) is type(value)
    assert got.dtype == value.dtype
    assert np.array_equal(got, value)


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.bfloat16, torch.complex64])
def test_tensors_arrive_as_they_were(dtype):
    value = torch.tensor([[0, 1, 1], [1, 0, 1]]).to(dtype).T
    got = sent([value, value[0, 0], value[:0]])
    for before, after in zip([value, value[0, 0], value[:0]], got, strict=True):
        assert (after.dtype, after.shape) == (before.dtype, before.shape)
        assert torch.equal(before, after)


def test_tensors_keep_their_gradients():
    weight = torch.nn.Parameter(torch.ones(2))
    (weight * 3).sum().backward()
    got, product = sent([weight, weight * 2])
    assert isinstance(got, torch.nn.Parameter)
    assert got.grad.tolist() == [3, 3]
    assert product.requires_grad
    assert product.is_leaf


def test_errors_arrive_as_errors_of_their_class():
    errors = [
        KeyError("a"),
        TooShort("ab", 3),
        OSError(2, "no"),
        UnicodeDecodeError("a", b"", 0, 1, "x"),
    ]
    for error in errors:
        got = sent(error)
        assert isinstance(got, type(error))
        assert str(got) == str(error)
        assert got.args == error.args
    assert sent(TooShort("ab", 3)).length == 3
    own = type("Mine", (IndexError,), {"__str__": lambda self: "said"})("x")
    assert (type(sent(own)).__name__, isinstance(sent(own), IndexError), str(sent(own))) == (
        "Mine",
        True,
        "said",
    )


def lying():
    """Objects of a student's that would answer for themselves."""
    yes = {"__eq__": lambda self, other: True, "__hash__": None}
    yield type("Number", (int,), yes)(3)
    yield type("Text", (str,), yes)("a")
    yield type("Dict", (dict,), yes)(a=1)
    yield type("Array", (np.ndarray,), {})((2,))
    yield torch.ones(2).as_subclass(type("Tensor", (torch.Tensor,), {}))
    yield type("Span", (), yes)()
    yield type("Derived", (Span,), {})(1)
    yield lambda: 3
    yield (i for i in range(3))
    yield torch.nn.Linear(2, 2)
    yield type("Class", (), {})


@pytest.mark.parametrize("value", [*lying()], ids=lambda value: type(value).__name__)
def test_what_is_no_data_arrives_as_a_placeholder_that_does_nothing(value):
    (got,) = sent([value])
    got.label = "got"
    assert isinstance(got, Unsent)
    assert type(got).__name__ == type(value).__name__
    assert got != value
    assert not got == got  # noqa: SIM201
    for use in (len, iter, bool, float, abs, np.asarray, lambda x: x < 3, lambda x: x + 1):
        with pytest.raises(TypeError, match="got is of the type"):
            use(got)
    with pytest.raises(AttributeError, match=r"got is of the type .*no 'shape' here"):
        got.shape  # noqa: B018
    with pytest.raises(CodecError, match="of the type"):
        EXAMINER.encode([value])


def test_containers_without_an_end_arrive_with_one():
    ring: list = []
    ring.append(ring)
    got = sent(ring)
    for _ in range(99):
        (got,) = got
    assert got != ring


def hostile():
    """Messages that nobody sends."""
    yield b""
    yield b"\xc1"
    yield b"\x01\x01"
    yield b"\x91" * 100_000
    yield b"\xdd\xff\xff\xff\xff"
    yield b"\xc6\xff\xff\xff\xff"
    for value in (
        {},
        {"list": [], "tuple": []},
        {"nothing": 1},
        {"__class__": []},
        {3: 4},
        {"tuple": 3},
        {"set": [[]]},
        {"dict": ["dict", [], 1]},
        {"dict": ["dict", 1]},
        {"dict": ["list", 1, 2]},
        {"int": "9" * 10 + "g"},
        {"range": [0, 1, 0]},
        {"range": [0, "a", 1]},
        {"deque": [-1]},
        {"number": ["float", "1"]},
        {"number": ["Fraction", "1/0"]},
        {"array": ["<f8", [10**9], b"", True]},
        {"array": ["<f8", [-1], b"x" * 8, True]},
        {"array": ["|O", [1], b"x" * 8, True]},
        {"array": ["<U1", [1], b"\xff" * 4, True]},
        {"array": ["<V8", [1], b"x" * 8, True]},
        {"array": ["<U0", [10**12], b"", True]},
        {"objects": [[3], [1]]},
        {"tensor": ["float32", [10**9], b"xxxx", False, False, None]},
        {"tensor": ["qint8", [1], b"x", False, False, None]},
        {"tensor": ["float32", [1], b"xxxx", False, True, 3]},
        {"record": ["Span", "start", 1]},
        {"record": ["Span", "start", 1, "stop", 2, "__class__", 3]},
        {"record": ["Pair", 1]},
        {"record": ["os", 1]},
        {"enum": ["Colour", 7]},
        {"type": "os.system"},
        {"dtype": "O"},
        {"device": "nowhere:0"},
        {"error": [[], [], ""]},
        {"error": [["os:system"], [], ""]},
        {"error": [["subprocess:Popen"], [], ""]},
        {"error": [["builtins:ValueError"], [1] * 11, ""]},
        {"unsent": "x"},
        {"unsent": ["x"]},
    ):
        yield msgpack.packb(value, strict_types=True)
    yield msgpack.packb(msgpack.ExtType(5, b"x"))


@pytest.mark.parametrize("data", [*hostile()], ids=lambda data: repr(data[:40]))
def test_a_message_that_nobody_sends_is_refused(data):
    with pytest.raises(CodecError):
        EXAMINER.decode(data)


def test_a_message_with_any_bytes_changed_is_data_or_refused():
    """Nothing but plain data comes out, whatever goes in."""
    rng = random.Random(5)
    known = (
        *map(type, [*PLAIN, *ARRAYS]),
        torch.Tensor,
        torch.nn.Parameter,
        list,
        Unsent,
        np.dtype,
    )
    error = KeyError("a")
    for value in [*PLAIN, *ARRAYS, torch.ones(2, 3, requires_grad=True), error]:
        data = STUDENT.encode(value)
        for _ in range(300):
            changed = bytearray(data)
            for _ in range(rng.randint(1, 3)):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
            try:
                got = EXAMINER.decode(bytes(changed))
            except CodecError:
                continue
            assert isinstance(got, (*known, BaseException))


def test_nothing_that_arrives_is_initialized_or_has_other_fields():
    table = object.__new__(Table)
    table.rows = [1]
    got = sent(table)
    assert type(got) is Table
    assert got.rows == [1]
    forged = msgpack.packb({"record": ["Table", "__class__", 3]})
    with pytest.raises(CodecError):
        EXAMINER.decode(forged)
