# %% wrong: of_largest -- divides by the largest count
# expects: divide by the sum


def shares(counts):
    largest = max(counts.values(), default=1)
    return {item: count / largest for item, count in counts.items()}


# %% right: in_a_loop -- a loop instead of a comprehension


def shares(counts):
    result = {}
    for item in counts:
        result[item] = counts[item] / sum(counts.values())
    return result
