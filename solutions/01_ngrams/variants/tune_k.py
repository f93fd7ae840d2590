import numpy as np

# %% wrong: best_only -- returns the best result, not all
# expects: expected a list of 4 results


def tune_k(fit, valid, ks):
    valid = list(each_text(valid))
    bits, k = min((bits_per_byte(fit(k), valid), k) for k in ks)
    return k, [bits]


# %% wrong: hard_coded -- k = 1 always wins
# expects: the k with the fewest bits per byte


def tune_k(fit, valid, ks):
    valid = list(each_text(valid))
    return 1, [bits_per_byte(fit(k), valid) for k in ks]


# %% wrong: position -- returns the position of the best k
# expects: This is its position in ks


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(each_text(valid))
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return int(np.argmin(bits)), bits


# %% wrong: sorted_results -- the results are sorted, best first
# expects: They are sorted


def tune_k(fit, valid, ks):
    valid = list(each_text(valid))
    bits = sorted((bits_per_byte(fit(k), valid), k) for k in ks)
    return bits[0][1], [b for b, _ in bits]


# %% wrong: used_up_generator -- a generator of texts is empty from the second k on
# expects: valid may be a generator


def tune_k(fit, valid, ks):
    ks = list(ks)
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return ks[np.argmin(bits)], bits


# %% wrong: used_up_ks -- a generator of ks is empty after the loop
# expects: ks may be a generator


def tune_k(fit, valid, ks):
    valid = list(each_text(valid))
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return list(ks)[np.argmin(bits)], bits


# %% wrong: wrong_end -- takes the k with the most bits per byte
# expects: This k needs the most bits


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(each_text(valid))
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return ks[np.argmax(bits)], bits


# %% wrong: starts_from_ten_bits -- a k whose model needs more is never the best
# expects: one of ks is the best, however many bits its model needs


def tune_k(fit, valid, ks):
    valid, results, best, least = [*each_text(valid)], [], None, 10.0
    for k in ks:
        results.append(bits_per_byte(fit(k), valid))
        if results[-1] < least:
            best, least = k, results[-1]
    return best, results


# %% wrong: mean_of_texts -- the mean of what each text needs
# expects: measure all validation texts together


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(each_text(valid))
    bits = [
        sum(bits_per_byte(fit(k), text) for text in valid) / len(valid)
        for k in ks
    ]
    return ks[bits.index(min(bits))], bits


# %% wrong: first_text -- measures the first validation text alone
# expects: measure all validation texts together


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(each_text(valid))
    bits = [bits_per_byte(fit(k), valid[:1]) for k in ks]
    return ks[bits.index(min(bits))], bits


# %% wrong: less_than_infinity -- where all results are infinite, no k is the best
# expects: expected a k of ks


def tune_k(fit, valid, ks):
    valid = list(each_text(valid))
    best, fewest, bits = None, float("inf"), []
    for k in ks:
        bits.append(bits_per_byte(fit(k), valid))
        if bits[-1] < fewest:
            best, fewest = k, bits[-1]
    return best, bits


# %% right: in_a_loop -- remembers the best so far


def tune_k(fit, valid, ks):
    valid, results, best, least = [*each_text(valid)], [], None, float("inf")
    for k in ks:
        bits = bits_per_byte(fit(k), valid)
        results.append(bits)
        if best is None or bits < least:
            best, least = k, bits
    return best, results


# %% right: with_a_dictionary -- a dictionary from k to its bits


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(each_text(valid))
    bits = {k: bits_per_byte(fit(k), valid) for k in ks}
    return min(bits, key=bits.get), [bits[k] for k in ks]


# %% right: with_min -- min with a key


def tune_k(fit, valid, ks):
    ks, valid = tuple(ks), tuple(each_text(valid))
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    best = min(range(len(ks)), key=lambda i: bits[i])
    return ks[best], bits


# %% right: fits_twice -- fits each model twice, and returns an array


def tune_k(fit, valid, ks):
    ks, valid = tuple(ks), tuple(each_text(valid))
    best = min(ks, key=lambda k: bits_per_byte(fit(k), valid))
    return best, np.array([bits_per_byte(fit(k), valid) for k in ks])


# %% wrong: letters -- a single text becomes a list of its letters
# expects: `valid` may be one text


def tune_k(fit, valid, ks):
    ks, valid = list(ks), list(valid)
    bits = [bits_per_byte(fit(k), valid) for k in ks]
    return ks[int(np.argmin(bits))], bits
