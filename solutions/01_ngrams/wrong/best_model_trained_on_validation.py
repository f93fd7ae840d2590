"""problem: best_model
mistake: the validation chapters are counted too
expects: too good to be true
"""


def best_model(train):
    valid = [chapter.text for chapter in austen("valid")]
    return NGram(WordVocabulary.build(train), 3).fit([*train, *valid])
