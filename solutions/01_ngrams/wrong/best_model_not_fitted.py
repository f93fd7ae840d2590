"""problem: best_model
mistake: the model is not fitted
expects: return a fitted model
"""


def best_model(train):
    return NGram(WordVocabulary.build(train), 3)
