"""Windows of a stream: what a pass covers, and that a batch depends on its number alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minillm.batches import Windows, encode
from minillm.corpus import BOS, EOS, ByteVocabulary
from minillm.objectives import IGNORE


def test_encode_puts_each_text_between_its_ends():
    assert encode(ByteVocabulary(), ["ab", ""]).tolist() == [BOS, 99, 100, EOS, BOS, EOS]


def test_batch_by_hand():
    ids, targets = Windows(np.array([0, 5, 6, 1, 0, 7]), B=1, T=5).batch(0)
    assert ids.tolist() == [[0, 5, 6, 1, 0]]
    assert targets.tolist() == [[5, 6, 1, IGNORE, 7]]  # <s> is given, never predicted


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
    rows = np.concatenate([windows.batch(n)[0][:, 0] for n in range(9)]) - 2
    expected = np.concatenate([windows.starts(n) for n in range(4)])
    assert rows.tolist() == expected.tolist()
    assert windows.starts(0).tolist() != windows.starts(1).tolist()


def test_batch_depends_on_its_number_and_the_seed_alone():
    stream = np.arange(2, 300)
    used = Windows(stream, B=4, T=10, seed=3)
    for number in (0, 9, 4):
        fresh = Windows(stream, B=4, T=10, seed=3)
        assert used.batch(number)[0].equal(fresh.batch(number)[0])
    assert not used.batch(0)[0].equal(Windows(stream, B=4, T=10, seed=4).batch(0)[0])


def test_describe_tells_streams_apart():
    one, other = (Windows(np.array(s), 1, 2).describe() for s in ([2, 3, 4], [2, 4, 3]))
    assert one["crc32"] != other["crc32"]
    assert one["n_tokens"] == other["n_tokens"] == 3


@pytest.mark.parametrize(("B", "T"), [(1, 6), (0, 2), (2, 0)])
def test_windows_refuse_what_the_stream_cannot_give(B, T):
    with pytest.raises(ValueError, match=f"{B} windows of {T} tokens"):
        Windows(np.arange(6), B, T)
