"""problem: bits_per_byte
way: lists first, two sums at the end
"""

import numpy as np


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
