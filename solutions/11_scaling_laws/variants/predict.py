import numpy as np


# %% wrong: one_sided -- leaves out the highest fifth
# expects: Leave out as much below as above
def predict(fits, N, D, share=0.8):
    losses = np.stack([chinchilla_loss(law_of(theta), N, D) for theta in fits])
    return tuple(np.quantile(losses, [1 - share, 1], axis=0))


# %% wrong: of_parameters -- the quantiles of the constants
# expects: expected
def predict(fits, N, D, share=0.8):
    low, high = np.quantile(fits, [(1 - share) / 2, (1 + share) / 2], axis=0)
    return chinchilla_loss(law_of(low), N, D), chinchilla_loss(
        law_of(high), N, D
    )


# %% wrong: always_80 -- ignores the share
# expects: for the share 0.5
def predict(fits, N, D, share=0.8):
    losses = np.stack([chinchilla_loss(law_of(theta), N, D) for theta in fits])
    return tuple(np.quantile(losses, [0.1, 0.9], axis=0))


# %% wrong: all_axes -- one interval for all runs
# expects: expected
def predict(fits, N, D, share=0.8):
    losses = np.stack([chinchilla_loss(law_of(theta), N, D) for theta in fits])
    return tuple(np.quantile(losses, [(1 - share) / 2, (1 + share) / 2]))


# %% wrong: one_array -- an array (2, ...) and not two
# expects: return two things
def predict(fits, N, D, share=0.8):
    losses = np.stack([chinchilla_loss(law_of(theta), N, D) for theta in fits])
    return np.quantile(losses, [(1 - share) / 2, (1 + share) / 2], axis=0)


# %% wrong: normal -- mean and 1.28 standard deviations
# expects: mean and deviation
def predict(fits, N, D, share=0.8):
    p = np.stack([chinchilla_loss(law_of(f), N, D) for f in fits])
    return p.mean(0) - 1.2816 * p.std(0), p.mean(0) + 1.2816 * p.std(0)


# %% wrong: one_tail -- leaves out 1 - share on both sides
# expects: half of it on either side
def predict(fits, N, D, share=0.8):
    p = np.stack([chinchilla_loss(law_of(f), N, D) for f in fits])
    return np.quantile(p, 1 - share, axis=0), np.quantile(p, share, axis=0)


# %% wrong: swapped -- high first
# expects: Low comes first
def predict(fits, N, D, share=0.8):
    p = np.stack([chinchilla_loss(law_of(f), N, D) for f in fits])
    high, low = np.quantile(p, [(1 - share) / 2, (1 + share) / 2], axis=0)
    return low, high


# %% wrong: range_of_all -- the smallest and the largest
# expects: smallest and the largest
def predict(fits, N, D, share=0.8):
    p = np.stack([chinchilla_loss(law_of(f), N, D) for f in fits])
    return p.min(0), p.max(0)


# %% wrong: around_median -- the median and as much on either side as holds the share
# expects: without the lowest
def predict(fits, N, D, share=0.8):
    p = np.stack([chinchilla_loss(law_of(f), N, D) for f in fits])
    mid = np.median(p, axis=0)
    half = np.quantile(np.abs(p - mid), share, axis=0)
    return mid - half, mid + half


# %% wrong: one_axis -- broadcasts the fits against N of one axis
# expects: for N (3, 1) and D (2,)
def predict(fits, N, D, share=0.8):
    N, D = np.asarray(N, float), np.asarray(D, float)
    A, B, E, a, b = (fits[:, k, None] for k in range(5))
    p = np.exp(E) + np.exp(A) * N**-a + np.exp(B) * D**-b
    low, high = np.quantile(p, [(1 - share) / 2, (1 + share) / 2], axis=0)
    return (low, high) if N.ndim or D.ndim else (low[0], high[0])


# %% wrong: of_logarithms -- the quantiles of the logarithms of the losses
# expects: quantiles of the logarithms
def predict(fits, N, D, share=0.8):
    losses = np.stack([chinchilla_loss(law_of(t), N, D) for t in fits])
    edges = [(1 - share) / 2, (1 + share) / 2]
    low, high = np.exp(np.quantile(np.log(losses), edges, axis=0))
    return low, high


# %% wrong: never_a_number -- low and high are arrays of one axis for numbers N and D
# expects: low has the shape ()
def predict(fits, N, D, share=0.8):
    N, D = np.broadcast_arrays(*np.atleast_1d(N, D))
    losses = [chinchilla_loss(law_of(theta), N, D) for theta in fits]
    low, high = np.quantile(losses, [(1 - share) / 2, (1 + share) / 2], axis=0)
    return low, high


# %% right: broadcast -- all laws at once
def predict(fits, N, D, share=0.8):
    N, D = np.broadcast_arrays(np.asarray(N, float), np.asarray(D, float))
    A, B, E, a, b = (x.reshape(-1, *[1] * N.ndim) for x in np.asarray(fits).T)
    losses = np.exp(E) + np.exp(A - a * np.log(N)) + np.exp(B - b * np.log(D))
    rest = 0.5 - share / 2
    return np.quantile(losses, rest, axis=0), np.quantile(
        losses, 1 - rest, axis=0
    )


# %% right: percentiles -- in hundredths
def predict(fits, N, D, share=0.8):
    losses = [chinchilla_loss(law_of(theta), N, D) for theta in fits]
    edge = 50 * (1 - share)
    return np.percentile(losses, edge, axis=0), np.percentile(
        losses, 100 - edge, axis=0
    )


# %% right: one_by_one -- fills an array
def predict(fits, N, D, share=0.8):
    shape = np.broadcast_shapes(np.shape(N), np.shape(D))
    losses = np.empty((len(fits), *shape))
    for i, theta in enumerate(fits):
        losses[i] = chinchilla_loss(law_of(theta), N, D)
    low = np.quantile(losses, 0.5 * (1 - share), axis=0)
    high = np.quantile(losses, 0.5 * (1 + share), axis=0)
    return low, high


# %% wrong: whole_percent -- rounds the quantiles to whole percents
# expects: whole percents
def predict(fits, N, D, share=0.8):
    losses = np.stack([chinchilla_loss(law_of(t), N, D) for t in fits])
    low = round(50 * (1 - share))
    return np.percentile(losses, low, axis=0), np.percentile(
        losses, 100 - low, axis=0
    )


# %% wrong: one_is_default -- a share of 0 or 1 counts as not given
# expects: the interval of 0.8
def predict(fits, N, D, share=0.8):
    share = share if 0 < share < 1 else 0.8
    losses = np.stack([chinchilla_loss(law_of(t), N, D) for t in fits])
    return tuple(
        np.quantile(losses, [(1 - share) / 2, (1 + share) / 2], axis=0)
    )


# %% wrong: one_order -- one order of the laws, that at the first size, for all
# expects: another order
def predict(fits, N, D, share=0.8):
    losses = np.stack([chinchilla_loss(law_of(t), N, D) for t in fits])
    order = losses.reshape(len(losses), -1)[:, 0].argsort()
    losses = losses[order]
    at = np.array([(1 - share) / 2, (1 + share) / 2]) * (len(fits) - 1)
    i = np.minimum(at.astype(int), len(fits) - 2)
    part = (at - i).reshape(-1, *[1] * (losses.ndim - 1))
    ends = losses[i] + part * (losses[i + 1] - losses[i])
    return ends[0], ends[1]
