# %% wrong: no_tanh -- returns the sum
# expects: sum before the tanh
def rnn_cell(x, h, W_xh, W_hh, b):
    return x @ W_xh.T + h @ W_hh.T + b


# %% wrong: not_transposed -- h @ W_hh, which fits in shape
# expects: W_hh.T
def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.tanh(x @ W_xh.T + h @ W_hh + b)


# %% wrong: no_bias -- forgets b
# expects: bias is missing
def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.tanh(x @ W_xh.T + h @ W_hh.T)


# %% wrong: no_state -- a feed-forward layer
# expects: old state is missing
def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.tanh(x @ W_xh.T + b)


# %% wrong: sigmoid -- another curve
# expects: 0.7616
def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.sigmoid(x @ W_xh.T + h @ W_hh.T + b)


# %% wrong: in_place -- adds to h
# expects: the argument h was changed
def rnn_cell(x, h, W_xh, W_hh, b):
    new = torch.tanh(x @ W_xh.T + h @ W_hh.T + b)
    h.copy_(new)
    return new


# %% wrong: numpy -- returns an array
# expects: not a PyTorch tensor
def rnn_cell(x, h, W_xh, W_hh, b):
    return np.tanh((x @ W_xh.T + h @ W_hh.T + b).numpy())


# %% wrong: texts_mixed -- sums the state over the batch
# expects: expected
def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.tanh(x @ W_xh.T + h.mean(0) @ W_hh.T + b)


# %% wrong: tanh_by_exp -- tanh written out, overflows for large sums
# expects: formula with exp
def rnn_cell(x, h, W_xh, W_hh, b):
    a = x @ W_xh.T + h @ W_hh.T + b
    up, down = torch.exp(a), torch.exp(-a)
    return (up - down) / (up + down)


# %% wrong: through_numpy -- computed in NumPy, no gradient flows
# expects: no gradient reaches
def rnn_cell(x, h, W_xh, W_hh, b):
    x, h, W_xh, W_hh, b = (a.detach().numpy() for a in (x, h, W_xh, W_hh, b))
    return torch.from_numpy(np.tanh(x @ W_xh.T + h @ W_hh.T + b))


# %% wrong: bias_twice -- in both products
# expects: added twice
def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.tanh(F.linear(x, W_xh, b) + F.linear(h, W_hh, b))


# %% wrong: single_precision -- whatever comes in
# expects: the dtype must stay
def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b).float()


# %% right: linear -- torch's function for a product with a bias
def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.tanh(F.linear(x, W_xh, b) + F.linear(h, W_hh))


# %% right: one_matrix -- input and state side by side
def rnn_cell(x, h, W_xh, W_hh, b):
    both = torch.cat((x, h), dim=1)
    return (both @ torch.cat((W_xh, W_hh), dim=1).T + b).tanh()


# %% right: by_einsum -- indices named
def rnn_cell(x, h, W_xh, W_hh, b):
    a = torch.einsum("bc,hc->bh", x, W_xh)
    return torch.tanh(a + torch.einsum("bk,hk->bh", h, W_hh) + b)


# %% wrong: exponentials -- the tanh as a quotient of exponentials
# expects: torch.tanh is right there


def rnn_cell(x, h, W_xh, W_hh, b):
    a = x @ W_xh.T + h @ W_hh.T + b
    return (torch.exp(a) - torch.exp(-a)) / (torch.exp(a) + torch.exp(-a))


# %% right: linear_too -- one F.linear over both inputs, side by side


def rnn_cell(x, h, W_xh, W_hh, b):
    return F.linear(
        torch.cat((x, h), dim=1), torch.cat((W_xh, W_hh), dim=1), b
    ).tanh()


# %% wrong: one_graph -- works on the data of the state
# expects: don't cut anything off


def rnn_cell(x, h, W_xh, W_hh, b):
    return torch.tanh(x @ W_xh.T + h.data @ W_hh.T + b)
