"""problem: sample
way: one throw of a multinomial for each token
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    ids = np.array(list(context), dtype=np.int64)
    start = len(ids)
    while len(ids) - start < max_tokens:
        throw = generator.multinomial(1, distribution(ids))
        token = throw.argmax()
        if token == EOS:
            break
        ids = np.append(ids, token)
    return ids[start:]
