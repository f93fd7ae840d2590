"""problem: sample
way: draws the first half of the tokens, then the second half after it
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    context = list(context)
    if max_tokens == 0:
        return np.zeros(0, np.int64)
    if max_tokens == 1:
        p = distribution(np.array(context, np.int64))
        token = generator.choice(np.arange(len(p)), p=p)
        return np.array([token] if token != EOS else [], np.int64)
    half = max_tokens // 2
    first = sample(distribution, generator, half, context)
    if len(first) < half:
        return first
    context += first.tolist()
    rest = sample(distribution, generator, max_tokens - half, context)
    return np.concatenate([first, rest])
