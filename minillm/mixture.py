"""Several language models as one: the mean of their probabilities."""

from collections.abc import Iterable, Sequence

import numpy as np

from minillm.corpus import Vocabulary
from minillm.yardstick import Model


class Mixture:
    """Models over one vocabulary, each with a weight: linear interpolation.

    The probability of a token is the weighted mean of what the models give
    it. Jelinek and Mercer 1980. Raises `ValueError` where the weights are not
    a distribution over the models, or the vocabularies have other ids.
    """

    def __init__(self, models: Sequence[Model], weights: Sequence[float]):
        w = np.array(weights, float)
        if (
            len(w) != len(models)
            or not (w > 0).all()
            or abs(w.sum() - 1) > 1e-6
        ):
            raise ValueError(
                f"{len(models)} models need as many weights above 0 with the "
                f"sum 1, not {list(weights)}"
            )
        check_vocabularies(models)
        self.models, self.weights = models, w

    @property
    def vocabulary(self) -> Vocabulary:
        """That of all models."""
        return self.models[0].vocabulary

    def log2_probs(self, ids: np.ndarray) -> np.ndarray:
        """log2 probability (T+1,) of each token of a text (T,), then of its
        `EOS`.
        """
        scores = np.stack([model.log2_probs(ids) for model in self.models])
        weighted = scores + np.log2(self.weights)[:, None]
        return np.logaddexp2.reduce(weighted, axis=0)

    def distribution(self, ids: np.ndarray) -> np.ndarray:
        """Probability (V,) of each id to come next, after ids (T,)."""
        given = [model.distribution(ids) for model in self.models]
        return self.weights @ np.stack(given)


def check_vocabularies(models: Sequence[Model]) -> None:
    """Raise `ValueError` unless all models cut a text into the same ids."""
    text = "The rain in Spain, naïve café: 1813!"
    first, *others = [model.vocabulary.encode(text) for model in models]
    if any(not np.array_equal(first, ids) for ids in others):
        raise ValueError("models are mixed over one vocabulary")


def tune_weights(
    models: Sequence[Model], texts: Iterable[str], n_rounds: int = 50
) -> np.ndarray:
    """The weights (M,) that give some texts the highest probability, found
    by expectation maximisation from equal ones.

    In each round a model's new weight is the mean share that it has in the
    probability of a token. The likelihood never falls, and has no other peak.
    """
    check_vocabularies(models)
    vocabulary = models[0].vocabulary
    rows = [vocabulary.encode(text) for text in texts]
    log2_p = [np.concatenate([m.log2_probs(r) for r in rows]) for m in models]
    p = np.exp2(np.stack(log2_p))
    weights = np.full(len(models), 1 / len(models))
    for _ in range(n_rounds):
        shares = weights[:, None] * p
        weights = (shares / shares.sum(axis=0)).mean(axis=1)
    return weights
