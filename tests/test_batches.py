"""Windows and lanes of a stream: what a pass covers; a batch depends on its number alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minillm.batches import Lanes, Windows, encode
from minillm.corpus import BOS, EOS, ByteVocabulary


def test_encode_puts_each_text_between_its_ends():
    assert encode(ByteVocabulary(), ["ab", ""]).tolist() == [BOS, 99, 100, EOS, BOS, EOS]


def test_batch_by_hand():
    assert Windows(np.array([0, 5, 6, 1, 0, 7]), B=1, T=5).batch(0).tolist() == [[0, 5, 6, 1, 0, 7]]


@given(st.integers(2, 80), st.integers(1, 12), st.integers(1, 5), st.integers(0, 3))
def test_windows_of_a_pass_never_overlap(n_tokens, T, B, seed):
    if n_tokens <= T:
        return
    windows = Windows(np.arange(2, n_tokens + 2), B, T, seed)
    for of_pass in range(2):
        starts = np.sort(windows.starts(of_pass))
        assert len(starts) == windows.n_windows == max(1, (n_tokens - T) // T)
        assert np.all(np.diff(starts) == T)
        assert starts[0] >= 0
        assert starts[-1] + T < n_tokens


def test_every_token_is_predicted_in_some_pass():
    windows = Windows(np.arange(2, 50), B=1, T=7)
    starts = np.concatenate([windows.starts(n) for n in range(60)])
    reached = {int(start + t) for start in starts for t in range(1, 8)}
    assert reached == set(range(1, 48))


def test_batches_take_a_pass_in_order_and_go_on_with_the_next():
    windows = Windows(np.arange(2, 102), B=4, T=10)
    assert windows.n_windows == 9
    rows = np.concatenate([windows.batch(n)[:, 0] for n in range(9)]) - 2
    expected = np.concatenate([windows.starts(n) for n in range(4)])
    assert rows.tolist() == expected.tolist()
    assert windows.starts(0).tolist() != windows.starts(1).tolist()


def test_batch_depends_on_its_number_and_the_seed_alone():
    stream = np.arange(2, 300)
    used = Windows(stream, B=4, T=10, seed=3)
    for number in (0, 9, 4):
        fresh = Windows(stream, B=4, T=10, seed=3)
        assert used.batch(number).equal(fresh.batch(number))
    assert not used.batch(0).equal(Windows(stream, B=4, T=10, seed=4).batch(0))


def test_describe_tells_streams_apart():
    one, other = (Windows(np.array(s), 1, 2).describe() for s in ([2, 3, 4], [2, 4, 3]))
    assert one["crc32"] != other["crc32"]
    assert one["n_tokens"] == other["n_tokens"] == 3


@pytest.mark.parametrize(("B", "T"), [(1, 6), (0, 2), (2, 0)])
def test_windows_refuse_what_the_stream_cannot_give(B, T):
    with pytest.raises(ValueError, match=f"{B} windows of {T} tokens"):
        Windows(np.arange(6), B, T)


# Lanes


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 60), st.integers(1, 12), st.integers(1, 5), st.integers(0, 3))
def test_lanes_go_on_from_batch_to_batch(n_tokens, T, B, seed):
    if n_tokens < B * T + 1:
        return
    lanes = Lanes(np.arange(2, n_tokens + 2), B, T, seed)
    for of_pass in range(2):
        numbers = range(of_pass * lanes.n_batches, (of_pass + 1) * lanes.n_batches)
        batches = [lanes.batch(number) for number in numbers]
        assert [lanes.begins(number) for number in numbers] == [True] + [False] * (len(batches) - 1)
        for one, other in pairwise(batches):
            assert one[:, -1].equal(other[:, 0])
        given = np.concatenate([batch[:, :-1].numpy().ravel() for batch in batches])
        assert len(set(given)) == len(given)  # no token is read twice
        assert all((batch.diff(dim=1) == 1).all() for batch in batches)
        assert lanes.n_batches == (n_tokens - 1) // (B * T)


def test_lanes_by_hand():
    lanes = Lanes(np.arange(10, 23), B=2, T=3)  # 13 tokens: two lanes of 6 and one behind
    assert lanes.batch(0).tolist() == [[10, 11, 12, 13], [16, 17, 18, 19]]
    assert lanes.batch(1).tolist() == [[13, 14, 15, 16], [19, 20, 21, 22]]


def test_lanes_begin_elsewhere_in_each_pass():
    lanes = Lanes(np.arange(2, 121), B=2, T=10)
    starts = {int(lanes.batch(n * lanes.n_batches)[0, 0]) for n in range(20)}
    assert len(starts) > 5


@pytest.mark.parametrize(("B", "T"), [(2, 3), (0, 2), (2, 0)])
def test_lanes_refuse_what_the_stream_cannot_give(B, T):
    with pytest.raises(ValueError, match=f"{B} lanes of {T} tokens"):
        Lanes(np.arange(6), B, T)


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (np.zeros(9), "whole numbers, not float64"),
        (np.zeros((3, 3), np.int64), r"not int64 \(3, 3\)"),
        (np.array([5, 6, -1, 7, 8, 9]), "0 or more, not -1"),
    ],
)
@pytest.mark.parametrize("kind", [Windows, Lanes])
def test_streams_of_another_kind_are_refused(kind, stream, message):
    with pytest.raises(ValueError, match=message):
        kind(stream, 1, 2)


def test_encode_refuses_a_single_text():
    with pytest.raises(ValueError, match="a list of texts, not 'abc'"):
        encode(ByteVocabulary(), "abc")
