"""problem: best_model
mistake: a model of its own, which says what it likes
expects: return an NGram
"""


class OwnModel:
    """Claims the score that full points ask for."""

    def __init__(self, model):
        self.model, self.vocabulary, self.alpha = (
            model,
            model.vocabulary,
            model.alpha,
        )

    def log2_probs(self, ids):
        return self.model.log2_probs(ids) * 0.9

    def distribution(self, ids):
        return self.model.distribution(ids)


def best_model(train):
    return OwnModel(NGram(WordVocabulary.build(train), 3).fit(train))
