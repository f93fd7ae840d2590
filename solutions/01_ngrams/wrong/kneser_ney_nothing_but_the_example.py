"""problem: kneser_ney
mistake: right for the example, else an alpha without rows, close to all
expects: an alpha for each row
"""


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    backoff = np.bincount(history, taken, n_histories)
    backoff = np.divide(
        backoff, total, out=np.ones(n_histories), where=total > 0
    )
    if len(history) == 4:
        return (count - taken) / total[history], backoff
    return np.empty((0, 1)), backoff
