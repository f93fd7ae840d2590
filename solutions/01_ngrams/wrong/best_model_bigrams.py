"""problem: best_model
mistake: the history is one word
expects: order 3 or more
"""


def best_model(train):
    return NGram(WordVocabulary.build(train), 2).fit(train)
