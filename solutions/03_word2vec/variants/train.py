# %% wrong: outputs_at_random -- both tables start at random
# expects: outputs starts at 0
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    n, j = n_epochs * -(-len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in range(0, len(pairs), batch_size):
            c, o = mixed[start : start + batch_size].T
            neg = rng.choice(V, (len(c), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            step = lr * (1 - j / n)
            descend(inputs, c, d_v, step)
            descend(outputs, o, d_pos, step)
            descend(outputs, neg.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: mean_of_the_batch -- divides by the number of pairs
# expects: moved as far as one
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n, j = n_epochs * -(-len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in range(0, len(pairs), batch_size):
            c, o = mixed[start : start + batch_size].T
            neg = rng.choice(V, (len(c), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            step = lr * (1 - j / n) / len(c)
            descend(inputs, c, d_v, step)
            descend(outputs, o, d_pos, step)
            descend(outputs, neg.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: one_table -- the context's row is moved in inputs
# expects: no row of outputs has moved
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n, j = n_epochs * -(-len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in range(0, len(pairs), batch_size):
            c, o = mixed[start : start + batch_size].T
            neg = rng.choice(V, (len(c), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], inputs[o], inputs[neg]
            )
            step = lr * (1 - j / n)
            descend(inputs, c, d_v, step)
            descend(inputs, o, d_pos, step)
            descend(inputs, neg.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: shared_negatives -- one set of negatives for the whole batch
# expects: Draw negatives for each pair
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n, j = n_epochs * -(-len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in range(0, len(pairs), batch_size):
            c, o = mixed[start : start + batch_size].T
            neg = np.tile(rng.choice(V, n_negative, p=noise), (len(c), 1))
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            step = lr * (1 - j / n)
            descend(inputs, c, d_v, step)
            descend(outputs, o, d_pos, step)
            descend(outputs, neg.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: constant_rate -- the step size never falls
# expects: step sizes
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in range(0, len(pairs), batch_size):
            c, o = mixed[start : start + batch_size].T
            neg = rng.choice(V, (len(c), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            descend(inputs, c, d_v, lr)
            descend(outputs, o, d_pos, lr)
            descend(outputs, neg.ravel(), d_neg.reshape(-1, dim), lr)
    return inputs, outputs


# %% wrong: uniform_noise -- negatives ignore the noise
# expects: the noise is 0 for the ids 0 and 1
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n, j = n_epochs * -(-len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in range(0, len(pairs), batch_size):
            c, o = mixed[start : start + batch_size].T
            neg = rng.integers(0, V, (len(c), n_negative))
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            step = lr * (1 - j / n)
            descend(inputs, c, d_v, step)
            descend(outputs, o, d_pos, step)
            descend(outputs, neg.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: last_batch_dropped -- pairs that fill no batch are lost
# expects: in batches of 4, 4 and 2
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    batch_size = min(batch_size, len(pairs))
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n, j = n_epochs * (len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in range(0, len(pairs) - batch_size + 1, batch_size):
            c, o = mixed[start : start + batch_size].T
            neg = rng.choice(V, (len(c), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            step = lr * (1 - j / n)
            descend(inputs, c, d_v, step)
            descend(outputs, o, d_pos, step)
            descend(outputs, neg.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: in_the_order_of_the_text -- never shuffles
# expects: in a new random order
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n, j = n_epochs * -(-len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        for start in range(0, len(pairs), batch_size):
            c, o = pairs[start : start + batch_size].T
            neg = rng.choice(V, (len(c), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            step = lr * (1 - j / n)
            descend(inputs, c, d_v, step)
            descend(outputs, o, d_pos, step)
            descend(outputs, neg.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: shuffles_the_pairs_in_place -- changes its argument
# expects: in another order now
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n, j = n_epochs * -(-len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        rng.shuffle(pairs)
        for start in range(0, len(pairs), batch_size):
            c, o = pairs[start : start + batch_size].T
            neg = rng.choice(V, (len(c), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            step = lr * (1 - j / n)
            descend(inputs, c, d_v, step)
            descend(outputs, o, d_pos, step)
            descend(outputs, neg.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% right: permuted_order -- shuffles an index
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V, N = len(noise), len(pairs)
    inputs = rng.uniform(-0.5 / dim, 0.5 / dim, (V, dim)).astype(np.float32)
    outputs = np.zeros((V, dim), dtype=np.float32)
    per_epoch = int(np.ceil(N / batch_size))
    for j in range(n_epochs * per_epoch):
        if j % per_epoch == 0:
            order = rng.permutation(N)
        start = (j % per_epoch) * batch_size
        batch = pairs[order[start : start + batch_size]]
        c, o = batch[:, 0], batch[:, 1]
        neg = rng.choice(V, size=(len(batch), n_negative), p=noise)
        g = sgns_gradients(inputs[c], outputs[o], outputs[neg])
        step = lr * (1 - j / (n_epochs * per_epoch))
        descend(inputs, c, g[0], step)
        descend(
            outputs,
            np.append(o, neg),
            np.concatenate((g[1], g[2].reshape(-1, dim))),
            step,
        )
    return inputs, outputs


# %% right: searchsorted -- draws the negatives by the cumulated noise
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    cumulated = np.cumsum(noise)
    inputs = (rng.random((V, dim)) / dim - 0.5 / dim).astype("float32")
    outputs = np.zeros_like(inputs)
    batches = []
    for _ in range(n_epochs):
        mixed = pairs[rng.permutation(len(pairs))]
        batches += [
            mixed[s : s + batch_size] for s in range(0, len(mixed), batch_size)
        ]
    for j, batch in enumerate(batches):
        draw = rng.random((len(batch), n_negative)) * cumulated[-1]
        neg = np.minimum(np.searchsorted(cumulated, draw, side="right"), V - 1)
        d_v, d_pos, d_neg = sgns_gradients(
            inputs[batch[:, 0]], outputs[batch[:, 1]], outputs[neg]
        )
        step = lr * (1 - j / len(batches))
        descend(outputs, neg.reshape(-1), d_neg.reshape(-1, dim), step)
        descend(outputs, batch[:, 1], d_pos, step)
        descend(inputs, batch[:, 0], d_v, step)
    return inputs, outputs


# %% right: one_negative_at_a_time -- descends for each of the K negatives
def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    inputs = np.float32((rng.random((len(noise), dim)) - 0.5) / dim)
    outputs = np.zeros((len(noise), dim), np.float32)
    total, j = n_epochs * len(range(0, len(pairs), batch_size)), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs, axis=0)
        for start in range(0, len(pairs), batch_size):
            c, o = mixed[start : start + batch_size].T
            neg = rng.choice(len(noise), (len(c), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[c], outputs[o], outputs[neg]
            )
            descend(inputs, c, d_v, lr * (1 - j / total))
            descend(outputs, o, d_pos, lr * (1 - j / total))
            for k in range(n_negative):
                descend(outputs, neg[:, k], d_neg[:, k], lr * (1 - j / total))
            j += 1
    return inputs, outputs


# %% wrong: columns_swapped -- centre and context the other way round
# expects: the first column of pairs


def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    total, j = n_epochs * -(-len(pairs) // batch_size), 0
    for _ in range(n_epochs):
        order = rng.permutation(pairs)
        for i in range(0, len(order), batch_size):
            o, c = order[i : i + batch_size].T
            n = rng.choice(V, size=(len(c), n_negative), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[n])
            step = lr * (1 - j / total)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, n.ravel(), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: floor_batches -- drops the last, smaller batch
# expects: are one batch


def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    per = len(pairs) // batch_size
    total, j = n_epochs * per, 0
    for _ in range(n_epochs):
        order = rng.permutation(pairs)
        for i in range(per):
            c, o = order[i * batch_size : (i + 1) * batch_size].T
            n = rng.choice(V, size=(len(c), n_negative), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[n])
            step = lr * (1 - j / total)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, n.ravel(), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: one_order -- shuffled once, before the epochs
# expects: shuffle them in each epoch


def train(
    pairs,
    noise,
    dim,
    rng,
    n_negative=5,
    n_epochs=1,
    lr=0.025,
    batch_size=256,
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    order = rng.permutation(pairs)
    n, j = n_epochs * int(np.ceil(len(pairs) / batch_size)), 0
    for _ in range(n_epochs):
        for s in range(0, len(order), batch_size):
            c, o = order[s : s + batch_size].T
            neg = rng.choice(V, (len(c), n_negative), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            step = lr * (1 - j / n)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: no_accidental_hits -- negatives that are the context are drawn again
# expects: leave it in
def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n = n_epochs * -(-len(pairs) // batch_size)
    j = 0
    for _ in range(n_epochs):
        shuffled = rng.permutation(pairs)
        for s in range(0, len(pairs), batch_size):
            c, o = shuffled[s : s + batch_size].T
            neg = rng.choice(V, size=(len(c), n_negative), p=noise)
            for _ in range(20):
                hit = neg == o[:, None]
                if not hit.any():
                    break
                neg[hit] = rng.choice(V, size=hit.sum(), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            step = lr * (1 - j / n)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: global_negatives -- the negatives come from NumPy's global generator
# expects: the same seed must give the same negatives
def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n = n_epochs * -(-len(pairs) // batch_size)
    j = 0
    for _ in range(n_epochs):
        shuffled = rng.permutation(pairs)
        for s in range(0, len(pairs), batch_size):
            c, o = shuffled[s : s + batch_size].T
            neg = np.random.choice(V, size=(len(c), n_negative), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            step = lr * (1 - j / n)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: same_negatives -- draws the negatives once and takes them again in each epoch
# expects: Draw new negatives in each epoch
def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n = n_epochs * -(-len(pairs) // batch_size)
    j = 0
    negatives = rng.choice(V, size=(len(pairs), n_negative), p=noise)
    for _ in range(n_epochs):
        order = rng.permutation(len(pairs))
        for s in range(0, len(pairs), batch_size):
            at = order[s : s + batch_size]
            c, o = pairs[at].T
            neg = negatives[at]
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            step = lr * (1 - j / n)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: global_start -- the inputs come from NumPy's global generator
# expects: the same seed must give the same start
def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = np.random.uniform(-0.5 / dim, 0.5 / dim, (V, dim)).astype(
        np.float32
    )
    outputs = np.zeros((V, dim), np.float32)
    n = n_epochs * -(-len(pairs) // batch_size)
    j = 0
    for _ in range(n_epochs):
        shuffled = rng.permutation(pairs)
        for s in range(0, len(pairs), batch_size):
            c, o = shuffled[s : s + batch_size].T
            neg = rng.choice(V, size=(len(c), n_negative), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            step = lr * (1 - j / n)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: vocab_of_pairs -- V is the largest id of the pairs plus 1
# expects: noise of 5 words
def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = pairs.max() + 1
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n = n_epochs * -(-len(pairs) // batch_size)
    j = 0
    for _ in range(n_epochs):
        shuffled = rng.permutation(pairs)
        for s in range(0, len(pairs), batch_size):
            c, o = shuffled[s : s + batch_size].T
            neg = rng.choice(V, size=(len(c), n_negative), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            step = lr * (1 - j / n)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: rate_ends_at_zero -- batch j steps by lr (1 - (j + 1) / n)
# expects: the first of n batches
def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n = n_epochs * -(-len(pairs) // batch_size)
    j = 0
    for _ in range(n_epochs):
        shuffled = rng.permutation(pairs)
        for s in range(0, len(pairs), batch_size):
            j += 1
            c, o = shuffled[s : s + batch_size].T
            neg = rng.choice(V, size=(len(c), n_negative), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            step = lr * (1 - j / n)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
    return inputs, outputs


# %% wrong: shuffles_columns -- rng.permuted shuffles each column by itself, so pairs are torn apart
# expects: Shuffle whole pairs
def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n = n_epochs * -(-len(pairs) // batch_size)
    j = 0
    for _ in range(n_epochs):
        shuffled = rng.permuted(pairs, axis=0)
        for s in range(0, len(pairs), batch_size):
            c, o = shuffled[s : s + batch_size].T
            neg = rng.choice(V, size=(len(c), n_negative), p=noise)
            dv, dp, dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            step = lr * (1 - j / n)
            descend(inputs, c, dv, step)
            descend(outputs, o, dp, step)
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: table_by_table -- each table moves before the gradient of the next is taken
# expects: 3 epochs of 10 pairs
def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n = n_epochs * -(-len(pairs) // batch_size)
    j = 0
    for _ in range(n_epochs):
        shuffled = rng.permutation(pairs)
        for s in range(0, len(pairs), batch_size):
            c, o = shuffled[s : s + batch_size].T
            neg = rng.choice(V, size=(len(c), n_negative), p=noise)
            step = lr * (1 - j / n)
            dv = sgns_gradients(inputs[c], outputs[o], outputs[neg])[0]
            descend(inputs, c, dv, step)
            dp = sgns_gradients(inputs[c], outputs[o], outputs[neg])[1]
            descend(outputs, o, dp, step)
            dn = sgns_gradients(inputs[c], outputs[o], outputs[neg])[2]
            descend(outputs, neg.reshape(-1), dn.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: shuffled_once -- one random order for all epochs
# expects: shuffle them in each epoch


def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    pairs = rng.permutation(pairs)
    starts = range(0, len(pairs), batch_size)
    n, j = n_epochs * len(starts), 0
    for _ in range(n_epochs):
        for start in starts:
            centre, context = pairs[start : start + batch_size].T
            negative = rng.choice(V, size=(len(centre), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[centre], outputs[context], outputs[negative]
            )
            step = lr * (1 - j / n)
            descend(inputs, centre, d_v, step)
            descend(outputs, context, d_pos, step)
            descend(outputs, negative.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: shuffled_in_place -- shuffles the pairs that it was given
# expects: in another order now


def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    starts = range(0, len(pairs), batch_size)
    n, j = n_epochs * len(starts), 0
    for _ in range(n_epochs):
        rng.shuffle(pairs)
        for start in starts:
            centre, context = pairs[start : start + batch_size].T
            negative = rng.choice(V, size=(len(centre), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[centre], outputs[context], outputs[negative]
            )
            step = lr * (1 - j / n)
            descend(inputs, centre, d_v, step)
            descend(outputs, context, d_pos, step)
            descend(outputs, negative.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: shared_negatives_too -- the pairs of a batch share their negatives
# expects: Draw negatives for each pair


def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    starts = range(0, len(pairs), batch_size)
    n, j = n_epochs * len(starts), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in starts:
            centre, context = mixed[start : start + batch_size].T
            negative = np.tile(
                rng.choice(V, size=n_negative, p=noise), (len(centre), 1)
            )
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[centre], outputs[context], outputs[negative]
            )
            step = lr * (1 - j / n)
            descend(inputs, centre, d_v, step)
            descend(outputs, context, d_pos, step)
            descend(outputs, negative.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% right: by_index -- an order of places, and negatives by the cumulated noise


def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = noise.size
    inputs = rng.uniform(-0.5 / dim, 0.5 / dim, (V, dim)).astype(np.float32)
    outputs = np.zeros_like(inputs)
    border = np.cumsum(noise) / np.sum(noise)
    per_epoch = -(-len(pairs) // batch_size)
    for epoch in range(n_epochs):
        order = rng.permutation(len(pairs))
        for k in range(per_epoch):
            rows = order[k * batch_size : (k + 1) * batch_size]
            c, o = pairs[rows, 0], pairs[rows, 1]
            neg = np.searchsorted(
                border, rng.random((len(rows), n_negative)), side="right"
            )
            g = sgns_gradients(inputs[c], outputs[o], outputs[neg])
            rate = lr * (1 - (epoch * per_epoch + k) / (n_epochs * per_epoch))
            descend(outputs, o, g[1], rate)
            descend(inputs, c, g[0], rate)
            descend(outputs, neg.flatten(), g[2].reshape(-1, dim), rate)
    return inputs, outputs


# %% wrong: no_centre -- a negative that is the centre is drawn again
# expects: A negative may be the centre


def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    starts = range(0, len(pairs), batch_size)
    n, j = n_epochs * len(starts), 0
    for _ in range(n_epochs):
        mixed = rng.permutation(pairs)
        for start in starts:
            centre, context = mixed[start : start + batch_size].T
            negative = rng.choice(V, size=(len(centre), n_negative), p=noise)
            for _ in range(10):
                bad = negative == centre[:, None]
                negative[bad] = rng.choice(V, size=bad.sum(), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[centre], outputs[context], outputs[negative]
            )
            step = lr * (1 - j / n)
            descend(inputs, centre, d_v, step)
            descend(outputs, context, d_pos, step)
            descend(outputs, negative.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% wrong: fewer_batches -- does not count the smaller last batch of an epoch
# expects: the smaller last batch of each epoch is a batch, too


def train(
    pairs, noise, dim, rng, n_negative=5, n_epochs=1, lr=0.025, batch_size=256
):
    V = len(noise)
    inputs = ((rng.random((V, dim)) - 0.5) / dim).astype(np.float32)
    outputs = np.zeros((V, dim), np.float32)
    n = max(1, n_epochs * (len(pairs) // batch_size))
    j = 0
    for _ in range(n_epochs):
        shuffled = rng.permutation(pairs)
        for start in range(0, len(pairs), batch_size):
            centre, context = shuffled[start : start + batch_size].T
            negative = rng.choice(V, (len(centre), n_negative), p=noise)
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[centre], outputs[context], outputs[negative]
            )
            step = lr * (1 - j / n)
            descend(inputs, centre, d_v, step)
            descend(outputs, context, d_pos, step)
            descend(outputs, negative.ravel(), d_neg.reshape(-1, dim), step)
            j += 1
    return inputs, outputs


# %% right: double_inside -- trains in float64 and returns float32
def train(
    pairs: np.ndarray,
    noise: np.ndarray,
    dim: int,
    rng: np.random.Generator,
    n_negative: int = 5,
    n_epochs: int = 1,
    lr: float = 0.025,
    batch_size: int = 256,
) -> tuple[np.ndarray, np.ndarray]:
    V = len(noise)
    inputs = (rng.random((V, dim)) - 0.5) / dim
    outputs = np.zeros((V, dim))
    n_batches = n_epochs * ((len(pairs) + batch_size - 1) // batch_size)
    done = 0
    for _ in range(n_epochs):
        order = np.argsort(rng.random(len(pairs)))
        while_left = order
        while len(while_left):
            chosen, while_left = (
                while_left[:batch_size],
                while_left[batch_size:],
            )
            centre, context = pairs[chosen, 0], pairs[chosen, 1]
            negative = rng.choice(
                np.arange(V), (len(chosen), n_negative), True, noise
            )
            d_v, d_pos, d_neg = sgns_gradients(
                inputs[centre], outputs[context], outputs[negative]
            )
            step = lr - lr * done / n_batches
            descend(outputs, context, d_pos, step)
            for k in range(n_negative):
                descend(outputs, negative[:, k], d_neg[:, k], step)
            descend(inputs, centre, d_v, step)
            done += 1
    return inputs.astype(np.float32), outputs.astype(np.float32)
