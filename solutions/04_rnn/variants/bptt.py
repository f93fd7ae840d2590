# %% wrong: last_step_only -- nothing comes from later steps
# expects: it is delta_3 h_2 alone
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    for t in reversed(range(T)):
        delta = d_h[:, t] * (1 - h[t + 1] ** 2)
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        g["h0"] = delta @ W_hh
    return g


# %% wrong: no_tanh -- the derivative of tanh is missing
# expects: derivative of tanh, 1 - h_t^2
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    later = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = d_h[:, t] + later
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    return g | {"h0": later}


# %% wrong: h_of_the_same_step -- delta_t with h_t
# expects: pairs delta_t with h_t
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    later = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t + 1]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    return g | {"h0": later}


# %% wrong: tanh_of_the_step_before -- 1 - h_{t-1}^2
# expects: not 1 - h_{t-1}^2
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    later = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t] ** 2)
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    return g | {"h0": later}


# %% wrong: not_transposed -- W_hh.T in the way back; the toy can't tell
# expects: not delta @ W_hh.T
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    later = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        later = delta @ W_hh.T
    return g | {"h0": later}


# %% wrong: mean_over_texts -- divides by B
# expects: mean over the texts
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    later = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        g["W_xh"] += delta.T @ x[:, t] / len(x)
        g["W_hh"] += delta.T @ h[t] / len(x)
        g["b"] += delta.mean(0)
        g["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    return g | {"h0": later}


# %% wrong: h0_is_delta -- forgets the last W_hh
# expects: This is delta_1
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    later = delta = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    return g | {"h0": delta}


# %% wrong: always_float64 -- another dtype than what came in
# expects: float32
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros(a.shape) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    later = np.zeros(h0.shape)
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    return g | {"h0": later}


# %% wrong: no_step -- fails where T is 0
# expects: T
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    later = 0
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    if T == 0:
        later = delta
    return g | {"h0": later}


# %% wrong: changes_d_h -- adds what comes later to the argument
# expects: the argument d_h was changed
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    for t in reversed(range(T)):
        delta = d_h[:, t] * (1 - h[t + 1] ** 2)
        g["W_xh"] += delta.T @ x[:, t]
        g["W_hh"] += delta.T @ h[t]
        g["b"] += delta.sum(0)
        g["x"][:, t] = delta @ W_xh
        if t:
            d_h[:, t - 1] += delta @ W_hh
        else:
            g["h0"] = delta @ W_hh
    return g


# %% wrong: turned_product -- h.T @ delta
# expects: This is the transpose
def bptt(x, h0, d_h, W_xh, W_hh, b):
    h = [h0]
    for t in range(x.shape[1]):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    d_x, d_W_xh, d_W_hh, d_b = (np.zeros_like(a) for a in (x, W_xh, W_hh, b))
    later = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += h[t].T @ delta
        d_b += delta.sum(axis=0)
        d_x[:, t] = delta @ W_xh
        later = delta @ W_hh
    return {"x": d_x, "h0": later, "W_xh": d_W_xh, "W_hh": d_W_hh, "b": d_b}


# %% wrong: way_back -- the gradients of x in the order in which they are made
# expects: turn them round
def bptt(x, h0, d_h, W_xh, W_hh, b):
    h = [h0]
    for t in range(x.shape[1]):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    d_x, d_W_xh, d_W_hh, d_b = (np.zeros_like(a) for a in (x, W_xh, W_hh, b))
    later = np.zeros_like(h0)
    for n, t in enumerate(reversed(range(x.shape[1]))):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += delta.T @ h[t]
        d_b += delta.sum(axis=0)
        d_x[:, n] = delta @ W_xh
        later = delta @ W_hh
    return {"x": d_x, "h0": later, "W_xh": d_W_xh, "W_hh": d_W_hh, "b": d_b}


# %% wrong: from_zeros -- the states begin with zeros
# expects: not with h0
def bptt(x, h0, d_h, W_xh, W_hh, b):
    h = [np.zeros_like(h0)]
    for t in range(x.shape[1]):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    d_x, d_W_xh, d_W_hh, d_b = (np.zeros_like(a) for a in (x, W_xh, W_hh, b))
    later = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += delta.T @ h[t]
        d_b += delta.sum(axis=0)
        d_x[:, t] = delta @ W_xh
        later = delta @ W_hh
    return {"x": d_x, "h0": later, "W_xh": d_W_xh, "W_hh": d_W_hh, "b": d_b}


# %% right: einsum -- all deltas first, then the sums at once
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    delta, later = np.zeros_like(d_h), np.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        delta[:, t] = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        later = delta[:, t] @ W_hh
    before = np.stack(h, axis=1)[:, :T]
    return {
        "W_xh": np.einsum("bth,btc->hc", delta, x),
        "W_hh": np.einsum("bth,btk->hk", delta, before),
        "b": delta.sum((0, 1)),
        "x": delta @ W_xh,
        "h0": later,
    }


# %% right: text_by_text -- one loop more, over the batch
def bptt(x, h0, d_h, W_xh, W_hh, b):
    g = {n: np.zeros_like(a) for n, a in zip(NAMES, (x, h0, W_xh, W_hh, b))}
    for i in range(len(x)):
        h = [h0[i]]
        for x_t in x[i]:
            h.append(np.tanh(W_xh @ x_t + W_hh @ h[-1] + b))
        later = np.zeros_like(h0[i])
        for t in range(len(x[i]) - 1, -1, -1):
            delta = (d_h[i, t] + later) * (1 - h[t + 1] ** 2)
            g["W_xh"] += np.outer(delta, x[i, t])
            g["W_hh"] += np.outer(delta, h[t])
            g["b"] += delta
            g["x"][i, t] = W_xh.T @ delta
            later = W_hh.T @ delta
        g["h0"][i] = later
    return g


# %% right: deltas_in_a_list -- forward and backward in comprehensions
def bptt(x, h0, d_h, W_xh, W_hh, b):
    steps = range(x.shape[1])
    h, deltas = [h0], []
    for t in steps:
        h = [*h, np.tanh(x[:, t] @ W_xh.T + h[t] @ W_hh.T + b)]
    later = 0 * h0
    for t in steps[::-1]:
        deltas.insert(0, (d_h[:, t] + later) * (1 - np.square(h[t + 1])))
        later = np.matmul(deltas[0], W_hh)
    return {
        "x": np.stack([d @ W_xh for d in deltas], 1) if deltas else 0 * x,
        "h0": later,
        "W_xh": sum((deltas[t].T @ x[:, t] for t in steps), 0 * W_xh),
        "W_hh": sum((deltas[t].T @ h[t] for t in steps), 0 * W_hh),
        "b": sum((d.sum(0) for d in deltas), 0 * b),
    }


# %% right: recursion -- a recursive function over the steps
def bptt(x, h0, d_h, W_xh, W_hh, b):
    g = {
        "x": np.zeros_like(x),
        "W_xh": np.zeros_like(W_xh),
        "W_hh": np.zeros_like(W_hh),
        "b": np.zeros_like(b),
    }

    def back(t, h):
        """Gradient in the state h before step t."""
        if t == x.shape[1]:
            return np.zeros_like(h0)
        new = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b)
        delta = (d_h[:, t] + back(t + 1, new)) * (1 - new * new)
        g["W_hh"] += delta.T @ h
        g["W_xh"] += delta.T @ x[:, t]
        g["b"] += delta.sum(axis=0)
        g["x"][:, t] = delta @ W_xh
        return delta @ W_hh

    g["h0"] = back(0, h0)
    return g


# %% right: stacked -- all deltas in one array, then einsum
def bptt(x, h0, d_h, W_xh, W_hh, b):
    T = x.shape[1]
    h = np.concatenate([h0[:, None], np.zeros_like(d_h)], axis=1)
    for t in range(T):
        h[:, t + 1] = np.tanh(x[:, t] @ W_xh.T + h[:, t] @ W_hh.T + b)
    D = np.zeros((h0.shape[0], T + 1, h0.shape[1]), h0.dtype)
    for t in range(T - 1, -1, -1):
        D[:, t] = (d_h[:, t] + D[:, t + 1] @ W_hh) * (1 - h[:, t + 1] ** 2)
    d = D[:, :T]
    return {
        "h0": D[:, 0] @ W_hh,
        "x": d @ W_xh,
        "b": d.sum((0, 1)),
        "W_hh": np.einsum("bti,btj->ij", d, h[:, :T]),
        "W_xh": np.einsum("bti,btj->ij", d, x),
    }


# %% wrong: single_states -- keeps the states in float32, against memory
# expects: kept in float32


def bptt(x, h0, d_h, W_xh, W_hh, b):
    _B, T, _C = x.shape
    h = np.zeros((T + 1, *h0.shape), np.float32)
    h[0] = h0
    for t in range(T):
        h[t + 1] = np.tanh(x[:, t] @ W_xh.T + h[t] @ W_hh.T + b)
    grads = {
        "x": np.zeros_like(x),
        "W_xh": np.zeros_like(W_xh),
        "W_hh": np.zeros_like(W_hh),
    }
    grads["b"] = np.zeros_like(b)
    later = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)
        grads["W_hh"] += delta.T @ h[t]
        grads["W_xh"] += delta.T @ x[:, t]
        grads["b"] += delta.sum(0)
        grads["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    grads["h0"] = later
    return grads


# %% right: einsum_too -- all deltas first, then einsum over texts and steps


def bptt(x, h0, d_h, W_xh, W_hh, b):
    T = x.shape[1]
    h = np.empty((T + 1, *h0.shape), h0.dtype)
    h[0] = h0
    for t in range(T):
        h[t + 1] = np.tanh(
            np.einsum("bc,hc->bh", x[:, t], W_xh)
            + np.einsum("bk,hk->bh", h[t], W_hh)
            + b
        )
    delta = np.zeros((T + 1, *h0.shape), h0.dtype)
    for t in range(T - 1, -1, -1):
        delta[t] = (
            (d_h[:, t] + delta[t + 1] @ W_hh) * (1 - h[t + 1]) * (1 + h[t + 1])
        )
    real = delta[:T]
    return {
        "x": np.einsum("tbh,hc->btc", real, W_xh),
        "h0": delta[0] @ W_hh,
        "W_xh": np.einsum("tbh,btc->hc", real, x),
        "W_hh": np.einsum("tbh,tbk->hk", real, h[:-1]),
        "b": real.sum((0, 1)),
    }


# %% wrong: clipped -- clips delta, against an explosion
# expects: Clip nothing


def bptt(x, h0, d_h, W_xh, W_hh, b):
    T, h = x.shape[1], [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    made = {
        n: np.zeros_like(a)
        for n, a in (("x", x), ("W_xh", W_xh), ("W_hh", W_hh), ("b", b))
    }
    later = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = np.clip((d_h[:, t] + later) * (1 - h[t + 1] ** 2), -5, 5)
        made["W_hh"] += delta.T @ h[t]
        made["W_xh"] += delta.T @ x[:, t]
        made["b"] += delta.sum(0)
        made["x"][:, t] = delta @ W_xh
        later = delta @ W_hh
    return made | {"h0": later}


# %% wrong: direct_outside -- multiplies only what comes later with the derivative
# expects: the sum is in brackets


def bptt(x, h0, d_h, W_xh, W_hh, b):
    T = x.shape[1]
    h = [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    d_x, d_W_xh, d_W_hh, d_b = (np.zeros_like(a) for a in (x, W_xh, W_hh, b))
    later = np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = d_h[:, t] + later * (1 - h[t + 1] ** 2)
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += delta.T @ h[t]
        d_b += delta.sum(axis=0)
        d_x[:, t] = delta @ W_xh
        later = delta @ W_hh
    return {"x": d_x, "h0": later, "W_xh": d_W_xh, "W_hh": d_W_hh, "b": d_b}


# %% wrong: only_the_last -- uses the derivative of the last step alone
# expects: Only the last of the d_h is used


def bptt(x, h0, d_h, W_xh, W_hh, b):
    T = x.shape[1]
    h = [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    d_x, d_W_xh, d_W_hh, d_b = (np.zeros_like(a) for a in (x, W_xh, W_hh, b))
    later = d_h[:, -1] if T else np.zeros_like(h0)
    for t in reversed(range(T)):
        delta = later * (1 - h[t + 1] ** 2)
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += delta.T @ h[t]
        d_b += delta.sum(axis=0)
        d_x[:, t] = delta @ W_xh
        later = delta @ W_hh
    return {"x": d_x, "h0": later, "W_xh": d_W_xh, "W_hh": d_W_hh, "b": d_b}


# %% wrong: direct_only -- what comes later never arrives
# expects: let what comes later reach step 2
def bptt(x, h0, d_h, W_xh, W_hh, b):
    h = [h0]
    for t in range(x.shape[1]):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    states = np.stack(h, axis=1)
    delta = d_h * (1 - states[:, 1:] ** 2)
    return {
        "x": delta @ W_xh,
        "h0": delta[:, 0] @ W_hh if x.shape[1] else np.zeros_like(h0),
        "W_xh": np.einsum("bth,btc->hc", delta, x),
        "W_hh": np.einsum("bth,btk->hk", delta, states[:, :-1]),
        "b": delta.sum((0, 1)),
    }
