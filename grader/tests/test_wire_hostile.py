"""What a student's process can send: whatever it is, the examiner gets data or a `WireError`."""

import builtins
import collections
import inspect
import os
import pathlib
import pickle
import random
import re
import struct
import subprocess
import sys
import time
import tracemalloc
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from test_wire import GENERATORS, LAYERS, NAMED, TENSORS, VALUES
from torch import nn
from wire_ends import (
    Colour,
    Grid,
    Mode,
    Net,
    Pair,
    Slots,
    Span,
    Table,
    TooShort,
    Vocabulary,
    ends,
    make,
)

from grader.engine.wire import READERS, Raised, Shared, WireError
from grader.engine.wire.columns import COLUMNS
from grader.engine.wire.generators import frozen
from grader.engine.wire.stream import KNOWN, ROOM, Reader

MORE = [
    [{"a": 1}, {}, {"b": [2]}, {"c": 3}],
    [[1], [], [2, 3], ["a"]],
    [None, 1, 2.5, "a", [1], True],
    [("a", 1), ("b", 2), ("c", 3), ("d", 4)],
    {("a", i): i for i in range(9)},
    [collections.Counter("ab") for _ in range(5)],
    {"a": 1}.items(),
    make(Table, rows=[1]),
    make(Slots, left=1, right=2),
    TooShort("ab", 3),
    object(),
    torch.max(torch.eye(2), 0),
    np.linalg.svd(np.eye(2)),
    np.array(["a", "bcd"]),
    np.array([True, False]),
    torch.Generator(),
]
# A list in a list is one object twice: identity is part of what is mutated.
HONEST = [[value, [value]] for value in [*VALUES, *NAMED, *TENSORS, *LAYERS, *GENERATORS, *MORE]]


@pytest.fixture(scope="module")
def wire():
    return ends()


@pytest.fixture(scope="module")
def messages(wire):
    return [wire.student.encode(value) for value in HONEST]


def refuse(wire, message, match=None):
    """The examiner refuses a message, soon and without a trace in `shared`."""
    shared = Shared()
    began = time.process_time()
    with pytest.raises(WireError, match=match):
        wire.examiner.decode(message, shared)
    assert time.process_time() - began < 5
    assert shared == Shared()


# Bytes at random

NUMBERS = (0, 1, -1, 3, 255, 2**31, 2**32 - 1, 2**48, 2**62, -(2**63))
TAGS = b"".join([*READERS, *COLUMNS, b"w-"])


def mutated(message, others, rng):
    """A message with one to four changes, made to look like a message."""
    data = bytearray(message)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        i, kind = rng.randrange(len(data) + 1), rng.randrange(7)
        if kind == 0:
            data[i : i + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            data[i : i + 1] = bytes([rng.choice(TAGS)])
        elif kind == 2:
            del data[i : i + rng.randrange(1, 9)]
        elif kind == 3:
            data[i:i] = bytes(rng.choices(TAGS, k=rng.randrange(1, 9)))
        elif kind == 4:
            data[i : i + 8] = rng.choice(NUMBERS).to_bytes(8, "little", signed=True)
        elif kind == 5:
            data[i : i + 4] = (rng.choice(NUMBERS) % 2**32).to_bytes(4, "little")
        else:
            other, j = rng.choice(others), rng.randrange(60)
            data[i : i + 20] = other[j : j + rng.randrange(60)]
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_a_message_with_changed_bytes_is_data_or_an_error(wire, messages, seed):
    rng, outcomes, slowest = random.Random(seed), collections.Counter(), 0.0
    for _ in range(3000):
        message = mutated(rng.choice(messages), messages, rng)
        began = time.process_time()
        try:
            wire.examiner.decode(message)
            outcomes["data"] += 1
        except WireError:
            outcomes["error"] += 1
        slowest = max(slowest, time.process_time() - began)
    assert outcomes["error"] > 1000  # nothing else came out, see above
    assert outcomes["data"] > 50
    assert slowest < 2


def test_bytes_at_random_are_no_message(wire):
    rng = random.Random(1)
    for n in range(2000):
        try:
            wire.examiner.decode(bytes([rng.choice(TAGS)]) + rng.randbytes(n % 40))
        except WireError:
            continue


def test_a_message_that_ends_early_is_refused(wire, messages):
    for message in messages:
        for end in range(min(len(message), 200)):
            refuse(wire, message[:end])


def test_a_message_with_more_after_it_is_refused(wire, messages):
    for message in messages:
        refuse(wire, message + b"N", match="follow")


def test_every_tag_is_read_by_one_reader_and_met_by_the_fuzzing(messages):
    assert {bytes([byte]) for byte in b"".join(messages)} >= set(READERS)
    assert len(READERS) == sum(len(table) for table in _tables())


def _tables():
    from grader.engine.wire import (
        arrays,
        containers,
        exceptions,
        generators,
        layers,
        names,
        objects,
        scalars,
        stdlib,
        tensors,
    )

    parts = [arrays, containers, exceptions, generators, layers]
    parts += [names, objects, scalars, stdlib, tensors]
    return [{KNOWN: Reader.again}, *(part.READERS for part in parts)]


# Sizes


def many(node, n):
    """A list of `n` nodes."""
    return b"[*" + struct.pack("<I", n) + node * n


def test_announced_sizes_cost_no_memory(wire, messages):
    tracemalloc.start()
    for message in messages:
        for i in range(1, min(len(message), 60)):
            for size in (b"\xff\xff\xff\xff", b"\0\0\0\0\0\xff\0\0"):
                try:
                    wire.examiner.decode(message[:i] + size + message[i + len(size) :])
                except WireError:
                    continue
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 << 20


EMPTY = [
    *([], {}, set(), (), frozenset(), "", b"", bytearray(), 0, 0.0, None, 2**70, "é", "ab"),
    *(collections.OrderedDict(), collections.Counter(), collections.defaultdict(list)),
    *(collections.deque(), collections.deque(maxlen=1), range(0), slice(0), {}.keys(), {}.items()),
    *(Decimal(0), Fraction(1, 2), SimpleNamespace(), Span(1, 2), Grid({}), Vocabulary(), Pair(1)),
    *(np.zeros(0), np.zeros(0, object), np.float32(1), np.dtype("f4"), np.dtype([("a", "f4")])),
    *(
        np.random.default_rng(1),
        np.random.RandomState(1),
        random.Random(1),
        ValueError(),
        {}.values(),
    ),
    *(make(Table), make(Slots), object(), Colour.RED, pathlib.PurePosixPath("a"), re.compile("a")),
]


@pytest.mark.parametrize("value", EMPTY, ids=lambda value: type(value).__name__)
def test_memory_is_bounded_by_what_is_counted(wire, value):
    message = many(wire.student.encode(value), 200)
    decode = lambda: Reader(wire.examiner, message, Shared())  # noqa: E731
    decode().get()
    reader = decode()
    tracemalloc.start()
    arrived = reader.get()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(arrived) == 200
    assert used < ROOM - reader.room + 100_000


@pytest.mark.parametrize(
    "value",
    [
        [[] for _ in range(3000)],
        [{} for _ in range(3000)],
        [collections.Counter() for _ in range(3000)],
        ["ab"] * 1500 + ["é😀"] * 1500,
        [(1.5, "ab")] * 3000,
        [1.5, None, "a"] * 1000,
        {str(i): [i] for i in range(3000)},
        {(i, i) for i in range(3000)},
        [True] * 3000,
        [[10**9 + i for i in range(20)] for _ in range(300)],
    ],
)
def test_memory_of_columns_is_bounded_by_what_is_counted(wire, value):
    reader = Reader(wire.examiner, wire.student.encode(value), Shared())
    tracemalloc.start()
    arrived = reader.get()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert arrived == value
    assert used < ROOM - reader.room + 100_000


def test_more_than_the_room_is_refused(wire):
    for node in (b"N", b"[*\0\0\0\0", wire.student.encode(collections.deque())):
        refuse(wire, many(node, 1_200_000), match="would take|deep and take")


def test_depth_is_bounded_on_both_ends(wire):
    for codec in (wire.examiner, wire.student):
        for wrap in (lambda x: [x], lambda x: (x,), lambda x: {1: x}, lambda x: [[x], [], [], []]):
            value = 1
            for _ in range(40):
                value = wrap(value)
            wire.examiner.decode(codec.encode(value))
            for _ in range(80):
                value = wrap(value)
            with pytest.raises(WireError, match="100 levels"):
                codec.encode(value)
    refuse(wire, b"[*\1\0\0\0" * 101 + b"N", match="100 levels")
    refuse(wire, b"(t\1\0\0\0" + b"t\1\0\0\0" * 300 + b"*\0\0\0\0", match="100 levels")
    refuse(wire, b"(" * 100_000)


def test_what_is_too_large_to_send_is_refused_where_it_is(wire):
    for value in (np.broadcast_to(np.int8(0), 1 << 40), torch.zeros(1).expand(1 << 40)):
        with pytest.raises(WireError, match="too large"):
            wire.student.encode(value)
    with pytest.raises(WireError, match="bits"):
        wire.student.encode(1 << (1 << 21))


@pytest.mark.parametrize(
    "value",
    [
        range(1 << 30),
        range(10**30),
        Decimal("1E+999999"),
        Decimal("1" * 20_000),
        Fraction(1, 1 << 50_000),
        re.compile("a" * 2000),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_small_only_on_the_wire_is_refused(wire, value):
    refuse(wire, wire.student.encode(value), match="may")


# Identity


def nested(make_level):
    """The message of a value of 25 levels that holds each level twice, all but one by name."""
    value = make_level(0, 0)
    for _ in range(25):
        value = make_level(value, value)
    return value


@pytest.mark.parametrize(
    "make_level",
    [
        lambda a, b: [a, b],
        lambda a, b: {1: a, 2: b},
        lambda a, b: collections.deque([(a, 1), [b]]),
        lambda a, b: make(Table, rows=a, columns=b),
        lambda a, b: np.array([a, b, None], object),
        Span,  # its hash goes through all of it
        lambda a, b: Vocabulary(a=a, b=b),
    ],
)
def test_a_value_that_is_endless_when_written_out_is_refused(wire, make_level):
    value = nested(make_level)
    message = wire.student.encode([value])
    assert len(message) < 20_000
    refuse(wire, message, match="written out")


def test_many_sets_of_one_large_key_are_refused(wire):
    # The hash of such a key goes through all of it, each time.
    start, end = b"[*\3\0\0\0", b"[*\1\0\0\0" + KNOWN + b"\1\0\0\0"
    row = [0]
    message = wire.student.encode([row, Span(tuple(range(100_000))), [row]])
    assert message.startswith(start)
    assert message.endswith(end)
    one = b"S*\1\0\0\0" + KNOWN + b"\2\0\0\0"
    assert type(wire.examiner.decode(message.removesuffix(end) + one)[2]) is set
    body = message.removeprefix(start).removesuffix(end)
    refuse(wire, b"[*" + struct.pack("<I", 20_002) + body + one * 20_000, match="would take")


@pytest.mark.parametrize("tag", [b"G", b"W", b"m", b"e" + struct.pack("<I", 6) + b"Colour"])
def test_what_must_be_small_is_refused_before_it_is_hashed_or_printed(wire, tag):
    value = Span(0, 0)
    for _ in range(60):
        value = Span(value, value)
    refuse(wire, tag + wire.student.encode(((("bit_generator", value), (value, 1)), [value], 1)))
    refuse(wire, tag + wire.student.encode(value), match="were expected")
    refuse(wire, b"h\1\0\0\0x" + bytes(8) + wire.student.encode(value))


def test_an_error_never_prints_what_was_sent(wire):
    value = Span(0, 0)
    for _ in range(60):
        value = Span(value, value)
    fields = wire.student.encode((value, [value]))[1:]
    message = wire.student.encode(make(Table, rows=1))
    head = message[: message.index(b"*")]
    refuse(wire, head + fields + fields)
    refuse(
        wire, wire.student.encode(np.dtype([("a", "f4")])).replace(b"*\1\0\0\0s\1\0\0\0a", fields)
    )


def test_a_recurrent_layer_brings_only_names_of_its_weights(wire):
    for names in ("a" * 10_000_000, [1], range(1 << 20), ["a"] * 2000):
        layer = nn.LSTM(1, 1)
        layer._flat_weights_names = names
        refuse(wire, wire.examiner.encode(layer), match="recurrent")


def test_a_name_that_a_module_would_import_leads_nowhere(wire):
    def name(text):
        return struct.pack("<I", len(text)) + text.encode()

    before = set(sys.modules)
    refuse(wire, b"=" + name("torch") + name("_inductor"))
    refuse(wire, b"=" + name("torch") + name("_dynamo"))
    refuse(wire, b"j" + name("torch") + name("_inductor") + b"*\0\0\0\0")
    refuse(wire, b"M" + name("torch:_export"))
    assert set(sys.modules) == before


def test_data_that_contains_itself_is_refused(wire):
    row, table, grid = [1], {}, Grid()
    row.append(row)
    table["x"] = [table]
    grid.cells[1] = grid
    deep = [[]]
    deep[0].append((deep,))
    for value in (row, table, grid, deep, [row] * 5):
        refuse(wire, wire.student.encode(value), match="contains itself")


def test_only_known_objects_can_be_named(wire):
    for i in (0, 1, 2**31, 2**32 - 1):
        refuse(wire, b"(*\1\0\0\0" + KNOWN + struct.pack("<I", i), match="are known")


PRIME = 2**61 - 1  # the hash of an integer is its remainder


@pytest.mark.parametrize(
    "keys",
    [
        [i * PRIME for i in range(50_000)],
        [tuple(-1 - (i >> k & 1) for k in range(14)) for i in range(9000)],
    ],
    ids=["integers", "tuples"],
)
def test_keys_of_one_hash_are_refused(wire, keys):
    items = wire.student.encode(keys)[1:]
    for message in (b"S" + items, b"z" + items, b"{" + items + items, b"k" + items):
        refuse(wire, message, match="same hash")


def test_honest_keys_are_taken(wire):
    keys = [*range(-50_000, 50_000), *(i / 7 for i in range(10_000)), -1.5, "a"]
    for value in (
        set(keys),
        dict.fromkeys(keys, 1),
        {(a, b) for a in (-1, -2) for b in range(999)},
    ):
        assert wire.examiner.decode(wire.student.encode(value)) == value


@pytest.mark.parametrize("twice", [(1, 1), (1, True), (0, -0.0), ("a", "a")])
def test_a_key_that_comes_twice_is_refused(wire, twice):
    items = wire.student.encode(twice)[1:]
    for message in (b"S" + items, b"z" + items, b"{" + items + items):
        refuse(wire, message, match="twice")


def test_what_has_no_hash_is_no_key(wire):
    for value in ([[1]], [{}], [np.zeros(2)]):
        items = wire.student.encode(value)[1:]
        refuse(wire, b"S" + items, match="TypeError")


# Objects


@pytest.mark.parametrize(
    "fields",
    [
        {"total": 5},
        {"size": 5},
        {"__class__": 5},
        {"__dict__": {}},
        {"__deepcopy__": len},
        {"__eq__": len},
        {"rows": lambda: 1},
        {"rows": [{"a": (object(),)}]},
    ],
)
def test_an_object_may_hide_nothing_of_its_class_and_hold_no_handle(wire, fields):
    value = make(Table)
    value.__dict__.update(fields)
    message = wire.examiner.encode(value)
    refuse(wire, message, match="may not have|may hold no handle")


def test_an_object_may_not_bring_what_its_class_computes(wire):
    message = wire.student.encode(make(Table, rows=5))
    for name in (b"mean", b"size"):
        refuse(wire, message.replace(b"rows", name), match="may not have")


def test_a_layer_may_hide_nothing_of_its_class(wire):
    for fields in (
        {"forward": torch.relu},
        {"__call__": torch.relu},
        {"state_dict": 5},
        {"_compiled_call_impl": torch.relu},
        {"_version": 2},
        {"_parameters": {"weight": torch.zeros(1)}},
        {"_parameters": {"weight": 5}},
        {"_parameters": [1]},
        {"_modules": {"a": len}},
        {"_modules": {1: None}},
        {"inner": lambda: 1},
    ):
        for value in (nn.Linear(1, 1), Net()):
            value.__dict__.update(fields)
            refuse(wire, wire.examiner.encode(value), match=r"may not|a module w|may hold")


@pytest.mark.parametrize("name", ["_forward_hooks", "_backward_pre_hooks", "_flat_weights"])
def test_a_layer_may_bring_no_hooks(wire, name):
    layer = nn.Linear(1, 1)
    layer.__dict__["x" * len(name)] = {0: torch.relu}
    message = wire.examiner.encode(layer)
    assert isinstance(wire.examiner.decode(message), nn.Linear)
    refuse(wire, message.replace(b"x" * len(name), name.encode()), match="a module with")


@pytest.mark.parametrize("cls", [Colour, Mode, TooShort, Net, str, type])
def test_only_classes_of_records_make_records(wire, cls):
    key = cls.__qualname__.encode()
    name = struct.pack("<I", len(key)) + key
    no_fields = b"*\0\0\0\0" * 2
    refuse(wire, b"o" + name + no_fields, match="not a class of records|registered")
    refuse(wire, b"q" + name + b"N" + no_fields, match="not a class of records|registered")


def test_a_record_must_have_the_value_of_its_class(wire):
    message = wire.student.encode(Pair(1, 2))
    assert wire.examiner.decode(message) == (1, 2)
    refuse(wire, message.replace(b"*\2\0\0\0", b"*\1\0\0\0", 1))
    refuse(wire, message.replace(b"Pair", b"Span"))
    refuse(wire, wire.student.encode(Span(1)).replace(b"Span", b"Pair"), match="without its value")


def test_a_member_must_be_one_of_its_enumeration(wire):
    message = wire.student.encode(Colour.RED)
    for name in (b"ODD", b"mro", b"RE\0"):
        refuse(wire, message.replace(b"RED", name))
    refuse(wire, message.replace(b"Colour", b"Vocabulary"[:6]))


FORBIDDEN = [
    *(os.system, os.remove, subprocess.Popen, subprocess.run, pickle.loads, pathlib.Path),
    *(
        eval,
        exec,
        open,
        compile,
        __import__,
        getattr,
        setattr,
        input,
        print,
        globals,
        builtins.vars,
    ),
    *(np.load, np.save, np.fromfile, np.memmap, np.frompyfunc, np.testing.assert_allclose),
    *(
        torch.load,
        torch.save,
        torch.from_file,
        torch.compile,
        torch.manual_seed,
        torch.nn.Parameter,
    ),
    *(inspect.getsource, os.urandom, time.sleep, SystemExit, KeyboardInterrupt, BaseException),
    *(Table.total, Vocabulary.__missing__, WireError, Reader, re.compile),
]


@pytest.mark.parametrize("value", FORBIDDEN, ids=lambda f: f.__qualname__)
def test_a_student_cannot_name_what_acts(wire, value):
    assert type(wire.examiner.decode(wire.student.encode(value))).__name__ == "Kept"
    refuse(wire, wire.examiner.encode(value), match="may not be sent|are announced|handle|")
    assert wire.student.decode(wire.examiner.encode(value)) is not None


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "len.__self__.eval"),
        ("math", "sqrt.__self__"),
        ("torch.nn.functional", "torch.os.system"),
        ("torch.nn.functional", "torch.from_file"),
        ("torch.nn.functional", "warnings"),
        ("torch.nn.functional", "relu.__globals__"),
        ("torch.nn.functional", "_canonical_mask"),
        ("torch.nn.modules.module", "register_module_forward_hook"),
        ("torch.nn.modules.linear", "math"),
        ("numpy", "memmap"),
        ("numpy", "load"),
        ("types", "FunctionType"),
        ("types", "CodeType"),
        ("__main__", "anything"),
        ("os", "system"),
        ("antigravity", "fly"),
        ("", ""),
    ],
)
def test_a_path_of_names_leads_nowhere(wire, module, name):
    message = b"=" + b"".join(struct.pack("<I", len(t)) + t.encode() for t in (module, name))
    refuse(wire, message, match="may not be sent by name")


def test_a_handle_is_small_and_holds_data_only(wire):
    info = wire.student.encode(object())
    refuse(wire, b"h\1\0\0\0x" + bytes(8) + info, match="handle")
    refuse(wire, b"h" + struct.pack("<I", 41) + b"x" * 41 + bytes(8) + b"N", match="kind")


def test_an_exception_is_a_few_names_and_data(wire):
    names = ("ValueError", "Exception")
    for fault in (
        ((), (), "", ()),
        (names, [], "", ()),
        (names, (), 5, ()),
        ((5,), (), "", ()),
        (("x" * 300,), (), "", ()),
        (names, (), "", ((1, 2),)),
        (names, (), "", (("a",),)),
        (names * 50, (), "", ()),
        (names, (), ""),
    ):
        message = wire.student.encode(fault)
        assert message[:1] == b"("
        refuse(wire, b"E" + message)


def test_an_exception_cannot_be_a_class_that_is_none(wire):
    for name in ("eval", "SystemExit", "int", "Table", "__import__", "KeyboardInterrupt"):
        error = Raised((name,), ("x",), "text", (("args", 5), ("a", 1))).exception({"Table": Table})
        assert type(error).__mro__[1] is RuntimeError
        assert str(error) == "text"
        assert (error.args, error.a) == (("x",), 1)


# Arrays


def test_bytes_that_no_element_can_have_are_refused(wire):
    for value in (np.array([True]), np.zeros(2, [("a", "?")]), torch.tensor([True]), np.bool_(1)):
        message = wire.student.encode(value)
        refuse(wire, message[:-1] + b"\2", match="truth value")
    for dtype in ("<U1", ">U1"):
        refuse(wire, wire.student.encode(np.array(["a"], dtype))[:-4] + b"\xff\xff\xff\x7f")


def test_shapes_that_do_not_fit_are_refused(wire):
    array = wire.student.encode(np.zeros((2, 2), "u1"))
    shape = struct.pack("<QQ", 2, 2)
    assert array.count(shape) == 1
    for lengths in ((2, 3), (2**63, 2), (2**32, 2**32), (2**64 - 1, 0), (0, 2**50), (1, 1)):
        refuse(wire, array.replace(shape, struct.pack("<QQ", *lengths)))
    for order in (b"\2\1\1", b"\2\0\2", b"\1\0\1", b"\xff\0\1"):
        refuse(wire, array.replace(b"\2\0\1", order))


@pytest.mark.parametrize(
    "dtype",
    [
        "f3",
        "<f99",
        "|O8",
        "f4,f4",
        "<U9999999",
        "V8",
        "(3,)f4",
        "<M8[xx]",
        "a" * 9,
        "",
        "p",
    ],
)
def test_what_is_no_dtype_is_refused(wire, dtype):
    message = b"#" + struct.pack("<I", len(dtype)) + dtype.encode()
    refuse(wire, message)


def test_an_object_inside_a_structure_is_refused(wire):
    with pytest.raises(WireError, match="cannot be sent"):
        wire.student.encode(np.zeros(1, [("a", object)]))
    refuse(wire, wire.student.encode(np.dtype([("a", "f4")])).replace(b"\3\0\0\0<f4", b"\1\0\0\0O"))


@pytest.mark.parametrize(
    ("name", "part", "key", "last"),
    [("MT19937", "state", "pos", 624), ("Philox", None, "buffer_pos", 4)],
)
def test_a_random_generator_cannot_point_beyond_its_block(wire, name, part, key, last):
    bits = getattr(np.random, name)(1)
    states = {b"G": bits.state, b"W": np.random.RandomState(bits).get_state(legacy=False)}
    for tag, state in states.items():
        for position in (last, -1, last + 1, 2**40):
            (state[part] if part else state)[key] = position
            message = tag + wire.student.encode(frozen(state))
            if position == last:
                assert wire.examiner.decode(message).random() < 1
            else:
                refuse(wire, message)


def test_a_random_generator_must_have_the_state_of_its_kind(wire):
    message = wire.student.encode(np.random.default_rng(1))
    for a, b in (
        (b"PCG64", b"SFC64"),
        (b"PCG64", b"POPEN"),
        (b"inc", b"ink"),
        (b"state", b"stats"),
    ):
        refuse(wire, message.replace(a, b))
    for value in (random.Random(1), torch.Generator()):
        message = wire.student.encode(value)
        refuse(wire, message.replace(message[200:208], b"\xff" * 8, 1)[:-8])


def test_a_gradient_must_fit_its_tensor(wire):
    value = torch.ones(2, requires_grad=True)
    value.sum().backward()
    message = wire.student.encode(value)
    grad = wire.student.encode(torch.ones(2))
    assert message.endswith(grad)
    for other in (torch.ones(3), 5, torch.ones(2, dtype=torch.int64)):
        refuse(wire, message[: -len(grad)] + wire.student.encode(other))


def test_a_student_cannot_set_off_imports(wire, monkeypatch):
    monkeypatch.delitem(__import__("sys").modules, "torch")
    refuse(wire, wire.student.encode([1]).replace(b"*", b"*", 1)[:0] + b"x*\0\0\0\0", match="torch")
