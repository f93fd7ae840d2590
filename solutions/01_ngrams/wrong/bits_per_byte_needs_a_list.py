"""problem: bits_per_byte
mistake: asks a generator for its length
expects: texts may be a generator
"""

import numpy as np


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
