"""problem: best_model
way: holds training chapters out to choose the order
"""


def best_model(train):
    vocabulary = WordVocabulary.build(train)
    counted, held_out = train[::2], train[1::8]

    def cost(order):
        return bits_per_byte(NGram(vocabulary, order).fit(counted), held_out)

    return NGram(vocabulary, min((2, 4), key=cost)).fit(train)
