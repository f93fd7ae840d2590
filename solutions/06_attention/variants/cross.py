import torch
from torch import nn


class Cross(nn.Module):
    """What the cases at the end share."""

    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        return split_heads(self.kv(source), self.D).transpose(1, 2).chunk(2, 1)

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: values_first -- values before keys
# expects: keys and values are swapped
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        v, k = self.kv(source).chunk(2, -1)
        return split_heads(k, self.D).transpose(1, 2), split_heads(
            v, self.D
        ).transpose(1, 2)

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: in_turns -- keys and values head by head in turns
# expects: keys and values in turns, head by head
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        heads = split_heads(self.kv(source), self.D).transpose(1, 2)
        return heads[:, ::2], heads[:, 1::2]

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: view_to_heads -- a view to (B, H, S, D)
# expects: A view to (B, H, S, D) mixes tokens
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        k, v = self.kv(source).chunk(2, -1)
        return tuple(s.reshape(len(s), -1, s.shape[1], self.D) for s in (k, v))

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: not_transposed -- tokens before heads
# expects: the result for the keys has the shape
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        k, v = self.kv(source).chunk(2, -1)
        return split_heads(k, self.D), split_heads(v, self.D)

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: x_as_queries -- x itself in place of self.q(x)
# expects: The queries are x itself
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        k, v = self.kv(source).chunk(2, -1)
        return split_heads(k, self.D).transpose(1, 2), split_heads(
            v, self.D
        ).transpose(1, 2)

    def forward(self, x, k, v, bias=None):
        q = split_heads(x, self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: no_out -- self.out is missing
# expects: The last step, self.out, is missing
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        k, v = self.kv(source).chunk(2, -1)
        return split_heads(k, self.D).transpose(1, 2), split_heads(
            v, self.D
        ).transpose(1, 2)

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return join_heads(scaled_dot_product_attention(q, k, v, bias))


# %% wrong: bias_ignored -- the bias is not passed on
# expects: has no effect there
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        k, v = self.kv(source).chunk(2, -1)
        return split_heads(k, self.D).transpose(1, 2), split_heads(
            v, self.D
        ).transpose(1, 2)

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(join_heads(scaled_dot_product_attention(q, k, v)))


# %% wrong: bias_of_text -- the bias is applied to the text's side
# expects: CrossAttention
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        k, v = self.kv(source).chunk(2, -1)
        return split_heads(k, self.D).transpose(1, 2), split_heads(
            v, self.D
        ).transpose(1, 2)

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        bias = (
            None if bias is None else bias[..., : x.shape[1]].transpose(-1, -2)
        )
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: looks_at_itself -- keys and values from x
# expects: The keys and values are made of x here
class CrossAttention(Cross):
    def forward(self, x, k, v, bias=None):
        return super().forward(x, *self.keys_values(x), bias)


# %% wrong: first_source -- the first source's bias for all
# expects: CrossAttention
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        k, v = self.kv(source).chunk(2, -1)
        return split_heads(k, self.D).transpose(1, 2), split_heads(
            v, self.D
        ).transpose(1, 2)

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        bias = None if bias is None else bias[:1]
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: source_kept -- keys and values of the first source for all
# expects: first one source, then another one
class CrossAttention(Cross):
    def keys_values(self, source):
        if not hasattr(self, "kept"):
            self.kept = super().keys_values(source)
        return self.kept


# %% wrong: causal -- looks at the source causally
# expects: a text may see the whole source
class CrossAttention(Cross):
    def forward(self, x, k, v, bias=None):
        ahead = torch.ones(x.shape[1], k.shape[2]).triu(1).to(x.dtype) * -1e30
        return super().forward(
            x, k, v, ahead if bias is None else bias + ahead
        )


# %% wrong: skip -- x is added
# expects: x was added to the result
class CrossAttention(Cross):
    def forward(self, x, k, v, bias=None):
        return x + super().forward(x, k, v, bias)


# %% right: unpacked -- one reshape for both
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        B, S, C = source.shape
        y = (
            self.kv(source)
            .reshape(B, S, 2, C // self.D, self.D)
            .permute(2, 0, 3, 1, 4)
        )
        return y[0], y[1]

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% right: slices -- slices of the weights
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        C = source.shape[-1]
        y = self.kv(source)
        return tuple(
            split_heads(s, self.D).transpose(1, 2)
            for s in (y[..., :C], y[..., C:])
        )

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% right: head_by_head -- a loop over the heads
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        k, v = self.kv(source).chunk(2, -1)
        return split_heads(k, self.D).transpose(1, 2), split_heads(
            v, self.D
        ).transpose(1, 2)

    def forward(self, x, k, v, bias=None):
        q = self.q(x).split(self.D, -1)
        parts = [
            scaled_dot_product_attention(
                q[h][:, None], k[:, h : h + 1], v[:, h : h + 1], bias
            )[:, 0]
            for h in range(len(q))
        ]
        return self.out(torch.cat(parts, -1))


# %% wrong: bias_of_one_head -- the bias is taken for one of shape (B, 1, 1, S)
# expects: a bias of shape (2, 1, 3, 5)
class CrossAttention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        return (
            split_heads(self.kv(source), self.D)
            .transpose(1, 2)
            .chunk(2, dim=1)
        )

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        if bias is not None:
            bias = bias[:, :1, :1]
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% right: functional -- F.linear with halves of the matrix
class CrossAttention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        C = source.shape[-1]
        made = []
        for part in (slice(0, C), slice(C, 2 * C)):
            b = None if self.kv.bias is None else self.kv.bias[part]
            y = nn.functional.linear(source, self.kv.weight[part], b)
            made.append(torch.stack(y.split(self.D, -1), dim=1))
        return made[0], made[1]

    def forward(self, x, k, v, bias=None):
        q = torch.stack(self.q(x).split(self.D, -1), dim=1)
        scores = torch.matmul(q, k.mT) / math.sqrt(self.D)
        if bias is not None:
            scores = scores + bias
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


# %% wrong: half_heads -- keys and values are the halves of each head
# expects: You took keys and values in turns
class CrossAttention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.D = config.head_size
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        heads = split_heads(self.kv(source), 2 * self.D).transpose(1, 2)
        k, v = heads.chunk(2, dim=-1)
        return k, v

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: remembers_sources -- keys and values kept by the source's shape
# expects: another one of the same shape
class CrossAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.D, self.read = config.head_size, {}
        self.q = nn.Linear(config.width, config.width, config.bias)
        self.kv = nn.Linear(config.width, 2 * config.width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def keys_values(self, source):
        if source.shape not in self.read:
            heads = split_heads(self.kv(source), self.D).transpose(1, 2)
            self.read[source.shape] = heads.chunk(2, dim=1)
        return self.read[source.shape]

    def forward(self, x, k, v, bias=None):
        q = split_heads(self.q(x), self.D).transpose(1, 2)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )
