"""problem: best_model
mistake: loads the training chapters by itself
expects: count the texts that are passed in
"""


def best_model(train):
    train = [chapter.text for chapter in austen("train")]
    return NGram(WordVocabulary.build(train), 3).fit(train)
