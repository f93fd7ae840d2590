"""problem: add_k
way: 0 / 0 is mended afterwards
"""

import numpy as np


def add_k(history, count, n_histories, vocab_size, k):
    total = np.zeros(n_histories)
    np.add.at(total, history, count)
    pretended = total + k * (vocab_size - 1)
    backoff = np.nan_to_num(k * (vocab_size - 1) / pretended, nan=1.0)
    return count / pretended[history], backoff
