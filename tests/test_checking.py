"""The helpers of check cells: what they return for right and for wrong results."""

import sys
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from minillm.checking import (
    attempt,
    because,
    complaint,
    counted,
    entries_read,
    first_difference,
    is_number,
    is_whole,
    kind_of,
    lines_run,
    peak_bytes,
    rounded,
    same,
    shown,
)


def test_attempt_tells_a_raised_error_from_a_returned_one():
    assert attempt(max, 1, 2) == 2
    assert attempt(sorted, [1, 2], reverse=True) == [2, 1]
    assert isinstance(attempt(int, "x"), ValueError)
    assert "returned, not raised" in attempt(lambda: ValueError("no"))


@pytest.mark.parametrize("text", ["pad: not attempted", "write pad in problem 1 of 01_ngrams"])
def test_attempt_leaves_not_attempted_to_the_check(text):
    def untouched():
        raise NotImplementedError(text)

    with pytest.raises(NotImplementedError):
        attempt(untouched)


def test_what_pytorch_has_not_implemented_is_an_error_of_the_answer():
    no_forward = attempt(torch.nn.Module(), torch.ones(1))
    assert isinstance(no_forward, NotImplementedError)
    assert "forward" in kind_of(no_forward)


@pytest.mark.parametrize(
    ("got", "says"),
    [
        (np.zeros(3), ""),
        (None, "return"),
        (ValueError("no"), "the error ValueError: no"),
        ([0.0] * 3, "a list of 3, not a NumPy array"),
        (torch.zeros(3), "a tensor of float32 with the shape (3,), not a NumPy array"),
        (np.zeros(2), "has the shape (2,), not (3,)"),
        (np.zeros(3, int), "holds int64, not floats"),
    ],
)
def test_complaint_names_what_is_wrong(got, says):
    found = complaint(got, (3,))
    assert says in found
    assert bool(found) == bool(says)


def test_complaint_knows_tensors():
    assert not complaint(torch.zeros(2, 3), (2, 3), tensor=True)
    assert not complaint(torch.zeros(2, dtype=torch.bool), (2,), "b", tensor=True)
    assert "float32, not whole numbers" in complaint(torch.zeros(2), (2,), "i", tensor=True)
    assert "not a PyTorch tensor" in complaint(np.zeros(2), (2,), tensor=True)
    assert not complaint(np.zeros(2, np.uint8), (2,), "i")


def test_same_is_strict_in_shape_and_lenient_in_rounding():
    assert same(torch.ones(2, requires_grad=True), np.ones(2))
    assert same([1, 2], np.array([1.0, 2.0 + 1e-9]))
    assert not same(np.ones((2, 1)), np.ones(2))
    assert not same(1.0, 1.0 + 1e-4)
    assert not same([12_345_678], [12_345_679])
    assert same([12_345_678], [12_345_678.0])
    for nothing in [None, ValueError("no"), "1", ["a"], [[1.0], [1.0, 2.0]]]:
        assert not same(nothing, 1.0)


def test_same_can_tell_small_probabilities_apart():
    assert same([2e-7], [1e-7])
    assert not same([2e-7], [1e-7], floor=1e-9)
    assert same([1e-7 * (1 + 1e-7)], [1e-7], floor=0)
    assert "expected 1e-07, got 2e-07" in first_difference([2e-7], [1e-7], floor=1e-9)
    assert because([2e-7], ([1e-7], "Half."), floor=1e-9) == ""


def test_first_difference_names_place_and_both_values():
    want = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    got = want.clone()
    got[1, 0] = 7
    assert first_difference(got, want) == "at [1, 0] expected 3, got 7"
    assert first_difference(got[0], want).startswith("expected the shape (2, 2), got a tensor")
    assert first_difference(None, want) == "got None"
    assert first_difference(ValueError("no"), want) == "got the error ValueError: no"
    assert first_difference(2.0, 3.0) == "expected 3, got 2"
    assert "values are right" in first_difference([1.0], [1.0])
    assert first_difference([12_345_678], [12_345_679]) == "at [0] expected 12345679, got 12345678"
    assert first_difference(1.00001, 1.000011, 1e-9) == "expected 1.000011, got 1.00001"
    assert first_difference(3, 2.5) == "expected 2.5, got 3"


def test_because_names_the_first_mistake_that_fits():
    likely = [(1.0, "One."), (2.0, "Two.")]
    assert because(2.0, *likely) == " Two."
    assert because(3.0, *likely) == because(None, *likely) == ""


def test_rounded_is_short():
    assert rounded(torch.tensor([1 / 3, 2.0])) == [0.3333, 2.0]


def test_kind_of_and_shown_put_results_into_words():
    of_torch = RuntimeError("no view\nException raised from f at x.cpp:1\nframe #0: f()")
    assert kind_of(of_torch) == "the error RuntimeError: no view"
    assert kind_of(3) == "3 (an int)"
    assert kind_of("x") == "'x' (a str)"
    assert shown(np.array([1, 2])) == "[1, 2] (an array of int64)"
    assert shown(torch.tensor([0.5])) == "[0.5] (a tensor of float32)"
    assert shown([1, 2]) == "[1, 2] (list)"
    assert shown(ValueError("no")) == "the error ValueError: no"


def test_whole_arrays_and_single_numbers_are_known():
    assert is_whole(np.zeros(0, np.int32))
    assert not any(map(is_whole, [np.zeros(2), np.zeros(2, np.uint64), [1], 1, None]))
    assert all(map(is_number, [1, 0.5, np.float32(2), np.array(3)]))
    assert not any(map(is_number, [True, np.zeros(1), [1], "1", None, ValueError("no")]))


def each_with_each(n):
    return [i for i in range(n) for j in range(n) if i == j]


def each(n):
    found = []
    for i in range(n):
        found.append(i)
    return found


def test_lines_run_counts_rounds_of_loops_and_stops_a_long_call():
    assert 2 * 50 <= lines_run(each, 50, most=1000) <= 2 * 50 + 5
    assert lines_run(each_with_each, 20, most=1000) >= 400
    assert lines_run(each_with_each, 10**9, most=1000) == 1001


def test_lines_run_leaves_tracing_as_it_was():
    before = sys.gettrace()
    with pytest.raises(ZeroDivisionError):
        lines_run(lambda: 1 / 0, most=10)
    assert sys.gettrace() is before


def test_peak_bytes_sees_arrays_that_are_gone_when_the_call_ends():
    held = peak_bytes(lambda n: np.ones((n, n)).sum(), 1000)
    assert 8_000_000 <= held < 9_000_000
    assert peak_bytes(lambda n: np.ones(n).sum(), 1000) < 100_000


@dataclass(frozen=True)
class Columns:
    first: np.ndarray
    second: np.ndarray


def test_entries_read_counts_what_arithmetic_reads():
    array = np.arange(100)
    assert entries_read(lambda x: x + 1, array) == 100
    assert entries_read(lambda x: [x == i for i in range(5)], array) == 500
    assert entries_read(lambda xs: xs[0] + xs[1], [array, array]) == 100
    assert entries_read(lambda c: c.first * 2, Columns(array, array)) == 100
    assert entries_read(lambda x: 1 / 0, array) == 0
    assert (counted(array) + 1).tolist() == (array + 1).tolist()
