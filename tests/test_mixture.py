"""The mean of several models' probabilities, and its weights."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from minillm.corpus import ByteVocabulary
from minillm.mixture import Mixture, tune_weights
from minillm.ngram import NGram
from minillm.tokenizer import Tokenizer
from minillm.yardstick import bits_per_byte

TEXTS = ["the cat sat on the mat", "the dog sat on the cat", "a cat and a dog"]
HELD_OUT = ["the dog and the cat", "a mat on a mat"]


@pytest.fixture(scope="module")
def models():
    vocabulary = ByteVocabulary()
    return [
        NGram(vocabulary, 1, "add_k", 0.1).fit(TEXTS),
        NGram(vocabulary, 3, "add_k", 0.1).fit(TEXTS),
    ]


def cost(models, weight):
    return bits_per_byte(Mixture(models, [1 - weight, weight]), HELD_OUT)


def test_mixture_scores_with_the_mean_of_the_probabilities(models):
    ids = ByteVocabulary().encode("the dog")
    mixture = Mixture(models, [0.25, 0.75])
    first, second = (2.0 ** model.log2_probs(ids) for model in models)
    assert np.allclose(2 ** mixture.log2_probs(ids), 0.25 * first + 0.75 * second)
    assert mixture.distribution(ids).sum() == pytest.approx(1)


def test_weights_are_the_best_that_a_search_finds(models):
    found = tune_weights(models, HELD_OUT, n_rounds=500)
    best = minimize_scalar(lambda w: cost(models, w), bounds=(1e-6, 1 - 1e-6), method="bounded")
    assert found.sum() == pytest.approx(1)
    assert found[1] == pytest.approx(best.x, abs=1e-3)
    assert cost(models, found[1]) < min(bits_per_byte(model, HELD_OUT) for model in models)


def test_more_rounds_never_cost_more(models):
    costs = [cost(models, tune_weights(models, HELD_OUT, n)[1]) for n in range(6)]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > costs[-1]


@pytest.mark.parametrize("weights", [[1.0], [0.5, 0.6], [1.5, -0.5], [1.0, 0.0], [np.nan, 1.0]])
def test_weights_that_are_no_distribution_are_refused(models, weights):
    with pytest.raises(ValueError, match="2 models need as many weights above 0 with the sum 1"):
        Mixture(models, weights)


def test_models_over_other_tokens_are_refused(models):
    other = NGram(Tokenizer.train(TEXTS, 270), 2).fit(TEXTS)
    with pytest.raises(ValueError, match="mixed over one vocabulary"):
        Mixture([models[0], other], [0.5, 0.5])
    with pytest.raises(ValueError, match="mixed over one vocabulary"):
        tune_weights([models[0], other], HELD_OUT)
