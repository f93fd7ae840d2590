# %% wrong: z_takes_the_new -- inverted
# expects: z keeps the old state
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    xr, xz, xn = (x @ W_x.T + b_x).chunk(3, dim=-1)
    hr, hz, hn = (h @ W_h.T + b_h).chunk(3, dim=-1)
    r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
    n = torch.tanh(xn + r * hn)
    return z * n + (1 - z) * h


# %% wrong: reset_before -- as the paper has it
# expects: acts before the matrix
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[1]
    xr, xz, xn = (x @ W_x.T + b_x).chunk(3, dim=-1)
    hr, hz, _ = (h @ W_h.T + b_h).chunk(3, dim=-1)
    r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
    n = torch.tanh(xn + (r * h) @ W_h[2 * H :].T + b_h[2 * H :])
    return (1 - z) * n + z * h


# %% wrong: bias_outside -- b_hn is not reset
# expects: outside of the reset
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[1]
    xr, xz, xn = (x @ W_x.T + b_x).chunk(3, dim=-1)
    hr, hz, hn = (h @ W_h.T).chunk(3, dim=-1)
    r = (xr + hr + b_h[:H]).sigmoid()
    z = (xz + hz + b_h[H : 2 * H]).sigmoid()
    n = torch.tanh(xn + r * hn + b_h[2 * H :])
    return (1 - z) * n + z * h


# %% wrong: order_zrn -- z first
# expects: gru_cell
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    xz, xr, xn = (x @ W_x.T + b_x).chunk(3, dim=-1)
    hz, hr, hn = (h @ W_h.T + b_h).chunk(3, dim=-1)
    r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


# %% wrong: no_reset -- r is computed and not used
# expects: acts on nothing
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    _, xz, xn = (x @ W_x.T + b_x).chunk(3, dim=-1)
    _, hz, hn = (h @ W_h.T + b_h).chunk(3, dim=-1)
    z = (xz + hz).sigmoid()
    return (1 - z) * torch.tanh(xn + hn) + z * h


# %% wrong: reset_of_both -- the input is reset, too
# expects: acts on the side of x, too
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    xr, xz, xn = (x @ W_x.T + b_x).chunk(3, dim=-1)
    hr, hz, hn = (h @ W_h.T + b_h).chunk(3, dim=-1)
    r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
    return (1 - z) * torch.tanh(r * (xn + hn)) + z * h


# %% wrong: width_of_x -- splits by the number of inputs, C, not H
# expects: has the shape
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    n = x.shape[1]
    a, c = x @ W_x.T + b_x, h @ W_h.T + b_h
    r = torch.sigmoid(a[:, :n] + c[:, :n])
    z = torch.sigmoid(a[:, n : 2 * n] + c[:, n : 2 * n])
    new = torch.tanh(a[:, 2 * n : 3 * n] + r * c[:, 2 * n : 3 * n])
    return (1 - z) * new + z * h[:, :n]


# %% right: lerp -- between the new state and the old one
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[1]
    a, e = F.linear(x, W_x, b_x), F.linear(h, W_h, b_h)
    r, z = (a + e)[:, : 2 * H].sigmoid().chunk(2, 1)
    return torch.lerp(torch.tanh(a[:, 2 * H :] + r * e[:, 2 * H :]), h, z)


# %% right: step_from_the_new -- n + z (h - n)
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    xr, xz, xn = torch.chunk(x @ W_x.T + b_x, 3, dim=1)
    hr, hz, hn = torch.chunk(h @ W_h.T + b_h, 3, dim=1)
    n = torch.tanh(xn + torch.sigmoid(xr + hr) * hn)
    return n + torch.sigmoid(xz + hz) * (h - n)


# %% right: three_products -- each matrix by itself
def gru_cell(x, h, W_x, W_h, b_x, b_h):
    def part(k):
        rows = slice(k * h.shape[1], (k + 1) * h.shape[1])
        return x @ W_x[rows].T + b_x[rows], h @ W_h[rows].T + b_h[rows]

    r, z = torch.sigmoid(sum(part(0))), torch.sigmoid(sum(part(1)))
    new = torch.tanh(part(2)[0] + r * part(2)[1])
    return (1 - z) * new + z * h


# %% wrong: in_place -- multiplies a chunk by the reset in place
# expects: Change no tensor in place


def gru_cell(x, h, W_x, W_h, b_x, b_h):
    xr, xz, xn = (x @ W_x.T + b_x).chunk(3, dim=1)
    hr, hz, hn = (h @ W_h.T + b_h).chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    hn *= r
    n = torch.tanh(xn + hn)
    return (1 - z) * n + z * h


# %% right: lerp_too -- three matrices each, and torch.lerp


def gru_cell(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[1]
    sides = [
        (
            F.linear(x, W_x[k : k + H], b_x[k : k + H]),
            F.linear(h, W_h[k : k + H], b_h[k : k + H]),
        )
        for k in (0, H, 2 * H)
    ]
    r, z = (torch.sigmoid(a + b) for a, b in sides[:2])
    return torch.lerp(torch.tanh(sides[2][0] + r * sides[2][1]), h, z)
