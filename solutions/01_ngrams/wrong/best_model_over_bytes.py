"""problem: best_model
mistake: bytes instead of words
expects: try words
"""


def best_model(train):
    return NGram(ByteVocabulary(), 3).fit(train)
