import torch
from torch.nn import functional as F


# %% wrong: no_skip -- h is not added
# expects: `up` = 0 gave 0
def adapter(h, down, up):
    return up(down(h).clamp(min=0))


# %% wrong: no_relu -- without the ReLU
# expects: The ReLU is missing
def adapter(h, down, up):
    return h + up(down(h))


# %% wrong: relu_behind -- the ReLU behind up
# expects: The ReLU stands behind `up`
def adapter(h, down, up):
    return h + up(down(h)).clamp(min=0)


# %% wrong: relu_whole -- the ReLU around the sum
# expects: `up` = 0 must leave h as it is
def adapter(h, down, up):
    return (h + up(down(h).clamp(min=0))).clamp(min=0)


# %% wrong: gelu -- GELU instead of ReLU
# expects: This is GELU, not the ReLU
def adapter(h, down, up):
    return h + up(F.gelu(down(h)))


# %% wrong: in_place -- h is changed
# expects: changed in place
def adapter(h, down, up):
    h += up(down(h).clamp(min=0))
    return h


# %% wrong: other_order -- up first
# expects: the result is the error
def adapter(h, down, up):
    return h + down(up(h).clamp(min=0))


# %% wrong: detached -- no gradient through the adapter's input
# expects: the gradient of h is wrong
def adapter(h, down, up):
    return h + up(down(h.detach()).clamp(min=0))


# %% wrong: weights_alone -- biases are ignored
# expects: the biases are not used
def adapter(h, down, up):
    return h + (h @ down.weight.T).clamp(min=0) @ up.weight.T


# %% wrong: no_grad -- the layers get no gradient
# expects: must get gradients
def adapter(h, down, up):
    with torch.no_grad():
        change = up(down(h).clamp(min=0))
    return h + change


# %% wrong: scaled -- half of the change
# expects: adapter: the toy: expected
def adapter(h, down, up):
    return h + 0.5 * up(down(h).clamp(min=0))


# %% wrong: clamped_input -- the ReLU in front of down
# expects: stands in front of `down`
def adapter(h, down, up):
    return h + up(down(h.clamp(min=0)))


# %% wrong: twice -- h is added twice
# expects: must leave h as it is
def adapter(h, down, up):
    return h + (h + up(torch.relu(down(h))))


# %% wrong: no_path -- the adapter reads a detached h
# expects: don't detach anything
def adapter(h, down, up):
    return h + up(torch.relu(down(h.detach())))


# %% wrong: minus -- the change is subtracted
# expects: The change is subtracted
def adapter(h, down, up):
    return h - up(torch.relu(down(h)))


# %% wrong: twice_relu -- a second ReLU behind up
# expects: a ReLU behind `up`, too
def adapter(h, down, up):
    return h + torch.relu(up(torch.relu(down(h))))


# %% right: torch_relu -- torch.relu
def adapter(h, down, up):
    return h + up(torch.relu(down(h)))


# %% right: steps -- in steps
def adapter(h, down, up):
    inner = F.relu(down(h))
    change = up(inner)
    return torch.add(h, change)


# %% right: maximum -- torch.maximum
def adapter(h, down, up):
    z = down(h)
    return up(torch.maximum(z, torch.zeros_like(z))) + h


# %% right: by_weights -- the weights themselves, in place on a fresh tensor
def adapter(h, down, up):
    z = F.linear(h, down.weight, down.bias)
    z = z * (z > 0)
    out = z @ up.weight.T
    if up.bias is not None:
        out = out + up.bias
    out += h
    return out


# %% right: where -- torch.where
def adapter(h, down, up):
    inner = down(h)
    return torch.add(
        up(torch.where(inner > 0, inner, torch.zeros_like(inner))), h
    )


# %% wrong: adds_in_place -- h is changed in place
# expects: h was changed in place
def adapter(h, down, up):
    h += up(torch.relu(down(h)))
    return h
