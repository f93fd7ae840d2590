import numpy as np

# %% wrong: any_distribution -- probabilities that do not sum to one are taken
# expects: expected the ValueError of check_distribution


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: divides_by_zero -- no error of its own where there is no byte
# expects: has no byte: expected a ValueError


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    return bits / n_bytes


# %% wrong: free_eos -- the EOS is not paid for
# expects: The EOS of each text counts too


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs[:-1])
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: in_nats -- converts bits to nats
# expects: This is in nats


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits * np.log(2) / n_bytes


# %% wrong: log_again -- takes the logarithm of the logarithms
# expects: a logarithm of a negative number


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(np.log2(log2_probs))
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: mean_not_sum -- adds the mean surprise of each text, not its sum
# expects: the sum of the log2 probabilities, not their mean


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.mean(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: mean_of_texts -- the mean of the ratios of the texts
# expects: Add up bits and bytes of all texts


def bits_per_byte(model, texts):
    ratios = []
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        if text:
            ratios.append(-np.sum(log2_probs) / len(text.encode()))
    if not ratios:
        raise ValueError("no text to measure on")
    return np.mean(ratios)


# %% wrong: needs_a_list -- asks a generator for its length
# expects: texts may be a generator


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    texts = [texts] if isinstance(texts, str) else texts
    for i in range(len(texts)):
        text = texts[i]
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: negative -- the sign is lost
# expects: surprise is minus the log


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits += np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: of_characters -- divides by characters
# expects: count bytes of UTF-8, not characters


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text)
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: of_nothing -- 0 where there is no byte
# expects: has no byte: expected a ValueError


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        return 0.0
    return bits / n_bytes


# %% wrong: of_the_last_text -- the sums start again with each text
# expects: This is the last text alone


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        bits, n_bytes = 0.0, 0
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: per_id -- divides by the tokens of the text without its EOS
# expects: Divide by the bytes of the text, not by its tokens


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(ids)
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: per_token -- divides by the number of tokens
# expects: Divide by the bytes of the text, not by its tokens


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(log2_probs)
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: returns_early -- the return stands in the loop
# expects: This is the first text alone


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
        if n_bytes:
            return bits / n_bytes
    raise ValueError("no text to measure on")


# %% wrong: text_per_letter -- goes through a single str letter by letter
# expects: a single str, 'café', is one text


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: unchecked -- neither the vocabulary nor the distribution is checked
# expects: expected the ValueError of check_lossless


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: joins_the_texts -- all texts are one text with one EOS
# expects: do not join the texts


def bits_per_byte(model, texts):
    text = texts if isinstance(texts, str) else "".join(texts)
    ids = model.vocabulary.encode(text)
    log2_probs = model.log2_probs(ids)
    check_lossless(model.vocabulary, ids, text)
    check_distribution(model, ids, log2_probs)
    if not text:
        raise ValueError("no text to measure on")
    return -np.sum(log2_probs) / len(text.encode())


# %% wrong: checks_the_first_text -- a cheat in a later text is not seen
# expects: in text 6 of ten, must be refused


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        if n_bytes == 0:
            check_lossless(model.vocabulary, ids, text)
            check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: returns_the_error -- the error is returned, not raised
# expects: expected a ValueError that is raised


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    return bits / n_bytes if n_bytes else ValueError("no text")


# %% wrong: swallows_errors -- a text that the checks refuse is left out
# expects: a vocabulary that loses text, in text 1 of ten, must be refused


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        try:
            check_lossless(model.vocabulary, ids, text)
            check_distribution(model, ids, log2_probs)
        except ValueError:
            continue
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: ids_in_a_list -- the model gets a list of ids
# expects: ids are an array (T,) of whole numbers


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids.tolist())
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= np.sum(log2_probs)
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes


# %% wrong: strips -- the blanks at the ends of a text are left out
# expects: blanks at the ends of a text belong to it


def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        text = text.strip()
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= log2_probs.sum()
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text")
    return bits / n_bytes


# %% right: by_concatenation -- all scores in one array, all texts in one string


def cost(model, text):
    """The scores (T+1,) of one text, checked."""
    ids = model.vocabulary.encode(text)
    check_lossless(model.vocabulary, ids, text)
    scores = model.log2_probs(ids)
    check_distribution(model, ids, scores)
    return scores


def bits_per_byte(model, texts):
    if isinstance(texts, str):
        texts = (texts,)
    texts = tuple(texts)
    whole = "".join(texts).encode()
    if whole == b"":
        raise ValueError("no bytes")
    return -np.concatenate([cost(model, text) for text in texts]).sum() / len(
        whole
    )


# %% right: in_two_sums -- lists first, two sums at the end


def bits_per_byte(model, texts):
    texts = [texts] if isinstance(texts, str) else list(texts)
    costs = []
    for text in texts:
        ids = model.vocabulary.encode(text)
        check_lossless(model.vocabulary, ids, text)
        scores = model.log2_probs(ids)
        check_distribution(model, ids, scores)
        costs.append(-np.sum(scores))
    size = sum(len(text.encode("utf-8")) for text in texts)
    if not size:
        raise ValueError("nothing to measure on")
    return sum(costs) / size


# %% right: through_probabilities -- a Python loop over tokens, bytes counted as the ids of a byte vocabulary


def bits_per_byte(model, texts):
    if isinstance(texts, str):
        return bits_per_byte(model, [texts])
    bits, n_bytes = [], 0
    for text in texts:
        n_bytes += len(ByteVocabulary().encode(text))
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_distribution(model, ids, log2_probs)
        check_lossless(model.vocabulary, ids, text)
        for t in range(len(ids) + 1):
            bits.append(-float(log2_probs[t]))
    if n_bytes < 1:
        raise ValueError("texts without a byte")
    return sum(bits) / n_bytes


# %% right: asks_twice -- the model scores each text twice


def bits_per_byte(model, texts):
    texts = [texts] if isinstance(texts, str) else [*texts]
    for text in texts:
        ids = model.vocabulary.encode(text)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, model.log2_probs(ids))
    size = len("".join(texts).encode())
    if size == 0:
        raise ValueError("no bytes at all")
    encode = model.vocabulary.encode
    return -sum(model.log2_probs(encode(t)).sum() for t in texts) / size


# %% wrong: finite -- infinite surprises are made finite
# expects: costs infinitely many bits
def bits_per_byte(model, texts):
    bits, n_bytes = 0.0, 0
    for text in [texts] if isinstance(texts, str) else texts:
        ids = model.vocabulary.encode(text)
        log2_probs = model.log2_probs(ids)
        check_lossless(model.vocabulary, ids, text)
        check_distribution(model, ids, log2_probs)
        bits -= float(np.sum(np.nan_to_num(log2_probs)))
        n_bytes += len(text.encode())
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes
