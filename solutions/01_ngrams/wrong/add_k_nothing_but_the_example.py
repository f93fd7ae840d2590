"""problem: add_k
mistake: right for the example, else an alpha without rows, close to all
expects: an alpha for each row
"""


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.divide(
        added, total + added, out=np.ones(n_histories), where=total > 0
    )
    if len(history) == 3:
        return count / (total[history] + added), backoff
    return np.empty((0, 1)), backoff
