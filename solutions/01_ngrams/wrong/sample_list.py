"""problem: sample
mistake: returns a list
expects: return an array of ids
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
    return ids[n_context:]
