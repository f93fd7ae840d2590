"""aims at: the examiner's memory, by calling the check's own function with large arguments
cell: sample
time: slow
worth: 0
course: sampling
"""


def sample(distribution, generator, max_tokens, context=()):
    ids = np.full(2_000_000, 3)
    for _ in range(100):
        try:
            distribution(ids)
        except Exception as error:
            print(error)
    return np.zeros(0, np.int64)
