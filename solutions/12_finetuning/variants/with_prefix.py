import math

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
# expects: a bias of the shape (5, 1)
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


# %% wrong: bias_of_two_axes -- zeros (T, m) before the bias, which only works for a bias (T, S)
# expects: which hides padding
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    T, m = q.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), 2).repeat_interleave(
        n, dim=1
    )
    if bias is not None:
        bias = torch.cat((torch.zeros(T, m), bias), 1)
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: two_heads_each -- each key head is repeated twice, whatever H is
# expects: share one key head
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, H = q.shape[:2]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), 2)
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), 2)
    if k.shape[1] != H:
        k, v = k.repeat_interleave(2, dim=1), v.repeat_interleave(2, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: both_behind -- the prefix behind the keys and values, the bias in front
# expects: but the prefix is behind the keys
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((k, prefix_k.expand(B, -1, -1, -1)), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((v, prefix_v.expand(B, -1, -1, -1)), 2).repeat_interleave(
        n, dim=1
    )
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: scaled_twice -- the queries are divided by the root of D, too
# expects: by the root of D twice
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), 2).repeat_interleave(
        n, dim=1
    )
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q / math.sqrt(q.shape[-1]), k, v, bias)


# %% wrong: own_causal -- a causal mask of its own
# expects: without a bias every query sees every key
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    T, S, m = q.shape[2], k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), 2).repeat_interleave(
        n, dim=1
    )
    own = torch.full((T, S), -1e30).triu(1 + S - T)
    bias = own if bias is None else own + bias
    return scaled_dot_product_attention(q, k, v, F.pad(bias, (m, 0)))


# %% wrong: values_shared -- only the keys are repeated for query heads, the values by repeat
# expects: the values don't
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), 2).repeat(1, n, 1, 1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: swapped -- keys and values of the prefix have changed places
# expects: have changed places
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_v.expand(B, -1, -1, -1), k), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((prefix_k.expand(B, -1, -1, -1), v), 2).repeat_interleave(
        n, dim=1
    )
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: keys_twice -- the prefix keys are the values, too
# expects: in front of the values, too
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((prefix_k.expand(B, -1, -1, -1), v), 2).repeat_interleave(
        n, dim=1
    )
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: ones -- the bias of the prefix is 1
# expects: The bias of the prefix is 1
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), 2).repeat_interleave(
        n, dim=1
    )
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0), value=1.0)
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: one_text -- the prefix is not repeated for the batch
# expects: 2 texts, 3 heads
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    n = q.shape[1] // k.shape[1]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k[None], k), 2).repeat_interleave(n, dim=1)
    v = torch.cat((prefix_v[None], v), 2).repeat_interleave(n, dim=1)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: bias_of_first -- the prefix gets the bias of the first columns
# expects: bias of the first tokens
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    S, m = k.shape[2], prefix_k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), 2).repeat_interleave(
        n, dim=1
    )
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), 2).repeat_interleave(
        n, dim=1
    )
    if bias is not None:
        bias = torch.cat(
            (
                bias.expand(*bias.shape[:-1], S)[..., :m],
                bias.expand(*bias.shape[:-1], S),
            ),
            -1,
        )
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: output_added -- the prefix attends by itself and is added with half weight
# expects: the same weight for each query
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    k, v = (x.repeat_interleave(n, dim=1) for x in (k, v))
    pk, pv = (
        x.expand(B, -1, -1, -1).repeat_interleave(n, dim=1)
        for x in (prefix_k, prefix_v)
    )
    text = scaled_dot_product_attention(q, k, v, bias)
    return (
        text
        if not pk.shape[2]
        else (text + scaled_dot_product_attention(q, pk, pv)) / 2
    )


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


# %% right: head_by_head -- a loop over texts and heads
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, H, T, D = q.shape
    S, m = k.shape[2], prefix_k.shape[1]
    group = H // k.shape[1]
    if bias is not None:
        bias = bias.broadcast_to(B, H, T, S)
    texts = []
    for b in range(B):
        heads = []
        for h in range(H):
            g = h // group
            keys = torch.cat([prefix_k[g], k[b, g]])
            values = torch.cat([prefix_v[g], v[b, g]])
            scores = q[b, h] @ keys.T / math.sqrt(D)
            if bias is not None:
                scores = torch.cat(
                    [scores[:, :m], scores[:, m:] + bias[b, h]], dim=1
                )
            heads.append(torch.softmax(scores, dim=-1) @ values)
        texts.append(torch.stack(heads))
    return torch.stack(texts)


# %% right: two_parts -- scores of prefix and text apart, one softmax; einsum over groups
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, H, T, D = q.shape
    G = k.shape[1]
    grouped = q.reshape(B, G, H // G, T, D) * D**-0.5
    to_text = torch.einsum("bgntd,bgsd->bgnts", grouped, k).reshape(
        B, H, T, -1
    )
    if bias is not None:
        to_text = to_text + bias
    to_prefix = torch.einsum("bgntd,gmd->bgntm", grouped, prefix_k)
    scores = torch.cat((to_prefix, to_text.reshape(B, G, H // G, T, -1)), -1)
    p = (scores - scores.amax(-1, keepdim=True)).exp()
    p = p / p.sum(-1, keepdim=True)
    m = prefix_k.shape[1]
    out = torch.einsum("bgntm,gmd->bgntd", p[..., :m], prefix_v)
    out = out + torch.einsum("bgnts,bgsd->bgntd", p[..., m:], v)
    return out.reshape(B, H, T, -1)


# %% right: broadcast -- the bias broadcast to all four axes
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, H, T, D = q.shape
    Hk, S = k.shape[1:3]
    m = prefix_k.size(1)
    index = torch.arange(H) // (H // Hk)
    k = torch.cat(
        [prefix_k[index].unsqueeze(0).repeat(B, 1, 1, 1), k[:, index]], dim=-2
    )
    v = torch.cat(
        [prefix_v[index].unsqueeze(0).repeat(B, 1, 1, 1), v[:, index]], dim=-2
    )
    if bias is None:
        bias = q.new_zeros(T, S)
    full = torch.cat(
        [q.new_zeros(B, H, T, m), torch.broadcast_to(bias, (B, H, T, S))],
        dim=-1,
    )
    return (
        torch.softmax(
            torch.einsum("bhtd,bhsd->bhts", q, k) / D**0.5 + full, -1
        )
        @ v
    )


# %% wrong: heads_counted -- m is taken for the length of the prefix, which is the number of its heads
# expects: 5 tokens, a causal bias
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), len(prefix_k), q.shape[1] // k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), dim=2)
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), dim=2)
    k, v = k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1)
    if bias is not None:
        S = k.shape[2] - m
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: bias_as_it_is -- the bias gets no columns for the prefix
# expects: scores of 4 + 5 keys
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, n = len(q), q.shape[1] // k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), dim=2)
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), dim=2)
    k, v = k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1)
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: prefix_by_repeat -- the heads of the prefix are repeated block by block
# expects: the prefix doesn't
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    B, m, n = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    S = k.shape[2]
    k, v = k.repeat_interleave(n, dim=1), v.repeat_interleave(n, dim=1)
    pk, pv = prefix_k.repeat(n, 1, 1), prefix_v.repeat(n, 1, 1)
    k = torch.cat((pk.expand(B, -1, -1, -1), k), dim=2)
    v = torch.cat((pv.expand(B, -1, -1, -1), v), dim=2)
    if bias is not None:
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


# %% wrong: largest_bias -- the prefix has the largest bias of the row
# expects: The prefix has the bias 0, whatever
def with_prefix(q, k, v, prefix_k, prefix_v, bias=None):
    Bn, H, S, m = len(q), q.shape[1], k.shape[2], prefix_k.shape[1]
    n = H // k.shape[1]
    keys = torch.cat(
        (prefix_k.expand(Bn, -1, -1, -1), k), 2
    ).repeat_interleave(n, 1)
    values = torch.cat(
        (prefix_v.expand(Bn, -1, -1, -1), v), 2
    ).repeat_interleave(n, 1)
    if bias is not None:
        bias = bias.expand(*bias.shape[:-1], S)
        bias = torch.cat(
            (bias.amax(-1, keepdim=True).expand(*bias.shape[:-1], m), bias), -1
        )
    return scaled_dot_product_attention(q, keys, values, bias)
