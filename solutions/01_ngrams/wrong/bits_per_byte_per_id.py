"""problem: bits_per_byte
mistake: divides by the tokens of the text without its EOS
expects: divide by the bytes of the text, not by its tokens; here
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
        n_bytes += len(ids)
    if n_bytes == 0:
        raise ValueError("no text to measure on")
    return bits / n_bytes
