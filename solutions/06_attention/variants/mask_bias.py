import math

import torch


# %% wrong: infinity -- minus infinity
# expects: With minus infinity, a row that sees nothing
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, -math.inf)


# %% wrong: timid -- -10
# expects: is not low enough
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, -10.0)


# %% wrong: reversed_meaning -- filled where the mask is True
# expects: 0 belongs where the mask is True
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(
        mask, forbidden(dtype)
    )


# %% wrong: thrown_away -- the result of masked_fill is not used
# expects: `masked_fill` returns a new tensor
def mask_bias(mask, dtype=torch.float32):
    bias = torch.zeros(mask.shape, dtype=dtype)
    bias.masked_fill(~mask, forbidden(dtype))
    return bias


# %% wrong: constant -- the same number in every dtype
# expects: in float16
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, FORBIDDEN)


# %% wrong: constant_through_float32 -- -1e30, then cast to half precision
# expects: use the number that `forbidden` gives
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape).masked_fill(~mask, FORBIDDEN).to(dtype)


# %% wrong: float32_only -- dtype ignored
# expects: with dtype float64
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape).masked_fill(~mask, forbidden(torch.float32))


# %% wrong: ten_thousand -- -10,000, as older code has it
# expects: in float16, -10000.0 is not low enough
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, -10_000.0)


# %% wrong: lowest -- the lowest number of each type
# expects: leaves no room
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(
        ~mask, torch.finfo(dtype).min
    )


# %% wrong: fits_all -- one number that fits into each type
# expects: the scores still count
def mask_bias(mask, dtype=torch.float32):
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, -60_000.0)


# %% wrong: empty_rows -- minus infinity, but 0 in rows that see nothing
# expects: row 0 sees nothing, and its bias is 0 here
def mask_bias(mask, dtype=torch.float32):
    bias = torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, -math.inf)
    return bias.masked_fill(~mask.any(-1, keepdim=True), 0)


# %% wrong: two_axes -- loops over two axes, whatever the mask has
# expects: the bias is 0 where the mask is False
def mask_bias(mask, dtype=torch.float32):
    bias = torch.zeros(mask.shape, dtype=dtype)
    for t in range(mask.shape[0]):
        for s in range(mask.shape[1]):
            if not mask[t, s].any():
                bias[t, s] = forbidden(dtype)
    return bias


# %% right: where -- torch.where
def mask_bias(mask, dtype=torch.float32):
    zero = torch.tensor(0.0, dtype=dtype)
    return torch.where(mask, zero, torch.tensor(forbidden(dtype), dtype=dtype))


# %% right: times -- a product
def mask_bias(mask, dtype=torch.float32):
    return (~mask).to(dtype) * forbidden(dtype)


# %% right: index -- an assignment
def mask_bias(mask, dtype=torch.float32):
    bias = torch.full(mask.shape, forbidden(dtype), dtype=dtype)
    bias[mask] = 0
    return bias


# %% wrong: minus_1e9 -- -1e9, or half of the smallest number of the dtype
# expects: is forbidden(torch.float32)
def mask_bias(mask, dtype=torch.float32):
    low = max(-1e9, torch.finfo(dtype).min / 2)
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, low)


# %% wrong: billion -- minus a billion
# expects: the bias in torch.float32 is forbidden(torch.float32)
def mask_bias(mask, dtype=torch.float32):
    return (~mask).to(dtype) * -1e9


# %% wrong: through_float32 -- a product in float32, converted afterwards
# expects: the bias is exactly -1e+30
def mask_bias(mask, dtype=torch.float32):
    return ((~mask) * forbidden(dtype)).to(dtype)


# %% wrong: all_halves_alike -- the number of float16 for bfloat16, too
# expects: the bias in torch.bfloat16 is forbidden
def mask_bias(mask, dtype=torch.float32):
    low = -32752.0 if dtype in (torch.float16, torch.bfloat16) else -1e30
    return torch.zeros(mask.shape, dtype=dtype).masked_fill(~mask, low)
