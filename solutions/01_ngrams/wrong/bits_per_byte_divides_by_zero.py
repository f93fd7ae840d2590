"""problem: bits_per_byte
mistake: no error of its own where there is no byte
expects: no byte of text: raise a ValueError
"""

import numpy as np


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
