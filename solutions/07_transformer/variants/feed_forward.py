# %% wrong: swapped -- the second half is the gate
# expects: the halves are swapped
def feed_forward(x, up, down, activation, gated=False):
    if not gated:
        return down(activation(up(x)))
    value, gate = up(x).chunk(2, dim=-1)
    return down(activation(gate) * value)


# %% wrong: of_the_product -- the activation after the product
# expects: before the product
def feed_forward(x, up, down, activation, gated=False):
    if not gated:
        return down(activation(up(x)))
    gate, value = up(x).chunk(2, dim=-1)
    return down(activation(gate * value))


# %% wrong: no_gate -- gated is ignored
# expects: up gives a gate and a value
def feed_forward(x, up, down, activation, gated=False):
    return down(activation(up(x)))


# %% wrong: along_time -- cut along the tokens
# expects: not the tokens
def feed_forward(x, up, down, activation, gated=False):
    if not gated:
        return down(activation(up(x)))
    gate, value = up(x).chunk(2, dim=1)
    return down(activation(gate) * value)


# %% wrong: up_twice -- gate and value by two calls
# expects: is called once
def feed_forward(x, up, down, activation, gated=False):
    if not gated:
        return down(activation(up(x)))
    half = up(x).shape[-1] // 2
    return down(activation(up(x)[..., :half]) * up(x)[..., half:])


# %% wrong: activation_last -- behind the second layer
# expects: the activation comes between
def feed_forward(x, up, down, activation, gated=False):
    if not gated:
        return activation(down(up(x)))
    gate, value = up(x).chunk(2, dim=-1)
    return down(activation(gate) * value)


# %% wrong: with_skip -- x is added
# expects: the skip is not a part
def feed_forward(x, up, down, activation, gated=False):
    if not gated:
        return x + down(activation(up(x)))
    gate, value = up(x).chunk(2, dim=-1)
    return down(activation(gate) * value)


# %% wrong: every_second -- gate and value take turns
# expects: not every second channel
def feed_forward(x, up, down, activation, gated=False):
    h = up(x)
    if gated:
        return down(activation(h[..., ::2]) * h[..., 1::2])
    return down(activation(h))


# %% right: slices -- halves by slicing
def feed_forward(x, up, down, activation, gated=False):
    y = up(x)
    if gated:
        n = y.shape[-1] // 2
        y = activation(y[..., :n]) * y[..., n:]
    else:
        y = activation(y)
    return down(y)


# %% right: split -- by torch.split
def feed_forward(x, up, down, activation, gated=False):
    inner = up(x)
    if gated:
        gate, value = torch.split(inner, inner.size(-1) // 2, dim=-1)
        return down(value * activation(gate))
    return down(activation(inner))


# %% right: unflatten -- a new axis for gate and value
def feed_forward(x, up, down, activation, gated=False):
    if gated:
        gate, value = up(x).unflatten(-1, (2, -1)).unbind(-2)
        inner = torch.mul(activation(gate), value)
    else:
        inner = activation(up(x))
    return down(inner)


# %% wrong: view_in_place -- the value, a view of what up gives, is multiplied in place
# expects: what `up` had returned was changed
def feed_forward(x, up, down, activation, gated=False):
    y = up(x)
    if not gated:
        return down(activation(y))
    hidden = y.shape[-1] // 2
    gate, value = y[..., :hidden], y[..., hidden:]
    value *= activation(gate)
    return down(value)


# %% right: narrowed -- tensor_split and a conditional expression
def feed_forward(x, up, down, activation, gated=False):
    y = up(x)
    n = y.size(-1) // 2
    inner = (
        torch.mul(activation(y.narrow(-1, 0, n)), y[..., n:])
        if gated
        else activation(y)
    )
    return down(inner)
