"""problem: best_model
mistake: unknown words become <unk>, so that part of the text is lost
expects: the vocabulary loses text
"""


def best_model(train):
    vocabulary = WordVocabulary.build(train, unknown="<unk>")
    return NGram(vocabulary, 3).fit(train)
