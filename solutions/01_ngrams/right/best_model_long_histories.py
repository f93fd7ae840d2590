"""problem: best_model
way: order 6 over words that occur three times
"""


def best_model(train):
    vocabulary = WordVocabulary.build(train, min_count=3, unknown="spell")
    model = NGram(vocabulary, order=6, smoothing="kneser_ney")
    model.fit(train)
    return model
