"""problem: sample
mistake: makes a generator of its own with a fixed seed
expects: another seed, another text
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    generator = np.random.default_rng(0)
    ids = list(context)
    n_context = len(ids)
    while len(ids) < n_context + max_tokens:
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token == EOS:
            break
        ids.append(token)
    return np.array(ids[n_context:], np.int64)
