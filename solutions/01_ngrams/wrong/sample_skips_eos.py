"""problem: sample
mistake: leaves an EOS out but goes on drawing
expects: an EOS ends the text
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    n_context = len(ids)
    for _ in range(max_tokens):
        p = distribution(np.array(ids, np.int64))
        token = generator.choice(len(p), p=p)
        if token != EOS:
            ids.append(token)
    return np.array(ids[n_context:], np.int64)
