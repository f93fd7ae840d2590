"""problem: sample
mistake: all tokens with a probability above 0 are equally likely
expects: the frequencies of what is drawn
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(np.flatnonzero(p))
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)
