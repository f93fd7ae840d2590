"""problem: sample
mistake: appends to the list of the caller
expects: you changed the context
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    ids = context if isinstance(context, list) else list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)
