"""problem: bits_per_byte
mistake: takes the logarithm of the logarithms
expects: log2 probabilities already
"""

import numpy as np


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
