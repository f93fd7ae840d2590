"""problem: maximum_likelihood
way: a table that says which rows share a history
"""


def maximum_likelihood(history, count):
    same = history[:, None] == history[None, :]
    return count / (same @ count)
