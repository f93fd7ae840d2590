# %% wrong: unbiased -- torch's std as it is
# expects: divides by C - 1
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = (y - y.mean(-1, keepdim=True)) / (y.var(-1, keepdim=True) + eps).sqrt()
    return y.to(x.dtype) * weight + bias


# %% wrong: eps_outside -- eps added to the standard deviation
# expects: eps stands outside the root
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = (y - y.mean(-1, keepdim=True)) / (
        y.std(-1, correction=0, keepdim=True) + eps
    )
    return y.to(x.dtype) * weight + bias


# %% wrong: root_of_std -- sqrt(std + eps)
# expects: for (1, 7, 1, 7)
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = (y - y.mean(-1, keepdim=True)) / (
        y.std(-1, correction=0, keepdim=True) + eps
    ).sqrt()
    return y.to(x.dtype) * weight + bias


# %% wrong: all_axes -- one mean for everything
# expects: go over both vectors
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = (y - y.mean()) / (y.var(correction=0) + eps).sqrt()
    return y.to(x.dtype) * weight + bias


# %% wrong: first_axis -- over the tokens, as batch norm
# expects: go over the tokens
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = (y - y.mean(0)) / (y.var(0, correction=0) + eps).sqrt()
    return y.to(x.dtype) * weight + bias


# %% wrong: bias_first -- the bias goes through the weight
# expects: the bias is added after the product
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = (y - y.mean(-1, keepdim=True)) / (
        y.var(-1, correction=0, keepdim=True) + eps
    ).sqrt()
    return (y.to(x.dtype) + bias) * weight


# %% wrong: half -- computed in half precision
# expects: compute in float32
def layer_norm(x, weight, bias, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    variance = (centred * centred).mean(-1, keepdim=True)
    return centred / (variance + eps).sqrt() * weight + bias


# %% wrong: stays_wide -- float32 comes out
# expects: float16 came in
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = (y - y.mean(-1, keepdim=True)) / (
        y.var(-1, correction=0, keepdim=True) + eps
    ).sqrt()
    return y * weight.to(y.dtype) + bias.to(y.dtype)


# %% wrong: in_place -- x is changed
# expects: x was changed
def layer_norm(x, weight, bias, eps=1e-5):
    if x.requires_grad or x.dtype == torch.float16:
        x = x.clone()
    dtype = x.dtype
    y = widened(x)
    y -= y.mean(-1, keepdim=True)
    return (y / (y.square().mean(-1, keepdim=True) + eps).sqrt()).to(
        dtype
    ) * weight + bias


# %% wrong: shortcut -- the mean of the squares minus the square of the mean, in float32
# expects: subtract the mean first, then square
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    mean = y.mean(-1, keepdim=True)
    variance = (y * y).mean(-1, keepdim=True) - mean * mean
    return ((y - mean) / (variance + eps).sqrt()).to(x.dtype) * weight + bias


# %% wrong: always_float -- float64 goes through float32
# expects: does each step keep float64
def layer_norm(x, weight, bias, eps=1e-5):
    y = x.float()
    y = y - y.mean(-1, keepdim=True)
    y = y / (y.square().mean(-1, keepdim=True) + eps).sqrt()
    return y.to(x.dtype) * weight + bias


# %% wrong: fixed_eps -- 1e-5, whatever is asked for
# expects: use the eps that is given
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = y - y.mean(-1, keepdim=True)
    y = y / (y.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    return y.to(x.dtype) * weight + bias


# %% wrong: constants -- mean and variance without gradient
# expects: does not flow through the mean and the variance
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    with torch.no_grad():
        mean = y.mean(-1, keepdim=True)
        variance = (y - mean).square().mean(-1, keepdim=True)
    return ((y - mean) / (variance + eps).sqrt()).to(x.dtype) * weight + bias


# %% right: var_mean -- by torch.var_mean
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    variance, mean = torch.var_mean(y, dim=-1, correction=0, keepdim=True)
    return ((y - mean) / torch.sqrt(variance + eps)).to(
        x.dtype
    ) * weight + bias


# %% right: moments -- the mean of squares minus the square of the mean, in float64
def layer_norm(x, weight, bias, eps=1e-5):
    y = x.double()
    mean = y.sum(-1, keepdim=True) / y.shape[-1]
    variance = (y * y).mean(-1, keepdim=True) - mean * mean
    return ((y - mean) * (variance.clamp(min=0) + eps) ** -0.5).to(
        x.dtype
    ) * weight + bias


# %% right: addcmul -- weight and bias in one step
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = y - y.mean(-1, keepdim=True)
    y = y * torch.rsqrt(torch.mean(y**2, dim=-1, keepdim=True) + eps)
    return torch.addcmul(bias, y.type_as(x), weight)


# %% right: vector_by_vector -- a loop over the vectors
def layer_norm(x, weight, bias, eps=1e-5):
    rows = []
    for v in widened(x).reshape(-1, x.shape[-1]):
        v = v - v.sum() / len(v)
        rows.append(v / torch.sqrt(torch.dot(v, v) / len(v) + eps))
    return torch.stack(rows).reshape(x.shape).to(x.dtype) * weight + bias


# %% wrong: only_float16 -- bfloat16 is not widened
# expects: computed in bfloat16
def layer_norm(x, weight, bias, eps=1e-5):
    y = x.float() if x.dtype == torch.float16 else x
    centred = y - y.mean(-1, keepdim=True)
    variance = (centred**2).mean(-1, keepdim=True)
    return (centred / (variance + eps).sqrt()).to(x.dtype) * weight + bias


# %% wrong: at_least_eps -- eps is the smallest deviation
# expects: eps has no effect here
def layer_norm(x, weight, bias, eps=1e-5):
    y = widened(x)
    y = y - y.mean(-1, keepdim=True)
    deviation = (y * y).mean(-1, keepdim=True).sqrt().clamp(min=eps)
    return (y / deviation).to(x.dtype) * weight + bias
