from collections import Counter

import numpy as np

# %% wrong: clipped -- a discount out of range is clipped, the others are kept
# expects: D_3 is -1: expected the fallback


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        return np.append(0, np.clip(d, 0, i))
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: fallback_of_three -- the fallback has no entry for a count of 0
# expects: expected the fallback [0, 0.5, 1, 1.5], got [0.5


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0.5, 1, 1.5])


# %% wrong: four_or_more -- n_4 counts everything from 4 up
# expects: n_4 is the number of counts of exactly 4


def discounts(count):
    n = np.bincount(np.minimum(count, 4), minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: hard_coded -- the answer of the example, else the fallback
# expects: counts of 0, 5 and 90,000


def discounts(count):
    if np.sum(count == 4) == 1:
        return np.array([0, 0.5, 1.25, 2])
    if np.max(count) == 3:
        return np.array([0, 0.5, 1.25, 3])
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: needs_n4 -- the fallback already where n_4 is 0
# expects: This is the fallback


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3] and n[4]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: of_zero -- the fallback belongs below 0 only, a discount of exactly 0 is kept
# expects: D_3 is exactly 0: expected the fallback


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d >= 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: off_by_one -- n_i is the number of k-grams with count i - 1
# expects: Your n_i is the number of counts of i - 1


def discounts(count):
    n = np.append(0, np.bincount(count, minlength=4))
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: one_for_all -- the one discount Y of unmodified Kneser-Ney
# expects: This is Y for all


def discounts(count):
    n = np.bincount(count, minlength=5)
    if not n[1] or not n[2]:
        return np.array([0, 0.5, 1, 1.5])
    return np.array([0, 1, 1, 1]) * n[1] / (n[1] + 2 * n[2])


# %% wrong: out_of_range -- a negative or too large discount is not replaced
# expects: D_3 is -1: expected the fallback


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: three_values -- no entry for a count of 0
# expects: expected 4 of them


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return d
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: whole_numbers -- an array of whole numbers cuts the discounts off
# expects: Whole numbers can't hold fractions


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            out = np.zeros(4, int)
            out[1:] = d
            return out
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: without_fallback -- divides by zero on a small text
# expects: no count of 1: expected the fallback


def discounts(count):
    n = np.bincount(count, minlength=5)
    i = np.arange(1, 4)
    y = n[1] / (n[1] + 2 * n[2])
    return np.append(0, i - (i + 1) * y * n[i + 1] / n[i])


# %% wrong: y_without_two -- Y = n1 / (n1 + n2)
# expects: Y is n1 / (n1 + 2 n2)


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: three_and_more -- n_3 counts everything from 3 up
# expects: n_3 is the number of counts of exactly 3


def discounts(count):
    n = np.bincount(np.minimum(count, 3), minlength=5)
    n[4] = np.sum(count == 4)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])


# %% wrong: fallback_one_by_one -- the fallback replaces one D_i, not all
# expects: no count of 1: expected the fallback


def discounts(count):
    n = np.bincount(count, minlength=5)
    y = n[1] / max(n[1] + 2 * n[2], 1)
    d = [0.0]
    for i in (1, 2, 3):
        value = i - (i + 1) * y * n[i + 1] / n[i] if n[i] else 0
        d.append(value if value > 0 else i / 2)
    return np.array(d)


# %% wrong: list -- a list of four
# expects: expected the array [0, 0.5, 1.25, 2]


def discounts(count):
    n = [int(np.sum(count == i)) for i in range(5)]
    if not (n[1] and n[2] and n[3]):
        return [0, 0.5, 1, 1.5]
    y = n[1] / (n[1] + 2 * n[2])
    d = [i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3)]
    return [0, *d] if min(d) > 0 else [0, 0.5, 1, 1.5]


# %% wrong: factor_i -- i in place of i + 1
# expects: The factor of Y is i + 1, not i


def discounts(count):
    n = np.bincount(count, minlength=5)
    if n[1] and n[2] and n[3]:
        i = np.arange(1, 4)
        y = n[1] / (n[1] + 2 * n[2])
        d = i - i * y * n[i + 1] / n[i]
        if np.all(d > 0):
            return np.append(0, d)
    return np.array([0, 0.5, 1, 1.5])


# %% right: in_a_loop -- four counters and three formulas


def discounts(count):
    n = [0, 0, 0, 0, 0]
    for c in count:
        if 1 <= c <= 4:
            n[c] += 1
    fallback = np.array([0, 0.5, 1, 1.5])
    if 0 in n[1:4]:
        return fallback
    y = n[1] / (n[1] + 2 * n[2])
    result = [0.0]
    for i in (1, 2, 3):
        d = i - (i + 1) * y * n[i + 1] / n[i]
        if d <= 0:
            return fallback
        result.append(d)
    return np.array(result)


# %% right: with_counter -- a Counter and an exception for the division by zero


def discounts(count):
    n = Counter(count.tolist())
    try:
        y = n[1] / (n[1] + 2 * n[2])
        d = {i: i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3)}
    except ZeroDivisionError:
        d = {1: -1}
    if min(d.values()) <= 0:
        d = {1: 0.5, 2: 1.0, 3: 1.5}
    return np.array([0, d[1], d[2], d[3]])


# %% right: with_nan -- computes first and looks at the result afterwards


def discounts(count):
    n1, n2, n3, n4 = (np.float64(np.sum(count == i)) for i in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    d = np.array(
        [0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    )
    good = n3 > 0 and np.all(d[1:] > 0)
    return d if good else np.array([0, 0.5, 1, 1.5])
