"""problem: best_model
mistake: no smoothing: an unseen word pair costs infinitely much
expects: inf bits per byte
"""


def best_model(train):
    return NGram(WordVocabulary.build(train), 3, "mle").fit(train)
