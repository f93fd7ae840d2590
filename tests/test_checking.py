"""The helpers of check cells: what they return for right and for wrong results."""

import numpy as np
import pytest
import torch

from minillm.checking import attempt, because, complaint, first_difference, rounded, same


def test_attempt_tells_a_raised_error_from_a_returned_one():
    assert attempt(max, 1, 2) == 2
    assert attempt(sorted, [1, 2], reverse=True) == [2, 1]
    assert isinstance(attempt(int, "x"), ValueError)
    assert "returned, not raised" in attempt(lambda: ValueError("no"))


def test_attempt_leaves_not_attempted_to_the_check():
    def untouched():
        raise NotImplementedError("write it")

    with pytest.raises(NotImplementedError):
        attempt(untouched)


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
    for nothing in [None, ValueError("no"), "1", ["a"], [[1.0], [1.0, 2.0]]]:
        assert not same(nothing, 1.0)


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


def test_because_names_the_first_mistake_that_fits():
    likely = [(1.0, "One."), (2.0, "Two.")]
    assert because(2.0, *likely) == " Two."
    assert because(3.0, *likely) == because(None, *likely) == ""


def test_rounded_is_short():
    assert rounded(torch.tensor([1 / 3, 2.0])) == [0.3333, 2.0]
