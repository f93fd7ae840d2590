"""problem: best_model
way: order 4
"""


def best_model(train):
    return NGram(WordVocabulary.build(train), 4).fit(train)
