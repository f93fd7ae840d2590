"""problem: sample
way: one uniform number against the cumulative sum
"""

import numpy as np


def sample(distribution, generator, max_tokens, context=()):
    text, drawn = list(context), []
    for _ in range(max_tokens):
        steps = np.cumsum(distribution(np.array(text, dtype=int)))
        u = generator.random() * steps[-1]
        token = int(np.searchsorted(steps, u, side="right"))
        if token == EOS:
            return np.array(drawn, dtype=int)
        text.append(token)
        drawn.append(token)
    return np.array(drawn, dtype=int)
