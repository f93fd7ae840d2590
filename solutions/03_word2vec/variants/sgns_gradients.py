# %% wrong: ascent -- all signs turned
# expects: the gradient of v has the wrong sign
def sgns_gradients(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1, keepdims=True)
    negative = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-positive), sigmoid(negative)
    return (
        -(pull * u_pos + (push * u_neg).sum(1)),
        -pull * v,
        -push * v[:, None],
    )


# %% wrong: no_negatives_in_v -- v feels the positive alone
# expects: those of the negatives are missing
def sgns_gradients(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1, keepdims=True)
    negative = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-positive), sigmoid(negative)
    return pull * u_pos, pull * v, push * v[:, None]


# %% wrong: sigmoid_of_the_positive -- the pull grows as the pair is learned
# expects: The force of u_pos is
def sgns_gradients(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1, keepdims=True)
    negative = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(positive), sigmoid(negative)
    return pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[:, None]


# %% wrong: positive_not_pulled -- the gradient of u_pos has the sign of a negative
# expects: the gradient of u_pos has the wrong sign
def sgns_gradients(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1, keepdims=True)
    negative = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-positive), sigmoid(negative)
    return pull * u_pos + (push * u_neg).sum(1), -pull * v, push * v[:, None]


# %% wrong: negatives_summed -- one gradient for all negatives of a pair
# expects: the gradient of u_neg has the shape
def sgns_gradients(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1, keepdims=True)
    negative = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-positive), sigmoid(negative)
    return (
        pull * u_pos + (push * u_neg).sum(1),
        pull * v,
        (push * v[:, None]).sum(1),
    )


# %% wrong: mean_over_negatives -- divided by K
# expects: for the toy, the gradient of v is
def sgns_gradients(v, u_pos, u_neg):
    positive = (v * u_pos).sum(-1, keepdims=True)
    negative = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-positive), sigmoid(negative) / u_neg.shape[1]
    return pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[:, None]


# %% wrong: naive_sigmoid -- NaN for large dot products
# expects: a gradient is not finite
def sgns_gradients(v, u_pos, u_neg):
    def sigma(x):
        return np.exp(x) / (1 + np.exp(x))

    positive = (v * u_pos).sum(-1, keepdims=True)
    negative = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigma(-positive), sigma(negative)
    return pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[:, None]


# %% wrong: always_double -- float64 whatever comes in
# expects: float32 vectors give float32 gradients
def sgns_gradients(v, u_pos, u_neg):
    v, u_pos, u_neg = (a.astype(float) for a in (v, u_pos, u_neg))
    positive = (v * u_pos).sum(-1, keepdims=True)
    negative = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-positive), sigmoid(negative)
    return pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[:, None]


# %% right: error_form -- sigmoid minus label
def sgns_gradients(v, u_pos, u_neg):
    u = np.concatenate((u_pos[:, None], u_neg), axis=1)
    error = sigmoid(np.einsum("bkc,bc->bk", u, v))
    error[:, 0] -= 1
    d_u = error[..., None] * v[:, None]
    return np.einsum("bk,bkc->bc", error, u), d_u[:, 0], d_u[:, 1:]


# %% right: loop -- pair by pair
def sgns_gradients(v, u_pos, u_neg):
    d_v, d_pos, d_neg = (
        np.zeros_like(v),
        np.zeros_like(u_pos),
        np.zeros_like(u_neg),
    )
    for b in range(len(v)):
        pull = -sigmoid(-(v[b] @ u_pos[b]))
        push = sigmoid(u_neg[b] @ v[b])
        d_v[b] = pull * u_pos[b] + push @ u_neg[b]
        d_pos[b] = pull * v[b]
        d_neg[b] = np.outer(push, v[b])
    return d_v, d_pos, d_neg


# %% right: tanh -- the sigmoid by tanh
def sgns_gradients(v, u_pos, u_neg):
    def s(x):
        return (1 + np.tanh(x / 2)) / 2

    pull = (s((v * u_pos).sum(1)) - 1)[:, None]
    push = s(np.matmul(u_neg, v[:, :, None]))
    return (
        pull * u_pos + np.sum(push * u_neg, axis=1),
        pull * v,
        push * v[:, None, :],
    )


# %% wrong: mean_batch -- divided by the batch size
# expects: sum* of the losses


def sgns_gradients(v, u_pos, u_neg):
    B = len(v)
    pull = -sigmoid(-(v * u_pos).sum(-1, keepdims=True)) / B
    push = sigmoid((u_neg * v[:, None]).sum(-1, keepdims=True)) / B
    return pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[:, None]


# %% wrong: always_float32 -- casts the results to float32
# expects: float64 vectors give float64
def sgns_gradients(v, u_pos, u_neg):
    pos = (v * u_pos).sum(-1, keepdims=True)
    neg = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-pos), sigmoid(neg)
    parts = pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[:, None]
    return tuple(part.astype(np.float32) for part in parts)


# %% wrong: first_negatives -- the negatives of the first pair enter all rows of the centre's gradient
# expects: Row 1 has the negatives of the first pair
def sgns_gradients(v, u_pos, u_neg):
    pos = (v * u_pos).sum(-1, keepdims=True)
    neg = (v[:, None] * u_neg).sum(-1)
    pull, push = -sigmoid(-pos), sigmoid(neg)
    return (
        pull * u_pos + push @ u_neg[0],
        pull * v,
        push[:, :, None] * v[:, None],
    )


# %% wrong: first_centre -- all negatives get the first centre
# expects: Row 1 has the v of the first pair
def sgns_gradients(v, u_pos, u_neg):
    pos = (v * u_pos).sum(-1, keepdims=True)
    neg = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-pos), sigmoid(neg)
    return pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[0]


# %% wrong: sum_over_c -- sums over the last axis, which fits where K = C
# expects: two pairs with 3 negatives
def sgns_gradients(v, u_pos, u_neg):
    pos = (v * u_pos).sum(-1, keepdims=True)
    neg = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-pos), sigmoid(neg)
    return pull * u_pos + (push * u_neg).sum(-1), pull * v, push * v[:, None]


# %% wrong: log_derivative -- takes s (1 - s) for the force of the negatives
# expects: not its derivative
def sgns_gradients(v, u_pos, u_neg):
    pos = (v * u_pos).sum(-1, keepdims=True)
    neg = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull = -sigmoid(-pos)
    push = sigmoid(neg) * (1 - sigmoid(neg))
    return pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[:, None]


# %% wrong: swapped -- the gradients of v and of u_pos change places
# expects: the order is v, u_pos, u_neg
def sgns_gradients(v, u_pos, u_neg):
    pos = (v * u_pos).sum(-1, keepdims=True)
    neg = (v[:, None] * u_neg).sum(-1, keepdims=True)
    pull, push = -sigmoid(-pos), sigmoid(neg)
    return pull * v, pull * u_pos + (push * u_neg).sum(1), push * v[:, None]


# %% wrong: force_turned -- the force of a negative is that of a positive
# expects: not sigmoid(-u . v)
def sgns_gradients(v, u_pos, u_neg):
    pull = -sigmoid(-(v * u_pos).sum(axis=1, keepdims=True))
    push = sigmoid(-(v[:, None] * u_neg).sum(axis=2, keepdims=True))
    return (
        pull * u_pos + (push * u_neg).sum(axis=1),
        pull * v,
        push * v[:, None],
    )


# %% wrong: writes_u_pos -- builds the gradient of v in the array of u_pos
# expects: u_pos was changed
def sgns_gradients(v, u_pos, u_neg):
    pull = -sigmoid(-(v * u_pos).sum(axis=1, keepdims=True))
    push = sigmoid((v[:, None] * u_neg).sum(axis=2, keepdims=True))
    d_pos, d_neg, d_v = pull * v, push * v[:, None], u_pos
    d_v *= pull
    d_v += (push * u_neg).sum(axis=1)
    return d_v, d_pos, d_neg


# %% wrong: squeezed -- squeezes the axes of length 1 of the forces
# expects: squeeze takes it away


def sgns_gradients(v, u_pos, u_neg):
    pull = -sigmoid(-(v * u_pos).sum(-1, keepdims=True))
    push = sigmoid(np.squeeze(u_neg @ v[:, :, None]))[..., None]
    return pull * u_pos + (push * u_neg).sum(1), pull * v, push * v[:, None]


# %% right: einsum -- all products as einsum


def sgns_gradients(v, u_pos, u_neg):
    s = sigmoid(np.einsum("bc,bc->b", v, u_pos)) - 1
    n = sigmoid(np.einsum("bc,bkc->bk", v, u_neg))
    return (
        np.einsum("b,bc->bc", s, u_pos) + np.einsum("bk,bkc->bc", n, u_neg),
        np.einsum("b,bc->bc", s, v),
        np.einsum("bk,bc->bkc", n, v),
    )
