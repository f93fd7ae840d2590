# %% wrong: sigmoid_everywhere -- the candidate too
# expects: g is a tanh
def lstm_gates(x, h, W_x, W_h, b):
    i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, dim=-1)
    return i.sigmoid(), f.sigmoid(), g.sigmoid(), o.sigmoid()


# %% wrong: order_ifog -- another library's order
# expects: the third part is g
def lstm_gates(x, h, W_x, W_h, b):
    i, f, o, g = (x @ W_x.T + h @ W_h.T + b).chunk(4, dim=-1)
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


# %% wrong: order_fi -- forget gate first
# expects: in the rows of the four
def lstm_gates(x, h, W_x, W_h, b):
    f, i, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, dim=-1)
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


# %% wrong: chunks_of_rows -- cuts the batch, not the columns
# expects: lstm_gates
def lstm_gates(x, h, W_x, W_h, b):
    i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, dim=0)
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


# %% wrong: every_fourth -- the four are interleaved
# expects: every fourth number
def lstm_gates(x, h, W_x, W_h, b):
    a = x @ W_x.T + h @ W_h.T + b
    i, f, g, o = a[:, 0::4], a[:, 1::4], a[:, 2::4], a[:, 3::4]
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


# %% wrong: exp_over -- sigmoid as e^a / (1 + e^a), NaN for large a
# expects: formula with exp
def lstm_gates(x, h, W_x, W_h, b):
    i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, dim=-1)

    def s(a):
        return torch.exp(a) / (1 + torch.exp(a))

    return s(i), s(f), torch.tanh(g), s(o)


# %% right: view -- four parts by a reshape
def lstm_gates(x, h, W_x, W_h, b):
    a = (x @ W_x.T + h @ W_h.T + b).view(len(x), 4, -1)
    s = torch.sigmoid(a)
    return s[:, 0], s[:, 1], torch.tanh(a[:, 2]), s[:, 3]


# %% right: slices -- by H
def lstm_gates(x, h, W_x, W_h, b):
    H = h.shape[1]
    a = F.linear(x, W_x, b) + F.linear(h, W_h)
    sig = a.sigmoid()
    return (
        sig[:, :H],
        sig[:, H : 2 * H],
        a[:, 2 * H : 3 * H].tanh(),
        sig[:, 3 * H :],
    )


# %% right: four_products -- each matrix by itself
def lstm_gates(x, h, W_x, W_h, b):
    parts = zip(W_x.chunk(4), W_h.chunk(4), b.chunk(4))
    a = [x @ W.T + h @ U.T + bias for W, U, bias in parts]
    return tuple(
        f(v)
        for f, v in zip((torch.sigmoid,) * 2 + (torch.tanh, torch.sigmoid), a)
    )


# %% wrong: exponential -- the sigmoid written with torch.exp
# expects: a formula with exp has none


def lstm_gates(x, h, W_x, W_h, b):
    i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, dim=-1)
    i, f, o = (1 / (1 + torch.exp(-a)) for a in (i, f, o))
    return i, f, torch.tanh(g), o


# %% right: sliced -- four products with slices of the matrices


def lstm_gates(x, h, W_x, W_h, b):
    H = W_h.shape[1]
    made = []
    for k in range(4):
        rows = slice(k * H, (k + 1) * H)
        a = torch.addmm(b[rows], x, W_x[rows].T) + h @ W_h[rows].T
        made.append(a.tanh() if k == 2 else a.sigmoid())
    return tuple(made)
