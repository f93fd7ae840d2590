"""problem: sample
mistake: max_tokens limits context and new tokens together
expects: the context does not count
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    while len(ids) < max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)
