# %% wrong: mean_subtracted -- layer norm without bias
# expects: subtracts no mean
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    y = y - y.mean(-1, keepdim=True)
    return (y * (y.square().mean(-1, keepdim=True) + eps).rsqrt()).to(
        x.dtype
    ) * weight


# %% wrong: sum_of_squares -- the length
# expects: take the mean of the squares
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    return (y * (y.square().sum(-1, keepdim=True) + eps).rsqrt()).to(
        x.dtype
    ) * weight


# %% wrong: eps_outside -- eps behind the root
# expects: eps stands outside the root
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    return (y / (y.square().mean(-1, keepdim=True).sqrt() + eps)).to(
        x.dtype
    ) * weight


# %% wrong: no_eps -- zeros divide by zero
# expects: eps has no effect here
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    return (y * y.square().mean(-1, keepdim=True).rsqrt()).to(x.dtype) * weight


# %% wrong: half -- squares in half precision
# expects: compute in float32
def rms_norm(x, weight, eps=1e-5):
    return x * ((x * x).mean(-1, keepdim=True) + eps).rsqrt() * weight


# %% wrong: weight_first -- the weight before the division
# expects: the weight belongs behind the division
def rms_norm(x, weight, eps=1e-5):
    y = widened(x * weight)
    return (y * (y.square().mean(-1, keepdim=True) + eps).rsqrt()).to(x.dtype)


# %% wrong: all_tokens -- one mean square for everything
# expects: goes over both vectors
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    return (y * (y.square().mean() + eps).rsqrt()).to(x.dtype) * weight


# %% wrong: four_channels -- the sum of the squares divided by 4
# expects: a vector has 3 channels; this divides by 4
def rms_norm(x, weight, eps=1e-5):
    square = widened(x).square().sum(-1, keepdim=True) / 4
    return x * ((square + eps).rsqrt().to(x.dtype) * weight)


# %% wrong: whole_text -- one mean square for a text
# expects: goes over the whole text
def rms_norm(x, weight, eps=1e-5):
    axes = (-2, -1) if x.ndim == 3 else -1
    square = widened(x).square().mean(axes, keepdim=True)
    return x * ((square + eps).rsqrt().to(x.dtype) * weight)


# %% wrong: fixed_eps -- 1e-5, whatever is asked for
# expects: use the eps that is given
def rms_norm(x, weight, eps=1e-5):
    square = widened(x).square().mean(-1, keepdim=True)
    return x * ((square + 1e-5).rsqrt().to(x.dtype) * weight)


# %% right: norm -- by the vector's length
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    square = (
        torch.linalg.vector_norm(y, dim=-1, keepdim=True) ** 2 / y.shape[-1]
    )
    return (y / torch.sqrt(square + eps)).to(x.dtype) * weight


# %% right: double -- in float64
def rms_norm(x, weight, eps=1e-5):
    y = x.double()
    return (y / ((y * y).mean(dim=-1, keepdim=True) + eps).sqrt()).to(
        x.dtype
    ) * weight


# %% right: sums -- an einsum
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    square = torch.einsum("...c,...c->...", y, y)[..., None] / y.size(-1)
    return y.mul(torch.rsqrt(square + eps)).type_as(x) * weight


# %% wrong: always_float -- all dtypes are computed in float32
# expects: Only the first digits are right
def rms_norm(x, weight, eps=1e-5):
    y = x.float()
    y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + eps)
    return y.to(x.dtype) * weight


# %% wrong: eps_as_floor -- eps is the smallest mean square
# expects: it's added to the mean square
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    square = (y * y).mean(-1, keepdim=True).clamp(min=eps)
    return (y / square.sqrt()).to(x.dtype) * weight


# %% right: by_einsum -- the sum of squares by einsum, the division last
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    total = torch.einsum("...c,...c->...", y, y)[..., None]
    return (
        torch.div(y, torch.sqrt(total / y.size(-1) + eps)).type_as(x) * weight
    )


# %% wrong: norm_plus_eps -- the length over the root of C, plus eps
# expects: eps stands outside the root
def rms_norm(x, weight, eps=1e-5):
    y = widened(x)
    size = y.norm(dim=-1, keepdim=True) / y.shape[-1] ** 0.5
    return (y / (size + eps)).to(x.dtype) * weight
