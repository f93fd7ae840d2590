import math

import torch


# %% wrong: all_channels -- the root of H * D
# expects: You scaled by the root of all 24 channels
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[1] * q.shape[-1])
    if bias is not None:
        scores = scores + bias
    return scores.softmax(dim=-1) @ v


# %% wrong: by_size -- divided by D
# expects: You divided by D, not by its root
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / q.shape[-1]
    if bias is not None:
        scores = scores + bias
    return scores.softmax(dim=-1) @ v


# %% wrong: unscaled -- no root
# expects: The root of D is missing
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1)
    if bias is not None:
        scores = scores + bias
    return scores.softmax(dim=-1) @ v


# %% wrong: over_queries -- softmax over the queries
# expects: The softmax ran over the queries
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    return scores.softmax(dim=-2) @ v


# %% wrong: bias_multiplied -- times the bias
# expects: The bias was multiplied
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores * bias
    return scores.softmax(dim=-1) @ v


# %% wrong: bias_divided -- the bias is added before the division
# expects: The bias was divided, too
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1)
    if bias is not None:
        scores = scores + bias
    return (scores / math.sqrt(q.shape[-1])).softmax(dim=-1) @ v


# %% wrong: bias_after -- the bias is added to the weights
# expects: The bias was added after the softmax
def scaled_dot_product_attention(q, k, v, bias=None):
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(
        dim=-1
    )
    if bias is not None:
        weights = weights + bias
    return weights @ v


# %% wrong: bias_ignored -- no bias at all
# expects: The bias has no effect
def scaled_dot_product_attention(q, k, v, bias=None):
    return (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(
        dim=-1
    ) @ v


# %% wrong: in_float32 -- the dtype is lost
# expects: float64 gives a tensor of float32
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    return scores.softmax(dim=-1).float() @ v.float()


# %% wrong: overflow -- exp without the maximum
# expects: the powers of e overflow
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    powers = scores.exp()
    return powers / powers.sum(-1, keepdim=True) @ v


# %% wrong: detached -- the weights without their gradient
# expects: the gradient
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    return scores.detach().softmax(dim=-1) @ v


# %% wrong: turns_keys -- .T turns all axes
# expects: for the toy, the result is the error
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = torch.matmul(q, k.permute(3, 2, 1, 0)) / math.sqrt(q.shape[-1])
    return scores.softmax(dim=-1) @ v


# %% wrong: one_maximum -- the largest of all scores is subtracted
# expects: the largest score of each *row*
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    scores = scores if bias is None else scores + bias
    powers = (scores - scores.max()).exp()
    return powers / powers.sum(-1, keepdim=True) @ v


# %% wrong: bias_of_keys -- the bias is taken for one number for each key
# expects: a bias of shape (2, 1, 1, 4) has a row for each text
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    if bias is not None:
        scores = scores + bias.flatten()[: k.shape[2]]
    return scores.softmax(-1) @ v


# %% wrong: softmax_in_float32 -- a softmax in float32, cast back
# expects: only the first digits are right
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    scores = scores if bias is None else scores + bias
    return scores.softmax(-1, dtype=torch.float32).to(q.dtype) @ v


# %% wrong: query_in_place -- q is divided in place
# expects: q was changed
def scaled_dot_product_attention(q, k, v, bias=None):
    q /= q.shape[-1] ** 0.5
    scores = q @ k.mT
    scores = scores if bias is None else scores + bias
    return scores.softmax(-1) @ v


# %% right: einsum -- with einsum
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / q.shape[-1] ** 0.5
    if bias is not None:
        scores = scores + bias
    return torch.einsum("bhts,bhsd->bhtd", scores.softmax(-1), v)


# %% right: scaled_queries -- the queries are scaled, and the softmax is written out
def scaled_dot_product_attention(q, k, v, bias=None):
    q = q * q.shape[-1] ** -0.5
    scores = torch.matmul(q, k.mT)
    if bias is not None:
        scores = torch.add(scores, bias)
    powers = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    return torch.matmul(powers, v) / powers.sum(dim=-1, keepdim=True)


# %% right: query_by_query -- a loop over queries
def scaled_dot_product_attention(q, k, v, bias=None):
    B, H, T, D = q.shape
    if bias is None:
        bias = torch.zeros(1, dtype=q.dtype)
    bias = bias.expand(B, H, T, k.shape[2])
    rows = []
    for t in range(T):
        scores = (q[:, :, t, None] * k).sum(-1) / D**0.5 + bias[:, :, t]
        rows.append((scores.softmax(-1)[..., None] * v).sum(2))
    return torch.stack(rows, 2)


# %% wrong: clamped -- scores are clamped to 50 so that exp does not overflow
# expects: cut to one number
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    powers = scores.clamp(-50, 50).exp()
    return powers / powers.sum(-1, keepdim=True) @ v


# %% wrong: epsilon -- 1e-9 is added to the sum of the powers
# expects: only the first digits are right
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    powers = (scores - scores.max(-1, keepdim=True).values).exp()
    return powers / (powers.sum(-1, keepdim=True) + 1e-9) @ v


# %% wrong: plain_exp -- the powers of e of the scores as they are
# expects: the powers of e overflow
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    if bias is not None:
        scores = scores + bias
    powers = torch.exp(scores)
    return powers / powers.sum(dim=-1, keepdim=True) @ v


# %% right: einsum_of_logs -- einsum, and the power of a log_softmax
def scaled_dot_product_attention(q, k, v, bias=None):
    D = q.size(-1)
    s = torch.einsum("bhtd,bhsd->bhts", q, k) * D**-0.5
    s = s if bias is None else s + bias
    w = torch.log_softmax(s, -1).exp()
    return torch.einsum("bhts,bhsd->bhtd", w, v)


# %% wrong: over_texts -- a softmax over the first axis
# expects: the softmax ran over the texts or the heads
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    return scores.softmax(dim=0) @ v


# %% wrong: reshaped -- the keys are reshaped, not transposed
# expects: k was reshaped
def scaled_dot_product_attention(q, k, v, bias=None):
    B, H, S, D = k.shape
    scores = q @ k.reshape(B, H, D, S) / math.sqrt(D)
    if bias is not None:
        scores = scores + bias
    return scores.softmax(dim=-1) @ v


# %% wrong: max_before_bias -- a softmax by hand, the maximum taken before the bias
# expects: Take the softmax of scores *plus* bias
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    scores = scores - scores.amax(-1, keepdim=True)
    if bias is not None:
        scores = scores + bias
    powers = scores.exp()
    return powers / powers.sum(-1, keepdim=True) @ v


# %% wrong: all_hidden_zero -- no weight at all where all keys are hidden
# expects: Take the softmax of scores *plus* bias
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = scores + bias
    weights = scores.softmax(-1)
    return weights.masked_fill((scores < -1e29).all(-1, keepdim=True), 0) @ v


# %% wrong: cut_low -- scores with bias cut at -1,000
# expects: Take the softmax of scores *plus* bias
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if bias is not None:
        scores = (scores + bias).clamp(min=-1e3)
    return scores.softmax(-1) @ v


# %% wrong: cut_high -- scores cut at 10,000
# expects: Take the softmax of scores *plus* bias
def scaled_dot_product_attention(q, k, v, bias=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    scores = scores.clamp(max=1e4)
    if bias is not None:
        scores = scores + bias
    return scores.softmax(-1) @ v
