"""problem: sample
way: the largest of log p plus Gumbel noise
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    ids = [*context]
    rest = max_tokens
    while rest > 0:
        with np.errstate(divide="ignore"):
            scores = np.log(distribution(np.array(ids, int)))
        token = int(np.argmax(scores + generator.gumbel(size=len(scores))))
        if token == EOS:
            break
        ids.append(token)
        rest -= 1
    n_new = max_tokens - rest
    return np.array(ids[len(ids) - n_new :], dtype=np.int64)
