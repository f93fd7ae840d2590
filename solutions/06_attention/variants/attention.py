import torch
from torch import nn


# %% wrong: qvk -- values before keys
# expects: Keys and values are swapped
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, v, k = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: kqv -- keys before queries
# expects: Queries and keys are swapped
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        k, q, v = heads.split([self.H_kv, self.H, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: tiled -- repeat in place of repeat_interleave
# expects: repeat_interleave, not repeat
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat(1, n, 1, 1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: no_out -- self.out is missing
# expects: The last step, self.out, is missing
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return join_heads(scaled_dot_product_attention(q, k, v, bias))


# %% wrong: causal_ignored -- causal has no effect
# expects: must not see token 3
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if False:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: always_causal -- the mask is always there
# expects: without a mask, token 0 sees token 3
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if True:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: bias_lost -- causal replaces the bias
# expects: the bias had no effect
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: causal_lost -- the bias replaces causal
# expects: causal had no effect
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: bias_in_place -- the bias is changed in place
# expects: the bias was changed
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = (
                look
                if bias is None
                else bias.add_(look[..., -1:, :] * 0 - 1).sub_(0) + look
            )
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: mask_in_float64 -- the mask's bias in float64, whatever x is
# expects: float32 gives the error
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(
                causal_mask(torch.arange(T)[None], T), torch.float64
            )
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: one_wide_head -- heads are not split
# expects: There is one head of 4 channels
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        C = x.shape[-1]
        y = self.qkv(x)
        if self.H_kv != self.H:
            return x
        q, k, v = (s[:, None] for s in y.split(C, -1))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(scaled_dot_product_attention(q, k, v, bias)[:, 0])


# %% wrong: view_to_heads -- a view to (B, H, T, D)
# expects: A view to (B, H, T, D) mixes tokens
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        B, T, _ = x.shape
        q, k, v = self.qkv(x).split(
            [self.H * self.D, self.H_kv * self.D, self.H_kv * self.D], -1
        )
        q = q.reshape(B, self.H, T, self.D)
        k, v = (s.reshape(B, self.H_kv, T, self.D) for s in (k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: joined_by_view -- joined without swapping the axes
# expects: without swapping the axes back
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            scaled_dot_product_attention(q, k, v, bias).reshape(x.shape)
        )


# %% wrong: scaled_twice -- scaled by the root of C
# expects: scaled by the root of C
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        q = q * (self.D / x.shape[-1]) ** 0.5
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: first_kv_head -- all query heads use head 0
# expects: All query heads use head 0
def look_at(layer, x, bias, causal):
    if not causal:
        return bias
    T = x.shape[1]
    look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
    return look if bias is None else bias + look


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        if n == 1:
            return self.out(
                join_heads(
                    scaled_dot_product_attention(
                        q, k, v, look_at(self, x, bias, causal)
                    )
                )
            )
        k, v = (s[:, :1].expand(-1, self.H, -1, -1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: detached -- attention without a gradient
# expects: gets no gradient
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        n = self.H // self.H_kv
        k, v = (s.repeat_interleave(n, dim=1) for s in (k, v))
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias)).detach()
        )


# %% right: three_slices -- slices of the channels, then heads
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        B, T, C = x.shape
        y, n_kv = self.qkv(x), self.H_kv * self.D
        q, k, v = y[..., :C], y[..., C : C + n_kv], y[..., C + n_kv :]
        q, k, v = (
            s.reshape(B, T, -1, self.D).permute(0, 2, 1, 3) for s in (q, k, v)
        )
        if self.H_kv < self.H:
            k = torch.repeat_interleave(k, self.H // self.H_kv, 1)
            v = torch.repeat_interleave(v, self.H // self.H_kv, 1)
        total = (
            torch.zeros(1, 1, T, T, dtype=x.dtype) if bias is None else bias
        )
        if causal:
            total = total + torch.full((T, T), -1e30, dtype=x.dtype).triu(1)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, total))
        )


# %% right: index -- heads picked by an index
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=2)
        q, k, v = (s.transpose(1, 2) for s in (q, k, v))
        of = torch.arange(self.H) * self.H_kv // self.H
        k, v = k[:, of], v[:, of]
        if causal:
            T = x.shape[1]
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% right: head_by_head -- a loop over the heads
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        T, D = x.shape[1], self.D
        y = self.qkv(x)
        if causal:
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        parts = []
        for h in range(self.H):
            g = self.H + h * self.H_kv // self.H
            q = y[..., h * D : (h + 1) * D]
            k = y[..., g * D : (g + 1) * D]
            g += self.H_kv
            v = y[..., g * D : (g + 1) * D]
            own = (
                bias[:, h : h + 1]
                if bias is not None and bias.shape[1] > 1
                else bias
            )
            parts.append(
                scaled_dot_product_attention(
                    q[:, None], k[:, None], v[:, None], own
                )[:, 0]
            )
        return self.out(torch.cat(parts, -1))
