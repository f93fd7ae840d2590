"""problem: sample
mistake: asks an iterator for its length
expects: context may be an iterator
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    n_context = len(context)
    ids = list(context)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)
