"""problem: best_model
mistake: add-one smoothing
expects: Kneser-Ney
"""


def best_model(train):
    return NGram(WordVocabulary.build(train), 3, "add_k", 1.0).fit(train)
