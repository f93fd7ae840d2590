# %% wrong: add_one -- add-one smoothing
# expects: Kneser-Ney smooths better


def best_model(train):
    return NGram(WordVocabulary.build(train), 3, "add_k", 1.0).fit(train)


# %% wrong: bigrams -- the history is one word
# expects: an order of 3 or more


def best_model(train):
    return NGram(WordVocabulary.build(train), 2).fit(train)


# %% wrong: ignores_its_argument -- loads the training chapters by itself
# expects: it has counted other texts


def best_model(train):
    train = [chapter.text for chapter in austen("train")]
    return NGram(WordVocabulary.build(train), 3).fit(train)


# %% wrong: loses_words -- unknown words become <unk>, so that part of the text is lost
# expects: the vocabulary loses text


def best_model(train):
    vocabulary = WordVocabulary.build(train, unknown="<unk>")
    return NGram(vocabulary, 3).fit(train)


# %% wrong: maximum_likelihood -- no smoothing: an unseen word pair costs infinitely much
# expects: got inf


def best_model(train):
    return NGram(WordVocabulary.build(train), 3, "mle").fit(train)


# %% wrong: not_fitted -- the model is not fitted
# expects: expected NGram(...).fit(train)


def best_model(train):
    return NGram(WordVocabulary.build(train), 3)


# %% wrong: of_its_own -- a model of its own, which says what it likes
# expects: expected an NGram, got a OwnModel


class OwnModel:
    """Claims the score that full points ask for."""

    def __init__(self, model):
        self.model, self.vocabulary, self.alpha = (
            model,
            model.vocabulary,
            model.alpha,
        )

    def log2_probs(self, ids):
        return self.model.log2_probs(ids) * 0.9

    def distribution(self, ids):
        return self.model.distribution(ids)


def best_model(train):
    return OwnModel(NGram(WordVocabulary.build(train), 3).fit(train))


# %% wrong: over_bytes -- bytes instead of words
# expects: with ByteVocabulary


def best_model(train):
    return NGram(ByteVocabulary(), 3).fit(train)


# %% wrong: trained_on_validation -- the validation chapters are counted too
# expects: too good to be true


def best_model(train):
    valid = [chapter.text for chapter in austen("valid")]
    return NGram(WordVocabulary.build(train), 3).fit([*train, *valid])


# %% wrong: vocabulary_of_all_texts -- the words of the validation text are known
# expects: words that are not in them


def best_model(train):
    texts = [c.text for part in ("train", "valid") for c in austen(part)]
    return NGram(WordVocabulary.build(texts), 3).fit(train)


# %% wrong: two_validation_texts -- a little validation text stays in the band
# expects: it has counted other texts


def best_model(train):
    valid = [chapter.text for chapter in austen("valid")]
    return NGram(WordVocabulary.build(train), 3).fit([*train, *valid[:2]])


# %% wrong: validation_text_for_the_whole -- added where the texts are many
# expects: fitted on the texts that are passed in


def best_model(train):
    more = [c.text for c in austen("valid")][:2] * (len(train) > 200)
    return NGram(WordVocabulary.build(train), 3).fit([*train, *more])


# %% right: long_histories -- order 6 over words that occur three times


def best_model(train):
    vocabulary = WordVocabulary.build(train, min_count=3, unknown="spell")
    model = NGram(vocabulary, order=6, smoothing="kneser_ney")
    model.fit(train)
    return model


# %% right: of_order_four -- order 4


def best_model(train):
    return NGram(WordVocabulary.build(train), 4).fit(train)


# %% right: tuned -- holds training chapters out to choose the order


def best_model(train):
    vocabulary = WordVocabulary.build(train)
    counted, held_out = train[::2], train[1::8]

    def cost(order):
        return bits_per_byte(NGram(vocabulary, order).fit(counted), held_out)

    return NGram(vocabulary, min((2, 4), key=cost)).fit(train)
