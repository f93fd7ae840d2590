"""problem: bits_per_byte
way: all scores in one array, all texts in one string
"""

import numpy as np


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
