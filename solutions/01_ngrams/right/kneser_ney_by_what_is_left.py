"""problem: kneser_ney
way: backoff is one minus what alpha hands out
"""

import numpy as np


def kneser_ney(history, count, n_histories, discount):
    total = np.zeros(n_histories)
    np.add.at(total, history, count)
    D = np.where(count >= 3, discount[3], discount[count.clip(max=2)])
    alpha = np.maximum(count - D, 0) / total[history]
    handed_out = np.zeros(n_histories)
    np.add.at(handed_out, history, alpha)
    return alpha, 1 - handed_out
