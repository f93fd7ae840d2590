"""The yardstick: exact, and hard to cheat."""

import math

import numpy as np
import pytest

from minillm.corpus import BOS, EOS, ByteVocabulary, WordVocabulary
from minillm.ngram import NGram
from minillm.yardstick import bits_per_byte, perplexity

TRAIN = ["the cat sat\non the mat", "the dog sat", "a cat and a dog and a mat"]
HELD_OUT = ["the dog and the zebra sat", "a café"]


class Constant:
    """Gives every id but `BOS` the same probability."""

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary

    def distribution(self, ids):
        p = np.full(self.vocabulary.size, 1 / (self.vocabulary.size - 1))
        p[BOS] = 0
        return p

    def log2_probs(self, ids):
        return np.full(len(ids) + 1, -math.log2(self.vocabulary.size - 1))


def brute_force(model, texts):
    bits, n_bytes = 0.0, 0
    for text in texts:
        ids = model.vocabulary.encode(text).tolist()
        for t, target in enumerate([*ids, EOS]):
            bits -= math.log2(model.distribution(np.array(ids[:t], dtype=np.int64))[target])
        n_bytes += len(text.encode("utf-8"))
    return bits / n_bytes


def test_perplexity_of_a_fair_die_is_its_number_of_sides():
    assert perplexity(np.full(10, math.log2(1 / 6))) == pytest.approx(6)


def test_perplexity_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no tokens"):
        perplexity(np.array([]))


def test_bits_per_byte_by_hand():
    # 2 bytes and an end, 257 equally likely symbols each.
    assert bits_per_byte(Constant(ByteVocabulary()), "é") == pytest.approx(3 * math.log2(257) / 2)


@pytest.mark.parametrize("vocabulary", [ByteVocabulary(), WordVocabulary.build(TRAIN)])
@pytest.mark.parametrize("order", [1, 2, 4])
def test_bits_per_byte_equals_brute_force(vocabulary, order):
    model = NGram(vocabulary, order).fit(TRAIN)
    assert bits_per_byte(model, HELD_OUT) == pytest.approx(brute_force(model, HELD_OUT), rel=1e-12)


def test_bits_per_byte_pays_for_every_document_border():
    model = NGram(ByteVocabulary(), 2).fit(TRAIN)
    apart, together = ["the cat", "the cat"], ["the catthe cat"]
    assert bits_per_byte(model, apart) == pytest.approx(bits_per_byte(model, "the cat"))
    assert bits_per_byte(model, apart) != pytest.approx(bits_per_byte(model, together))


def test_bits_per_byte_refuses_a_vocabulary_that_loses_words():
    model = Constant(WordVocabulary.build(TRAIN, unknown="<unk>"))
    with pytest.raises(
        ValueError, match=r"loses text: 'a cat and a zebra' comes back as '<unk>.*spell unknown"
    ):
        bits_per_byte(model, "a cat and a zebra")


def test_bits_per_byte_refuses_no_text():
    with pytest.raises(ValueError, match="no text"):
        bits_per_byte(Constant(ByteVocabulary()), [])


def broken(**methods):
    return type("Broken", (Constant,), methods)(ByteVocabulary())


def test_bits_per_byte_refuses_probabilities_that_do_not_sum_to_one():
    model = broken(distribution=lambda self, ids: 2 * Constant.distribution(self, ids))
    with pytest.raises(ValueError, match="sum to 2"):
        bits_per_byte(model, "text")


def test_bits_per_byte_refuses_a_model_that_predicts_bos():
    model = broken(distribution=lambda self, ids: np.full(258, 1 / 258))
    with pytest.raises(ValueError, match=r"that of <s> is 0\.00388"):
        bits_per_byte(model, "text")


def test_bits_per_byte_refuses_scores_that_are_not_the_distribution():
    model = broken(log2_probs=lambda self, ids: np.full(len(ids) + 1, -1.0))
    with pytest.raises(ValueError, match=r"token 0 is scored with probability 0\.5"):
        bits_per_byte(model, "text")


def test_bits_per_byte_refuses_a_forgotten_end():
    model = broken(log2_probs=lambda self, ids: np.full(len(ids), -math.log2(257)))
    with pytest.raises(ValueError, match="4 tokens and an end need 5 scores"):
        bits_per_byte(model, "text")


def test_a_nan_is_not_a_distribution():
    model = broken(distribution=lambda self, ids: np.full(258, np.nan))
    with pytest.raises(ValueError, match="sum to nan"):
        bits_per_byte(model, "text")
