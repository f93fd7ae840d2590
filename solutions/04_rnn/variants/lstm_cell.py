# %% wrong: old_cell -- h of the cell before
# expects: takes the old cell
def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    return o * torch.tanh(c), f * c + i * g


# %% wrong: no_tanh -- shows the cell itself
# expects: tanh around the new cell is missing
def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c = f * c + i * g
    return o * c, c


# %% wrong: c_first -- the two in the wrong order
# expects: h first
def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c = f * c + i * g
    return c, o * torch.tanh(c)


# %% wrong: coupled -- writes with 1 - f
# expects: write with i
def lstm_cell(x, h, c, W_x, W_h, b):
    _, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c = f * c + (1 - f) * g
    return o * torch.tanh(c), c


# %% wrong: in_place -- scales the old cell
# expects: argument c was changed
def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c.mul_(f).add_(i * g)
    return o * torch.tanh(c), c.clone()


# %% wrong: gates_swapped -- keeps with i
# expects: i keeps and f writes
def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c = i * c + f * g
    return o * torch.tanh(c), c


# %% wrong: inplace_c -- scales and adds in the old cell itself
# expects: argument c was changed
def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c *= f
    c += i * g
    return o * torch.tanh(c), c


# %% right: written_out -- without the helper
def lstm_cell(x, h, c, W_x, W_h, b):
    a = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
    c = a[1].sigmoid() * c + a[0].sigmoid() * a[2].tanh()
    return a[3].sigmoid() * c.tanh(), c


# %% right: addcmul -- torch's fused product and sum
def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    new = torch.addcmul(f * c, i, g)
    return new.tanh().mul(o), new


# %% right: named -- the same with other names
def lstm_cell(x, h, c, W_x, W_h, b):
    write, keep, candidate, show = lstm_gates(x, h, W_x, W_h, b)
    cell = keep * c
    cell = cell + write * candidate
    return show * torch.tanh(cell), cell


# %% wrong: old_cell_detached -- the old cell is cut off
# expects: don't cut anything off with detach


def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c = f * c.detach() + i * g
    return o * torch.tanh(c), c


# %% wrong: bounded_cell -- keeps the cell between -3 and 3
# expects: a cell has no bounds


def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c = (f * c + i * g).clamp(-3, 3)
    return o * c.tanh(), c


# %% wrong: unpacked_as_ifog -- takes g for o
# expects: g and o are exchanged


def lstm_cell(x, h, c, W_x, W_h, b):
    i, f, o, g = lstm_gates(x, h, W_x, W_h, b)
    c = f * c + i * g
    return o * torch.tanh(c), c
