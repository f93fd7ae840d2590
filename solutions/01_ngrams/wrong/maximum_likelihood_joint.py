"""problem: maximum_likelihood
mistake: the share in all counts, p(h w), not p(w | h)
expects: you divide by the count of everything
"""


def maximum_likelihood(history, count):
    return count / count.sum()
