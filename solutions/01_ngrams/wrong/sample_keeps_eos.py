"""problem: sample
mistake: the EOS is returned
expects: stop at EOS and leave it out
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        ids.append(token)
        if token == EOS:
            break
    return np.array(ids[n_context:], np.int64)
