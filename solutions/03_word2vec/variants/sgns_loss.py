# %% wrong: sign -- the log-likelihood
# expects: the loss has the wrong sign
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1)
    negative = (v[:, None] * u_neg).sum(-1)
    return -np.logaddexp(0, -positive) - np.logaddexp(0, negative).sum(-1)


# %% wrong: bits -- logarithms to base 2
# expects: this is in bits
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1)
    negative = (v[:, None] * u_neg).sum(-1)
    return (
        np.logaddexp(0, -positive) + np.logaddexp(0, negative).sum(-1)
    ) / np.log(2)


# %% wrong: mean_of_negatives -- the mean over K
# expects: *mean* over the negatives
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1)
    negative = (v[:, None] * u_neg).sum(-1)
    return np.logaddexp(0, -positive) + np.logaddexp(0, negative).mean(-1)


# %% wrong: one_number -- the mean of the batch
# expects: for a batch of one pair, the result
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1)
    negative = (v[:, None] * u_neg).sum(-1)
    return (
        np.logaddexp(0, -positive) + np.logaddexp(0, negative).sum(-1)
    ).mean()


# %% wrong: log_of_sigmoid -- overflows at large dot products
# expects: it must stay finite
def sgns_loss(v, u_pos, u_neg):
    def sigma(x):
        return 1 / (1 + np.exp(-x))

    positive = (v * u_pos).sum(-1)
    negative = (v[:, None] * u_neg).sum(-1)
    return -np.log(sigma(positive)) - np.log(sigma(-negative)).sum(-1)


# %% wrong: negatives_pulled -- the negatives have the positive's sign
# expects: pulled like the positive
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1)
    negative = (v[:, None] * u_neg).sum(-1)
    return np.logaddexp(0, -positive) + np.logaddexp(0, -negative).sum(-1)


# %% wrong: first_negative_only -- one negative a pair
# expects: expected 1.9654
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1)
    return np.logaddexp(0, -positive) + np.logaddexp(
        0, (v * u_neg[:, 0]).sum(-1)
    )


# %% right: einsum -- with einsum
def sgns_loss(v, u_pos, u_neg):
    positive = np.einsum("bc,bc->b", v, u_pos)
    negative = np.einsum("bc,bkc->bk", v, u_neg)
    return np.logaddexp(0, -positive) + np.logaddexp(0, negative).sum(axis=1)


# %% right: one_array -- all dot products in one array
def sgns_loss(v, u_pos, u_neg):
    u = np.concatenate((u_pos[:, None], u_neg), axis=1)
    dots = np.matmul(u, v[:, :, None])[:, :, 0]
    dots[:, 0] *= -1
    return np.logaddexp(0, dots).sum(1)


# %% right: loop -- pair by pair, with log1p
def sgns_loss(v, u_pos, u_neg):
    def softplus(x):
        return max(x, 0.0) + np.log1p(np.exp(-abs(x)))

    return np.array(
        [
            softplus(-(a @ b)) + sum(softplus(n @ a) for n in rows)
            for a, b, rows in zip(v, u_pos, u_neg)
        ]
    )


# %% wrong: epsilon -- the logarithm of the sigmoid plus something small
# expects: add nothing inside a logarithm


def sgns_loss(v, u_pos, u_neg):
    def sig(x):
        return 1 / (1 + np.exp(-np.clip(x, -500, 500)))

    pos = (v * u_pos).sum(1)
    neg = np.einsum("bc,bkc->bk", v, u_neg)
    return -np.log(sig(pos) + 1e-10) - np.log(sig(-neg) + 1e-10).sum(1)


# %% wrong: writes_u_neg -- multiplies in place: u_neg is changed
# expects: u_neg was changed
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(axis=1)
    u_neg *= v[:, None]
    negative = u_neg.sum(axis=2)
    return np.logaddexp(0, -positive) + np.logaddexp(0, negative).sum(axis=1)


# %% wrong: first_centre -- the negatives of all pairs meet the first centre
# expects: meet the v of the first
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(axis=1)
    negative = u_neg @ v[0]
    return np.logaddexp(0, -positive) + np.logaddexp(0, negative).sum(axis=1)


# %% wrong: negatives_joined -- adds the dot products of the negatives up, then one logarithm
# expects: Each negative has a term of its own
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(axis=1)
    negative = (v[:, None] * u_neg).sum(axis=2).sum(axis=1)
    return np.logaddexp(0, -positive) + np.logaddexp(0, negative)


# %% wrong: axis_of_words -- v is spread over the wrong axis, which fits where K = C
# expects: the last axis of u_neg
def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(axis=1)
    negative = (v[:, :, None] * u_neg).sum(axis=1)
    return np.logaddexp(0, -positive) + np.logaddexp(0, negative).sum(axis=1)


# %% wrong: reshaped -- reshape where the axes of u_neg should be exchanged
# expects: does not exchange the axes
def sgns_loss(v, u_pos, u_neg):
    B, K, C = u_neg.shape
    loss = np.logaddexp(0, -(v * u_pos).sum(axis=1))
    for u in u_neg.reshape(K, B, C):
        loss = loss + np.logaddexp(0, (v * u).sum(axis=1))
    return loss


# %% wrong: five_negatives -- takes five negatives, the usual number
# expects: K may be any number


def sgns_loss(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1)
    negative = (v[:, None] * u_neg[:, :5]).sum(-1)
    return np.logaddexp(0, -positive) + np.logaddexp(0, negative).sum(-1)


# %% right: stacked -- positive and negatives in one array


def sgns_loss(v, u_pos, u_neg):
    everything = np.concatenate((-u_pos[:, None], u_neg), axis=1)
    x = np.matmul(everything, v[..., None])[..., 0]
    return (np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))).sum(axis=1)
