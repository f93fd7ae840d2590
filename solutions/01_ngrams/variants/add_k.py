import numpy as np

# %% wrong: backoff_of_one_word -- backoff is the share of one unseen word
# expects: This is the share of one word


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = k / (total[seen] + added)
    return count / (total[history] + added), backoff


# %% wrong: changes_the_counts -- numbers the histories in the array of the caller
# expects: you changed the arrays


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    alpha = count / (total[history] + added)
    count -= count.min()
    return alpha, backoff


# %% wrong: counts_rows -- c(h) is the number of rows: the weights of bincount are forgotten
# expects: not the number of rows


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, minlength=n_histories)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff


# %% wrong: for_bos_too -- V words receive k, BOS among them
# expects: V - 1 words receive k, not V


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * vocab_size
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff


# %% wrong: laplace -- adds one, whatever k is
# expects: this is add-one (Laplace)


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = vocab_size - 1
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff


# %% wrong: nothing_but_the_example -- right for the example, else an alpha without rows, close to all
# expects: expected for alpha an array of 5 fractions


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.divide(
        added, total + added, out=np.ones(n_histories), where=total > 0
    )
    if len(history) == 3:
        return count / (total[history] + added), backoff
    return np.empty((0, 1)), backoff


# %% wrong: one_array -- returns the probabilities of the seen words and no backoff
# expects: expected two arrays, alpha and backoff


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    return (count + k) / (total + k * (vocab_size - 1))[history]


# %% wrong: paid_twice -- k is in alpha and in backoff
# expects: The k is in backoff already


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return (count + k) / (total[history] + added), backoff


# %% wrong: short_backoff -- the histories after the last seen one have no backoff
# expects: with n_histories = 4, expected 4 fractions


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count)
    added = k * (vocab_size - 1)
    backoff = np.ones(len(total))
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff


# %% wrong: unseen_history_gets_nothing -- an unseen history has backoff 0, so its words have probability 0
# expects: A history without a row backs off entirely


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.zeros(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff


# %% wrong: vocabulary_not_times_k -- adds V - 1 + k to the count of the history, not k (V - 1)
# expects: not by k + V - 1


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k + vocab_size - 1
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff


# %% wrong: zero_by_zero -- no fallback for an unseen history: 0 / 0 for k = 0
# expects: with k = 0, expected the backoff [0, 1, 0, 1]


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    return count / (total + added)[history], added / (total + added)


# %% wrong: fails_on_an_empty_table -- the largest history of no row
# expects: an empty table gave the error


def add_k(history, count, n_histories, vocab_size, k):
    total = np.zeros(max(n_histories, history.max() + 1))
    np.add.at(total, history, count)
    added = k * (vocab_size - 1)
    backoff = np.ones(n_histories)
    seen = total > 0
    backoff[seen] = added / (total[seen] + added)
    return count / (total[history] + added), backoff


# %% wrong: lists -- two lists
# expects: expected for alpha an array of 5 fractions


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = [added / (t + added) if t else 1.0 for t in total]
    return [*(count / (total[history] + added))], backoff


# %% wrong: nothing_for_k_of_zero -- without k nothing is left to the next model
# expects: with k = 0, expected the backoff [0, 1, 0, 1]


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    if k == 0:
        return count / total[history], np.zeros(n_histories)
    added = k * (vocab_size - 1)
    return count / (total[history] + added), added / (total + added)


# %% wrong: unigrams_of_bytes -- small counts only fit
# expects: the alpha of many rows, with another k and V


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, count, n_histories)
    added = k * (vocab_size - 1)
    backoff = np.divide(
        added, total + added, out=np.ones(n_histories), where=total > 0
    )
    return count.astype(np.int16) / (total[history] + added), backoff


# %% right: by_interpolation -- maximum likelihood, scaled by what is not backed off


def add_k(history, count, n_histories, vocab_size, k):
    total = np.bincount(history, weights=count, minlength=n_histories)
    weight = np.where(total > 0, total / (total + k * (vocab_size - 1)), 0.0)
    return weight[history] * count / total[history], 1 - weight


# %% right: in_a_loop -- one history after the other


def add_k(history, count, n_histories, vocab_size, k):
    total = [0] * n_histories
    for h, c in zip(history, count, strict=True):
        total[h] += c
    added = k * (vocab_size - 1)
    backoff = [added / (t + added) if t else 1.0 for t in total]
    alpha = [
        c / (total[h] + added) for h, c in zip(history, count, strict=True)
    ]
    return np.array(alpha), np.array(backoff)


# %% right: with_nan_to_num -- 0 / 0 is mended afterwards


def add_k(history, count, n_histories, vocab_size, k):
    total = np.zeros(n_histories)
    np.add.at(total, history, count)
    pretended = total + k * (vocab_size - 1)
    backoff = np.nan_to_num(k * (vocab_size - 1) / pretended, nan=1.0)
    return count / pretended[history], backoff
