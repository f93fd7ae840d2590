"""problem: sample
mistake: no token at all gives an empty array of floats
expects: an empty array of whole numbers
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:])
