"""problem: bits_per_byte
mistake: the mean of the ratios of the texts
expects: the mean of the texts' own ratios
"""

import numpy as np


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
