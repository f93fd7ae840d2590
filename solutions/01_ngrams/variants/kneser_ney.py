import numpy as np

# %% wrong: backoff_not_normalised -- what was taken is not divided by the total of the history
# expects: divide it by the total of the history


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen]
    return (count - taken) / total[history], backoff


# %% wrong: changes_the_counts -- the discount is taken out of the caller's array
# expects: you changed the arrays


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    alpha = (count - taken) / total[history]
    np.maximum(count - 1, 0, out=count)
    return alpha, backoff


# %% wrong: discount_off_by_one -- a count of c loses the discount of c - 1
# expects: A count c loses the discount of c - 1


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(np.maximum(count - 1, 0), 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff


# %% wrong: hard_coded -- returns the example
# expects: expected for alpha an array of 5 fractions


def kneser_ney(history, count, n_histories, discount):
    alpha = np.array([0.5 / 8, 1.2 / 8, 3.5 / 8, 0.5])
    return alpha, np.array([2.8 / 8, 1, 0.5, 1])


# %% wrong: large_counts_fail -- counts above 3 look for a discount that is not there
# expects: a count above 3 has the discount of 3


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[count]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff


# %% wrong: largest_discount_times_kinds -- backoff is D3 times the number of followers, as if all were large
# expects: not discount[3]


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = discount[3] * np.bincount(history, None, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff


# %% wrong: nothing_but_the_example -- right for the example, else an alpha without rows, close to all
# expects: expected for alpha an array of 5 fractions


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


# %% wrong: one_discount -- the discount of a count of 1 for all counts
# expects: a count of 2 loses discount[2]


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = np.where(count > 0, discount[1], 0.0)
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff


# %% wrong: short_backoff -- the histories after the last seen one have no backoff
# expects: with n_histories = 4, expected 4 fractions


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken)
    seen, backoff = total > 0, np.ones(len(total))
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff


# %% wrong: total_after_discounting -- divides by what is left of the counts
# expects: the total of the counts before discounting


def kneser_ney(history, count, n_histories, discount):
    taken = discount[np.minimum(count, 3)]
    total = np.bincount(history, count - taken, n_histories)
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff


# %% wrong: unseen_history_gets_nothing -- the backoff of an unseen history is 0
# expects: expected a backoff of exactly 1


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.zeros(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return (count - taken) / total[history], backoff


# %% wrong: without_discount -- maximum likelihood: nothing is taken from the counts
# expects: This is the maximum likelihood


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    given = np.bincount(history, taken, n_histories)
    seen, backoff = total > 0, np.ones(n_histories)
    backoff[seen] = given[seen] / total[seen]
    return count / total[history], backoff


# %% wrong: zero_by_zero -- 0 / 0 for an unseen history
# expects: expected a backoff of exactly 1


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    backoff = np.bincount(history, taken, n_histories) / total
    return ((count - taken) / total[history]), backoff


# %% wrong: laplace_passed_off_as_kneser_ney -- add-one smoothing, which sums to one too
# expects: proportional to its counts


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    words = max(count.size, 1)
    return count / (total + words)[history], words / (total + words)


# %% wrong: fails_on_an_empty_table -- the largest history of no row
# expects: an empty table gave the error


def kneser_ney(history, count, n_histories, discount):
    total = np.zeros(max(n_histories, history.max() + 1))
    np.add.at(total, history, count)
    taken = discount[np.minimum(count, 3)]
    backoff = np.bincount(history, taken, n_histories)
    seen = total > 0
    backoff[seen] /= total[seen]
    backoff[~seen] = 1
    return (count - taken) / total[history], backoff


# %% wrong: large_counts_lose_nothing -- counts above 3 are trusted
# expects: A count above 3 loses discount[3] too


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = np.where(count > 3, 0, discount[np.minimum(count, 3)])
    backoff = np.bincount(history, taken, n_histories)
    backoff = np.divide(
        backoff, total, out=np.ones(n_histories), where=total > 0
    )
    return (count - taken) / total[history], backoff


# %% wrong: zero_loses_too -- a count of 0 loses the discount of 1
# expects: with counts of 0 and large ones


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.clip(count, 1, 3)]
    backoff = np.bincount(history, taken, n_histories)
    backoff = np.divide(
        backoff, total, out=np.ones(n_histories), where=total > 0
    )
    return (count - taken) / total[history], backoff


# %% wrong: backoff_of_everything -- what is taken, over the count of all
# expects: not of everything


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    taken = discount[np.minimum(count, 3)]
    backoff = np.bincount(history, taken, n_histories) / max(count.sum(), 1)
    return (count - taken) / total[history], np.where(total > 0, backoff, 1)


# %% wrong: total_of_cut_counts -- the total adds up min(count, 3)
# expects: expected alpha


def kneser_ney(history, count, n_histories, discount):
    cut = np.minimum(count, 3)
    total = np.bincount(history, weights=cut, minlength=n_histories)
    backoff = np.bincount(
        history, weights=discount[cut], minlength=n_histories
    )
    backoff = np.divide(
        backoff, total, out=np.ones(n_histories), where=total > 0
    )
    return (count - discount[cut]) / total[history], backoff


# %% wrong: zero_means_unseen -- a backoff of 0 is taken for that of an unseen history
# expects: with a discount of 0 for all counts


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, weights=count, minlength=n_histories)
    taken = discount[np.minimum(count, 3)]
    backoff = np.bincount(history, weights=taken, minlength=n_histories)
    backoff = backoff / np.maximum(total, 1)
    backoff[backoff == 0] = 1
    return (count - taken) / total[history], backoff


# %% wrong: zero_pays_into_backoff -- alpha is cut at 0, but backoff has the discount of 1
# expects: a count of 0 loses discount[0]


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, weights=count, minlength=n_histories)
    taken = discount[np.clip(count, 1, 3)]
    backoff = np.bincount(history, weights=taken, minlength=n_histories)
    backoff = np.divide(
        backoff, total, out=np.ones(n_histories), where=total > 0
    )
    return np.maximum(count - taken, 0) / total[history], backoff


# %% right: by_kinds_of_counts -- the textbook: D1 N1 + D2 N2 + D3 N3+ over the total


def kneser_ney(history, count, n_histories, discount):
    total = np.bincount(history, count, n_histories)
    kind = np.clip(count, 0, 3)
    backoff = np.zeros(n_histories)
    for i in (1, 2, 3):
        n = np.bincount(history[kind == i], minlength=n_histories)
        backoff += discount[i] * n
    backoff = np.where(total > 0, backoff / total, 1)
    return (count - np.choose(kind, discount)) / total[history], backoff


# %% right: by_what_is_left -- backoff is one minus what alpha hands out


def kneser_ney(history, count, n_histories, discount):
    total = np.zeros(n_histories)
    np.add.at(total, history, count)
    D = np.where(count >= 3, discount[3], discount[count.clip(max=2)])
    alpha = np.maximum(count - D, 0) / total[history]
    handed_out = np.zeros(n_histories)
    np.add.at(handed_out, history, alpha)
    return alpha, 1 - handed_out


# %% right: in_a_loop -- lists, one row after the other


def kneser_ney(history, count, n_histories, discount):
    total, taken = [0.0] * n_histories, [0.0] * n_histories
    for h, c in zip(history, count, strict=True):
        total[h] += c
        taken[h] += discount[min(c, 3)]
    alpha = [
        (c - discount[min(c, 3)]) / total[h]
        for h, c in zip(history, count, strict=True)
    ]
    backoff = [
        a / b if b > 0 else 1.0 for a, b in zip(taken, total, strict=True)
    ]
    return np.array(alpha), np.array(backoff)
