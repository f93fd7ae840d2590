"""Data between the student's process and the checks: what arrives is what was sent."""

import array
import collections
import copy
import datetime
import math
import operator
import pathlib
import random
import re
import subprocess
import sys
import time
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import nn
from wire_ends import (
    RECORDS,
    Colour,
    Grid,
    Kept,
    Mode,
    Net,
    Pair,
    Slots,
    Span,
    Steps,
    Table,
    TooShort,
    Vocabulary,
    Word,
    ends,
    make,
    same,
)

from grader.engine.wire import (
    Raised,
    Shared,
    WireError,
    changed,
    check_extent,
    shallow,
    snapshot,
    update,
)

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

text = st.text(st.characters(), max_size=8)  # surrogates too
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    text,
    st.binary(max_size=8),
)
keys = st.recursive(
    st.one_of(st.none(), st.integers(), text, st.binary(max_size=8), st.floats(allow_nan=False)),
    lambda inner: st.one_of(
        st.tuples(inner, inner), st.frozensets(inner, max_size=3), st.builds(Span, inner, inner)
    ),
    max_leaves=4,
)
data = st.recursive(
    st.one_of(
        scalars, st.decimals(allow_nan=False, places=3), st.fractions(), st.dates(), st.datetimes()
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=9),
        st.lists(st.lists(st.integers(), max_size=3), max_size=6),
        st.lists(st.tuples(inner, inner), max_size=6),
        st.tuples(inner, inner, inner),
        st.dictionaries(keys, inner, max_size=6),
        st.lists(st.dictionaries(keys, inner, max_size=3), min_size=4, max_size=6),
        st.sets(keys, max_size=6),
        st.builds(Pair, inner, inner),
        st.builds(collections.deque, st.lists(inner, max_size=3), st.integers(3, 5)),
        st.builds(collections.OrderedDict, st.dictionaries(keys, inner, max_size=3)),
        st.lists(st.builds(collections.Counter, st.lists(keys, max_size=6)), max_size=6),
    ),
    max_leaves=25,
)
dtypes = st.one_of(
    hnp.scalar_dtypes(),
    hnp.unicode_string_dtypes(),
    hnp.byte_string_dtypes(),
    hnp.array_dtypes(hnp.scalar_dtypes(), allow_subarrays=True),
)


@pytest.fixture(scope="module")
def wire():
    return ends()


def journeys(wire, value):
    """The value as the student gets it, and as the examiner gets it."""
    return (
        wire.student.decode(wire.examiner.encode(value)),
        wire.examiner.decode(wire.student.encode(value)),
    )


@given(data)
@QUICK
def test_data_arrives_as_it_was(wire, value):
    for arrived in journeys(wire, value):
        assert same(arrived, value), (arrived, value)


@given(dtypes.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0))))
@QUICK
def test_arrays_arrive_bit_for_bit(wire, value):
    for arrived in journeys(wire, value):
        assert same(arrived, value)
    if value.size and value.dtype.names is None:
        for arrived in journeys(wire, value.reshape(-1)[0]):
            assert same(arrived, value.reshape(-1)[0])


CUBE = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    "value",
    [
        CUBE.T,
        CUBE.transpose(1, 2, 0),
        np.asfortranarray(CUBE),
        np.asfortranarray([[1, 2], [3, 4]], dtype=object),
        CUBE[:, ::2],
        CUBE[::-1],
        np.broadcast_to(np.int8(3), (2, 2)),
        np.zeros((0, 5)),
        np.array(7, ">i4"),
        np.array([[1, "a", None], [[1], {}, 2**70]], object),
    ],
)
def test_arrays_keep_their_layout_in_memory(wire, value):
    for arrived in journeys(wire, value):
        dense = value.flags.forc or value.T.flags.forc or value is CUBE.transpose(1, 2, 0)
        assert same(arrived, value)
        if dense:
            assert arrived.strides == value.strides


def test_a_read_only_array_stays_read_only(wire):
    value = np.arange(3)
    value.flags.writeable = False
    for arrived in journeys(wire, value):
        with pytest.raises(ValueError, match="read-only"):
            arrived[0] = 1


VALUES = [
    2**5000,
    -(2**63),
    -(2**63) - 1,
    -0.0,
    math.inf,
    "a\ud800é😀\0",
    ["a\0b", "c", "d", "e"],
    ["", "", "", ""],
    [2**70, 1, 2, 3],
    ...,
    NotImplemented,
    slice(1, None, "x"),
    range(5, 100, 7),
    bytearray(b"abc"),
    frozenset({1, "a"}),
    collections.defaultdict(list, {1: [2]}),
    collections.deque([1, 2], maxlen=4),
    array.array("d", [1.5, 2.5]),
    SimpleNamespace(a=1, b=[2]),
    datetime.timedelta(1, 2, 3),
    datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC, fold=1),
    Decimal("1.50"),
    Decimal("-Infinity"),
    Fraction(-3, 7),
    pathlib.PurePosixPath("a/b"),
    re.compile(r"(a+)\b", re.IGNORECASE),
    np.dtype("<M8[3D]"),
    np.dtype([("a", "f4"), ("b", ">U3", (2, 2))]),
    np.str_("a\0"),
    np.bytes_(b"a\0"),
    np.bool_(True),
    np.datetime64("2026-01-01T00:00", "m"),
    np.void((1, 2.5), "i4,f8"),
    torch.float16,
    torch.Size([2, 3]),
    torch.device("cpu"),
    Colour.BLUE,
    Mode.READ | Mode.WRITE,
    Span(1, 2),
    Grid({1: [2]}),
    Pair([1], "b"),
    Vocabulary(a=1),
    Word("a"),
    Steps(5),
    {Span(1): 2, Pair(1, 2): 3},
]
NAMED = [
    *(int, str, dict, type(None), ValueError, collections.Counter, Decimal, np.float32, np.ndarray),
    *(len, max, sorted, math.sqrt, np.tanh, np.add, torch.relu, torch.tanh, F.relu, F.gelu),
    *(F.max_pool2d, F.softmax, nn.Linear, nn.TransformerEncoderLayer, torch.Tensor, Table, Colour),
]


@pytest.mark.parametrize("value", VALUES)
def test_each_kind_of_data_arrives(wire, value):
    for arrived in journeys(wire, value):
        assert same(arrived, value)


@pytest.mark.parametrize("value", NAMED)
def test_well_known_classes_and_functions_arrive_by_name(wire, value):
    for arrived in journeys(wire, value):
        assert arrived is value


def test_nan_keeps_its_bits(wire):
    bits = 0x7FF8_0000_DEAD_BEEF
    value = np.array([bits], "u8").view("f8").tolist()
    for sent in (value[0], value, value * 9):
        for arrived in journeys(wire, sent):
            assert same(arrived, sent)


def test_views_of_dicts_arrive_as_views(wire):
    value = {"a": [1], "b": 2}
    for view in (value.keys(), value.values(), value.items()):
        for arrived in journeys(wire, view):
            assert type(arrived) is type(view)
            assert list(arrived) == list(view)


def test_only_the_student_gets_a_path_that_can_open_files(wire):
    at_student, at_examiner = journeys(wire, pathlib.Path("a/b"))
    assert type(at_student) is type(pathlib.Path())
    assert type(at_examiner) is pathlib.PurePosixPath


TENSORS = [
    torch.arange(6).reshape(2, 3).t(),
    torch.randn(2, 3, 4).permute(2, 0, 1),
    torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
    torch.randn(8)[::3],
    torch.ones(1).expand(3),
    torch.tensor(True),
    torch.zeros(0, 4),
    torch.randn(3, dtype=torch.bfloat16),
    torch.randn(3).half(),
    torch.randn(3, dtype=torch.complex64).conj(),
    torch.tensor([2**63 - 1]).to(torch.uint64),
    torch.randn(3).to(torch.float8_e5m2),
    torch.randn(2, requires_grad=True),
    nn.Parameter(torch.randn(2)),
    nn.Parameter(torch.randn(2), requires_grad=False),
]


@pytest.mark.parametrize("value", TENSORS, ids=lambda t: f"{t.dtype}-{tuple(t.shape)}")
def test_tensors_arrive_bit_for_bit(wire, value):
    for arrived in journeys(wire, value):
        assert type(arrived) is type(value)
        assert same(arrived, value.resolve_conj() if value.is_conj() else value)
        if (value.numel() > 1 and value.is_contiguous()) or value.ndim > 2:
            assert arrived.stride() == value.stride()


def test_a_gradient_arrives_with_its_tensor(wire):
    value = torch.randn(2, 2, requires_grad=True)
    (value**2).sum().backward()
    for arrived in journeys(wire, [value, value.grad]):
        assert same(arrived[0].grad, value.grad)
        assert arrived[0].grad is arrived[1]


def test_the_result_of_a_graph_arrives_as_a_leaf(wire):
    value = torch.randn(2, requires_grad=True) * 2
    for arrived in journeys(wire, value):
        assert arrived.requires_grad
        assert arrived.is_leaf
        assert torch.equal(arrived, value)


def test_tensors_that_cannot_be_sent_are_named(wire):
    for value in (torch.eye(2).to_sparse(), torch.empty(2, device="meta")):
        with pytest.raises(WireError, match="cannot be sent: a tensor of layout"):
            wire.student.encode([value])


LAYERS = [
    nn.Linear(2, 3),
    nn.Sequential(nn.Conv2d(1, 2, 3, padding="same"), nn.ReLU(), nn.Flatten(), nn.Dropout(0.1)),
    nn.LSTM(2, 3, 2, bidirectional=True),
    nn.TransformerEncoderLayer(8, 2, batch_first=True),
    nn.ModuleDict({"a": nn.Embedding(4, 3), "b": nn.ModuleList([nn.LayerNorm(3)])}),
    nn.ParameterDict({"a": nn.Parameter(torch.ones(1))}),
    nn.BatchNorm1d(3).eval(),
    nn.CrossEntropyLoss(weight=torch.ones(3)),
    Net(),
]


@pytest.mark.parametrize("value", LAYERS, ids=lambda m: type(m).__name__)
def test_layers_arrive_with_their_parameters(wire, value):
    for arrived in journeys(wire, value):
        assert type(arrived) is type(value)
        assert repr(arrived) == repr(value)
        assert arrived.training == value.training
        assert same(dict(arrived.state_dict()), dict(value.state_dict()))


def test_layers_compute_the_same(wire):
    layer, x = nn.LSTM(2, 3, 2), torch.randn(4, 1, 2)
    for arrived in journeys(wire, layer):
        assert torch.equal(arrived(x)[0], layer(x)[0])


def test_tied_weights_stay_tied(wire):
    value = nn.Sequential(nn.Embedding(4, 3), nn.Linear(3, 4, bias=False))
    value[1].weight = value[0].weight
    for arrived in journeys(wire, value):
        assert arrived[0].weight is arrived[1].weight


@pytest.mark.parametrize("value", [torch.max(torch.eye(3), 0), np.linalg.svd(np.eye(2))])
def test_results_with_names_keep_their_names(wire, value):
    for arrived in journeys(wire, value):
        assert type(arrived) is type(value)
        assert same(tuple(arrived), tuple(value))


GENERATORS = [
    *(
        np.random.Generator(getattr(np.random, name)(5))
        for name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
    ),
    np.random.RandomState(5),
    np.random.RandomState(np.random.PCG64(5)),
    random.Random(5),
]


@pytest.mark.parametrize("value", GENERATORS)
def test_random_generators_go_on_where_they_were(wire, value):
    draw = operator.methodcaller("random")
    draw(value)
    value = copy.deepcopy(value)
    if isinstance(value, np.random.Generator):
        value.integers(9, dtype=np.uint32)  # half of a draw is kept for the next one
    at_student, at_examiner = journeys(wire, value)
    assert draw(value) == draw(at_student) == draw(at_examiner)


def test_a_torch_generator_goes_on_where_it_was(wire):
    value = torch.Generator().manual_seed(3)
    torch.randn(3, generator=value)
    at_student, at_examiner = journeys(wire, value)
    draws = [torch.randn(5, generator=g) for g in (value, at_student, at_examiner)]
    assert torch.equal(draws[0], draws[1])
    assert torch.equal(draws[0], draws[2])


# Identity


def test_one_object_stays_one_object(wire):
    row, x, rng = [1], np.zeros(2), np.random.default_rng()
    value = {"rows": [row, row], "row": row, "x": (x, x), "rng": [rng, rng], "t": Grid({1: row})}
    for arrived in journeys(wire, value):
        assert arrived["rows"][0] is arrived["rows"][1] is arrived["row"] is arrived["t"].cells[1]
        assert arrived["x"][0] is arrived["x"][1]
        assert arrived["rng"][0] is arrived["rng"][1]


def test_equal_objects_stay_apart(wire):
    for arrived in journeys(wire, [[1], [1], [1], [1], {}, {}]):
        assert len(set(map(id, arrived))) == 6


def test_the_student_may_get_data_that_contains_itself(wire):
    row, table = [1], {}
    row.append(row)
    table["me"], table["rows"] = table, [[table], [row], [table], [row]]
    arrived_row, arrived = wire.student.decode(wire.examiner.encode((row, table)))
    assert arrived_row[1] is arrived_row
    assert arrived["me"] is arrived
    assert arrived["rows"][1][0] is arrived_row


# Objects of given classes, and what stays where it is


def test_objects_of_given_classes_arrive_without_init(wire):
    value = make(Table, rows=[1, 2], title="t", extra=np.zeros(2))
    assert value.mean == 1.5  # now cached in the object
    for arrived in journeys(wire, value):
        assert type(arrived) is Table
        assert (arrived.total(), arrived.size, arrived.title, arrived.mean) == (3, 2, "t", 1.5)


def test_slots_arrive_and_empty_ones_stay_empty(wire):
    for arrived in journeys(wire, make(Slots, left=[1])):
        assert arrived.left == [1]
        assert not hasattr(arrived, "right")


def test_a_class_may_be_registered_late_and_under_its_module(wire):
    class Late:
        pass

    Late.__module__, Late.__qualname__ = "course.book", "Late"
    value = make(Late, a=1)
    other = ends()
    for codec in (other.examiner, other.student):
        assert other.examiner.encode(value).count(b"Late") == 1
        codec.records["course.book:Late"] = Late
    assert type(other.examiner.decode(other.student.encode(value))) is Late


def test_what_is_no_data_goes_as_a_handle(wire):
    thing = Table.total
    arrived = wire.examiner.decode(wire.student.encode([thing, thing, thing, 1]))
    assert arrived[0] == Kept(kind="object", id=arrived[0].id, info={"type": "function"})
    assert wire.lent[arrived[0].id] is thing
    assert arrived[0] is arrived[1] is arrived[2]


def test_an_object_that_holds_a_function_is_lent_whole(wire):
    whole = make(Table, rows=[make(Table, rows=lambda: 1)])
    arrived = wire.examiner.decode(wire.student.encode((whole, [1], whole)))
    assert wire.lent[arrived[0].id] is whole
    assert arrived[0] is arrived[2]
    assert arrived[1] == [1]


def test_a_student_gets_an_object_that_holds_a_function_by_value(wire):
    arrived = wire.student.decode(wire.examiner.encode(make(Table, rows=lambda: 1)))
    assert type(arrived) is Table
    assert arrived.rows.info == {"type": "function"}


def test_modules_with_hooks_or_foreign_parts_are_lent_whole(wire):
    class Own(nn.Module):
        pass

    hooked, mixed = nn.Linear(1, 1), nn.Sequential(nn.ReLU(), Own())
    hooked.register_forward_hook(lambda *_: None)
    shadowed = nn.Linear(1, 1)
    shadowed.forward = 5
    for value in (hooked, mixed, shadowed, Own()):
        arrived = wire.examiner.decode(wire.student.encode(value))
        assert wire.lent[arrived.id] is value


class EqualToAll:
    """Whatever it is compared with, it is equal."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


@pytest.mark.parametrize("base", [int, float, str, list, dict, tuple, set, bytes, Span])
def test_a_subclass_of_the_students_own_is_no_data(wire, base):
    sly = type("Sly", (EqualToAll, base), {})
    value = sly.__new__(sly)
    assert type(wire.examiner.decode(wire.student.encode([value]))[0]) is Kept


def test_subclasses_of_arrays_and_tensors_are_no_data(wire):
    sly_array = type("SlyArray", (np.ndarray,), {"__eq__": lambda *_: True})
    sly_tensor = type("SlyTensor", (torch.Tensor,), {"__eq__": lambda *_: True})
    values = [np.zeros(2).view(sly_array), torch.zeros(2).as_subclass(sly_tensor)]
    for arrived in wire.examiner.decode(wire.student.encode(values)):
        assert type(arrived) is Kept


# Exceptions


def test_an_exception_arrives_as_what_can_be_said_about_it(wire):
    raised = wire.examiner.decode(wire.student.encode(TooShort("ab", 3)))
    assert raised == Raised(
        ("TooShort", "ValueError", "Exception", "BaseException"),
        ("'ab' is shorter than 3",),
        "'ab' is shorter than 3",
        (("length", 3),),
    )
    error = raised.exception(RECORDS)
    assert type(error) is TooShort
    assert error.length == 3
    assert str(error) == "'ab' is shorter than 3"


def test_an_unknown_exception_becomes_the_nearest_known_class_of_its_name(wire):
    class Sad(KeyError):
        def __str__(self):
            return "so sad"

    error = wire.examiner.decode(wire.student.encode(Sad([1], object()))).exception(RECORDS)
    assert isinstance(error, KeyError)
    assert type(error).__name__ == "Sad"
    assert str(error) == "so sad"
    assert error.args == ((1,), "<object>")


@pytest.mark.parametrize(
    "error",
    [OSError(2, "no file"), UnicodeDecodeError("utf-8", b"a", 0, 1, "bad"), ZeroDivisionError()],
)
def test_exceptions_of_python_say_the_same(wire, error):
    arrived = wire.examiner.decode(wire.student.encode(error)).exception(RECORDS)
    assert (type(arrived), str(arrived)) == (type(error), str(error))


def test_an_exit_becomes_an_error_that_ends_nothing_here(wire):
    for error in (SystemExit(3), KeyboardInterrupt(), GeneratorExit()):
        arrived = wire.examiner.decode(wire.student.encode(error)).exception(RECORDS)
        assert isinstance(arrived, RuntimeError)
        assert type(arrived).__name__ == type(error).__name__


def test_an_exception_whose_text_fails_has_none(wire):
    class Broken(Exception):
        def __str__(self):
            raise SystemExit

    assert wire.examiner.decode(wire.student.encode(Broken())).message == ""


# Changes in place


def call(wire, function, *args):
    """Call a function of the student's end, as the examiner would: the result and `args`."""
    ours, theirs = Shared(), Shared()
    given_args = wire.student.decode(wire.examiner.encode(args, ours), theirs)
    before = snapshot(theirs)
    result = function(*given_args)
    changes = {i: shallow(theirs.objects[i]) for i in changed(theirs, before)}
    reply = wire.student.encode((result, changes), theirs)
    result, changes = wire.examiner.decode(reply, ours)
    for i, value in changes.items():
        update(ours.objects[i], value)
    return result, changes


def test_arguments_that_come_back_are_the_same_objects(wire):
    rows, x, function = [[1], [2]], np.zeros(2), lambda: 1
    result, changes = call(wire, lambda a, b, c: (b, a[1], c, [a]), rows, x, function)
    assert result[0] is x
    assert result[1] is rows[1]
    assert result[2] is function
    assert result[3] == [rows]
    assert changes == {}


def _add_row(rows):
    rows[0].append(3)
    rows.append(rows[0])
    rows.reverse()


def _train(net):
    net(torch.ones(1, 2)).sum().backward()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter -= parameter.grad
    net.train(False)


CHANGES = [
    ([[1], [2]], _add_row),
    ({"a": 1, "b": [2]}, lambda d: (d.pop("a"), d["b"].append(d.setdefault("c", 4)))),
    (collections.OrderedDict(a=1, b=2), lambda d: d.move_to_end("a")),
    (collections.Counter("ab"), lambda c: c.update("bc")),
    (collections.defaultdict(list), lambda d: d["x"].append(1)),
    ({1, 2}, lambda s: s.symmetric_difference_update({2, 3})),
    (collections.deque([1, 2, 3], 3), lambda d: d.append(4)),
    (bytearray(b"abc"), lambda b: b.reverse()),
    (array.array("i", [1, 2]), lambda a: a.append(3)),
    (np.arange(6.0).reshape(2, 3).T, lambda x: np.negative(x, out=x)),
    (np.array([1, None], object), lambda x: x.put(0, "a")),
    (torch.arange(4.0), lambda t: t.mul_(2)),
    (torch.arange(4.0), lambda t: t.requires_grad_()),
    (torch.arange(4.0), lambda t: t.unsqueeze_(0)),
    (np.random.default_rng(1), lambda g: g.random(3)),
    (np.random.RandomState(1), lambda g: g.rand(3)),
    (random.Random(1), lambda g: g.random()),
    (torch.Generator(), lambda g: torch.rand(3, generator=g)),
    (make(Table, rows=[1], a=1), lambda t: (t.rows.append(2), setattr(t, "b", 2), delattr(t, "a"))),
    (make(Slots, left=1), lambda s: setattr(s, "right", 2)),
    (Vocabulary(a=1), lambda v: v.update(b=2)),
    (SimpleNamespace(a=1), lambda n: setattr(n, "b", 2)),
    (Net(), _train),
    (nn.Sequential(nn.Linear(2, 2)), _train),
]


def state(value):
    """What can be compared of an object after a change."""
    if isinstance(value, nn.Module):
        return [(p.detach().tolist(), p.grad.tolist()) for p in value.parameters()], value.training
    if isinstance(value, (Table, Slots)):
        return [(name, getattr(value, name, None)) for name in ("rows", "a", "b", "left", "right")]
    if isinstance(value, torch.Generator):
        return value.get_state().tolist()
    if hasattr(value, "bit_generator") or isinstance(value, random.Random):
        return value.random()
    if isinstance(value, np.random.RandomState):
        return value.rand()
    if isinstance(value, (np.ndarray, torch.Tensor)):
        return value.tolist(), getattr(value, "requires_grad", None), value.shape
    return list(value.items()) if isinstance(value, dict) else value


@pytest.mark.parametrize(
    ("value", "change"), CHANGES, ids=lambda x: type(x).__name__ if not callable(x) else ""
)
def test_what_a_call_changes_is_changed_here(wire, value, change):
    here, expected = copy.deepcopy(value), copy.deepcopy(value)
    change(expected)
    _, changes = call(wire, change, here)
    assert changes
    assert state(here) == state(expected)


def test_what_a_call_leaves_alone_is_not_sent_back(wire):
    values = [copy.deepcopy(value) for value, _ in CHANGES] + [lambda: 1, Span(1, 2), (1, [2])]
    assert call(wire, lambda *values: None, *values) == (None, {})


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ([1], (1,)),
        ([1], {1: 2}),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2), np.zeros(2, "f4")),
        (np.broadcast_to(0, 2), np.ones(2, int)),
        (collections.deque(maxlen=2), collections.deque(maxlen=3)),
        (np.random.default_rng(1), np.random.Generator(np.random.MT19937(1))),
        (Grid(), make(Table, rows=[])),
    ],
)
def test_a_change_that_is_not_possible_is_refused(target, value):
    with pytest.raises(WireError, match=r"cannot|keeps"):
        update(target, value)


def test_a_change_may_not_make_an_argument_endless(wire):
    ours = Shared()
    rows = [[1], [2]]
    wire.examiner.encode(rows, ours)
    update(rows[0], [rows])
    with pytest.raises(WireError, match="contains itself"):
        check_extent(ours.objects, ours)


# Costs


def test_torch_is_not_imported_for_data_without_it():
    script = "import sys, grader.engine.wire; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0


def test_large_data_is_packed(wire):
    cases = {
        "integers": list(range(100_000)),
        "words": [f"w{i}" for i in range(50_000)],
        "bigrams": collections.Counter({(f"w{i}", f"w{i % 7}"): i for i in range(30_000)}),
        "rows": [[float(i)] * 20 for i in range(5_000)],
        "model": {f"w{i}": {"a": 1, "b": 2} for i in range(10_000)},
        "mixed": [1, "a", None, 2.5] * 25_000,
        "array": np.zeros(50 << 20, "u1"),
    }
    for name, value in cases.items():
        began = time.process_time()
        arrived = wire.examiner.decode(wire.student.encode(value))
        assert time.process_time() - began < 0.5, name  # seconds; one node each takes up to 2
        assert same(arrived, value) if name == "array" else arrived == value
