import torch
from minillm.attention import scaled_dot_product_attention
from torch.nn import functional as F


# %% wrong: no_prefix -- the prefix is forgotten
# expects: The prefix has no effect
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    n = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1)
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: two_softmaxes -- a softmax of its own for the prefix
# expects: the weights sum to 2
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1)
    pk = prefix_k.expand(B, -1, -1, -1).repeat_interleave(n, dim=1)
    pv = prefix_v.expand(B, -1, -1, -1).repeat_interleave(n, dim=1)
    text = scaled_dot_product_attention(q, k, v, bias)
    return text + scaled_dot_product_attention(q, pk, pv)


# %% wrong: values_behind -- the prefix behind the values
# expects: The values follow other keys
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (v, prefix_v.expand(B, -1, -1, -1)), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: keys_behind -- the prefix behind the keys
# expects: The values follow other keys
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (k, prefix_k.expand(B, -1, -1, -1)), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: repeat_heads -- heads are repeated one block after the other
# expects: repeat_interleave, not repeat
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), dim=2).repeat(
        1, n, 1, 1
    )
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), dim=2).repeat(
        1, n, 1, 1
    )
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: one_head -- as many key heads as query heads are assumed
# expects: 4 query heads and 2 key heads
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, _n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), dim=2)
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), dim=2)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: bias_behind -- the prefix's bias behind that of the text
# expects: with a causal bias
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (0, m))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: hidden -- the prefix is hidden
# expects: The prefix is hidden from the tokens
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0), value=-1e30)
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: no_bias -- the bias is forgotten
# expects: tokens look ahead
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v)


# %% wrong: causal_prefix -- the causal mask counts the prefix as text
# expects: does not see the whole prefix
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n, T = len(q), q.shape[1] // k.shape[1], q.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = torch.full((T, k.shape[2]), -1e30).triu(1)
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: square_bias -- a bias of one column is not broadcast
# expects: a bias of the shape (3, 1)
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    k.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias, (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: no_root -- the scores are not divided
# expects: the toy: expected (2.25, 2.25)
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q * q.shape[-1] ** 0.5, k, v, bias)


# %% wrong: first_text -- the prefix is for the first text alone
# expects: the result is the error
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    _B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat((prefix_k[None], k), dim=2).repeat_interleave(n, dim=1)
    v = torch.cat((prefix_v[None], v), dim=2).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: detached_keys -- the prefix's keys get no gradient
# expects: the gradient of the prefix's keys
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (prefix_k.detach().expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% right: by_gate -- two attentions and a gate
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    n, root = q.shape[1] // k.shape[1], q.shape[-1] ** 0.5
    k, v = k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1)
    pk, pv = (
        prefix_k.repeat_interleave(n, dim=0),
        prefix_v.repeat_interleave(n, dim=0),
    )
    scores = q @ k.transpose(-2, -1) / root
    if bias is not None:
        scores = scores + bias
    learned = q @ pk.transpose(-2, -1) / root
    weights = torch.cat((learned, scores), dim=-1).softmax(-1)
    m = pk.shape[1]
    return weights[..., :m] @ pv + weights[..., m:] @ v


# %% right: torch_kernel -- torch's own attention
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return F.scaled_dot_product_attention(
        q,
        k,
        v,
        attn_mask=bias
        if bias is None
        else bias.expand(len(q), q.shape[1], q.shape[2], k.shape[2]),
    )


# %% right: zeros_in_front -- columns of 0 by torch.cat
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k = torch.cat(
        (prefix_k.expand(B, -1, -1, -1), k), dim=2
    ).repeat_interleave(n, dim=1)
    v = torch.cat(
        (prefix_v.expand(B, -1, -1, -1), v), dim=2
    ).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = bias.expand(*bias.shape[:-1], S)
        bias = torch.cat((bias.new_zeros(*bias.shape[:-1], m), bias), dim=-1)
    return scaled_dot_product_attention(q, k, v, bias)


# %% right: heads_first -- heads are repeated first
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, H, S, m = len(q), q.shape[1], k.shape[2], prefix_k.shape[1]
    order = torch.arange(H) // (H // k.shape[1])
    k, v, prefix_k, prefix_v = (
        k[:, order],
        v[:, order],
        prefix_k[order],
        prefix_v[order],
    )
    k = torch.cat((torch.stack([prefix_k] * B), k), dim=2)
    v = torch.cat((torch.stack([prefix_v] * B), v), dim=2)
    if bias is not None:
        bias = F.pad(bias + torch.zeros(S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)
