import math

import numpy as np

# %% wrong: base_e -- e to the power of a mean of log2
# expects: the power has base 2, not e


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return np.exp(-np.mean(log2_probs))


# %% wrong: changes_its_argument -- turns the sign in the array of the caller
# expects: you changed the array


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    log2_probs *= -1
    return 2 ** np.mean(log2_probs)


# %% wrong: hard_coded -- returns 4, the answer to the example
# expects: expected 8, got 4.0


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 4.0


# %% wrong: is_h -- returns the mean surprise H
# expects: this is H; the perplexity is 2 ** H


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return -np.mean(log2_probs)


# %% wrong: log_again -- takes the logarithm of the logarithms
# expects: a logarithm of a negative number


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** -np.mean(np.log2(log2_probs))


# %% wrong: mean_of_powers -- averages 1 / p over the tokens
# expects: average the logarithms first


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return np.mean(2**-log2_probs)


# %% wrong: of_nothing -- returns nan where there is no token
# expects: expected a ValueError that is raised


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        return np.nan
    return 2 ** -np.mean(log2_probs)


# %% wrong: of_the_sum -- 2 to the sum of the surprise, not to its mean
# expects: take the mean over the tokens


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** -np.sum(log2_probs)


# %% wrong: per_token -- one number for each token
# expects: one number for all tokens


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2**-log2_probs


# %% wrong: without_minus -- the sign is lost: 2 to the mean log probability
# expects: surprise is minus the log


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** np.mean(log2_probs)


# %% wrong: product -- multiplies the probabilities, which underflow
# expects: of 200 tokens of -9 bits, expected 512


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return np.prod(2.0**log2_probs) ** (-1 / len(log2_probs))


# %% wrong: returns_the_error -- the error is returned, not raised
# expects: expected a ValueError that is raised


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        return ValueError("no tokens")
    return 2 ** -np.mean(log2_probs)


# %% wrong: through_probabilities -- back to probabilities and to logarithms
# expects: 200 tokens, one of them with -1,200 bits


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** -np.mean(np.log2(2.0**log2_probs))


# %% wrong: skips_the_impossible -- a token of probability zero is left out
# expects: with a token of probability zero, expected inf


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** -np.mean(log2_probs[np.isfinite(log2_probs)])


# %% wrong: median -- the median surprise
# expects: expected 8, got 4


def perplexity(log2_probs):
    if len(log2_probs) == 0:
        raise ValueError("no tokens")
    return 2 ** -np.median(log2_probs)


# %% right: by_nats -- converts to natural logarithms first


def perplexity(log2_probs):
    if np.size(log2_probs) < 1:
        raise ValueError(f"perplexity of {log2_probs}")
    nats = np.asarray(log2_probs) * np.log(2)
    return np.exp(-nats.sum() / nats.size)


# %% right: geometric_mean -- the geometric mean of 1 / p, token by token


def perplexity(log2_probs):
    n = len(log2_probs)
    if n == 0:
        raise ValueError("needs at least one token")
    return np.prod(np.exp2(-log2_probs / n))


# %% right: with_math -- a loop and the math module


def perplexity(log2_probs):
    total = 0.0
    for bits in log2_probs:
        total += bits
    if not len(log2_probs):
        raise ValueError("no tokens, no perplexity")
    return math.pow(2, -total / len(log2_probs))


# %% right: own_error -- a kind of ValueError of its own


class NoTokens(ValueError):
    """There is nothing to average."""


def perplexity(log2_probs):
    bits = list(log2_probs)
    if not bits:
        raise NoTokens
    return float(np.exp2(-math.fsum(bits) / len(bits)))
