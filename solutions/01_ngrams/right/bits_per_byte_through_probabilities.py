"""problem: bits_per_byte
way: a Python loop over tokens, bytes counted as the ids of a byte vocabulary
"""


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
