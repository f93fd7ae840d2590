import torch
from torch import nn


class Layer(nn.Module):
    """What the cases at the end share: the matrices, the heads and the mask."""

    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        width = (self.H + 2 * self.H_kv) * self.D
        self.qkv = nn.Linear(config.width, width, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def heads(self, x):
        y = split_heads(self.qkv(x), self.D).transpose(1, 2)
        q, k, v = y.split([self.H, self.H_kv, self.H_kv], 1)
        n = self.H // self.H_kv
        return q, k.repeat_interleave(n, 1), v.repeat_interleave(n, 1)

    def look(self, T, dtype):
        return mask_bias(causal_mask(torch.arange(T)[None], T), dtype)

    def bias(self, x, bias, causal):
        look = self.look(x.shape[1], x.dtype) if causal else 0
        return look if bias is None else bias + look

    def result(self, q, k, v, bias):
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


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
# expects: the bias of the mask must have the dtype of x
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
# expects: There is one head of 6 channels
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


# %% wrong: in_turns -- queries, keys and values in turns, head by head
# expects: in turns, head by head
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        q, k, v = self.heads(x)
        if self.H_kv == self.H:
            y = split_heads(self.qkv(x), self.D).transpose(1, 2)
            q, k, v = y[:, 0::3], y[:, 1::3], y[:, 2::3]
        return self.result(q, k, v, self.bias(x, bias, causal))


# %% wrong: thirds -- three equal parts
# expects: are 4 of queries, 2 of keys and 2 of values
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        q, k, v = split_heads(self.qkv(x), self.D).transpose(1, 2).chunk(3, 1)
        return self.result(q, k, v, self.bias(x, bias, causal))


# %% wrong: values_tiled -- repeat for the values only
# expects: but the values in the order 0, 1, 0, 1
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        q, k, _ = self.heads(x)
        v = split_heads(self.qkv(x), self.D).transpose(1, 2)[
            :, self.H + self.H_kv :
        ]
        v = v.repeat(1, self.H // self.H_kv, 1, 1)
        return self.result(q, k, v, self.bias(x, bias, causal))


# %% wrong: divided_twice -- q is divided before scaled_dot_product_attention
# expects: scaled_dot_product_attention divides already
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        q, k, v = self.heads(x)
        return self.result(q / self.D**0.5, k, v, self.bias(x, bias, causal))


# %% wrong: skip -- x is added
# expects: x was added to the result
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        return x + self.result(*self.heads(x), self.bias(x, bias, causal))


# %% wrong: square_bias_in_place -- the mask is added to a bias (B, H, T, T) in place
# expects: the bias was changed
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        look = self.bias(x, None, causal)
        if bias is not None and bias.shape[-2] == x.shape[1]:
            bias += look
        elif bias is not None:
            look = bias + look
        return self.result(
            *self.heads(x),
            look if bias is None or bias.shape[-2] == 1 else bias,
        )


# %% wrong: first_mask -- the mask of the first call is kept
# expects: first texts of 10 tokens, then one of 150
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        if causal and not hasattr(self, "kept"):
            self.kept = self.look(x.shape[1], x.dtype)
        look = self.kept if causal else 0
        return self.result(
            *self.heads(x), look if bias is None else bias + look
        )


# %% wrong: short_texts -- a mask for 64 tokens
# expects: then one of 150
class Attention(Layer):
    def look(self, T, dtype):
        return super().look(64, dtype)[..., :T, :T]

    def forward(self, x, bias=None, causal=False):
        return self.result(*self.heads(x), self.bias(x, bias, causal))


# %% wrong: keys_detached -- the keys without a gradient
# expects: that make the keys get no gradient
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        q, k, v = self.heads(x)
        return self.result(q, k.detach(), v, self.bias(x, bias, causal))


# %% wrong: float32_inside -- attention in float32
# expects: only the first digits are right
class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        q, k, v = (part.float() for part in self.heads(x))
        bias = self.bias(x, bias, causal)
        bias = bias if isinstance(bias, int) else bias.float()
        seen = scaled_dot_product_attention(q, k, v, bias).to(x.dtype)
        return self.out(join_heads(seen))


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


# %% right: minus_infinity -- a triangle of minus infinity


class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        T = x.shape[1]
        look = (
            torch.full((T, T), -torch.inf, dtype=x.dtype).triu(1)
            if causal
            else 0
        )
        return self.result(
            *self.heads(x), look if bias is None else bias + look
        )


# %% right: expanded -- one head of keys is seen by many, by expand


class Attention(Layer):
    def forward(self, x, bias=None, causal=False):
        B, T, _ = x.shape
        q, k, v = self.qkv(x).split(
            [self.H * self.D, *[self.H_kv * self.D] * 2], -1
        )
        q = q.view(B, T, self.H, self.D).transpose(1, 2)
        k, v = (
            s.view(B, T, self.H_kv, 1, self.D)
            .expand(B, T, self.H_kv, self.H // self.H_kv, self.D)
            .flatten(2, 3)
            .transpose(1, 2)
            for s in (k, v)
        )
        return self.result(q, k, v, self.bias(x, bias, causal))


# %% wrong: mask_kept -- the causal bias of the first call is kept
# expects: then one of 150
class Attention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)
        self.look = None

    def forward(self, x, bias=None, causal=False):
        T = x.shape[1]
        heads = split_heads(self.qkv(x), self.D).transpose(1, 2)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=1)
        k = k.repeat_interleave(self.H // self.H_kv, dim=1)
        v = v.repeat_interleave(self.H // self.H_kv, dim=1)
        if causal:
            if self.look is None:
                self.look = mask_bias(
                    causal_mask(torch.arange(T)[None], T), x.dtype
                )
            bias = self.look if bias is None else bias + self.look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: minimum -- bias and causal mask are joined by their minimum, so a bias above 0 is lost
# expects: A bias above 0 is lost
class Attention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        T = x.shape[1]
        heads = split_heads(self.qkv(x), self.D).transpose(1, 2)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=1)
        k = k.repeat_interleave(self.H // self.H_kv, dim=1)
        v = v.repeat_interleave(self.H // self.H_kv, dim=1)
        if causal:
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else torch.minimum(bias, look)
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: float32_mask -- mask_bias does not get the dtype of x
# expects: the bias of the mask must have the dtype of x
class Attention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)

    def forward(self, x, bias=None, causal=False):
        T = x.shape[1]
        heads = split_heads(self.qkv(x), self.D).transpose(1, 2)
        q, k, v = heads.split([self.H, self.H_kv, self.H_kv], dim=1)
        k = k.repeat_interleave(self.H // self.H_kv, dim=1)
        v = v.repeat_interleave(self.H // self.H_kv, dim=1)
        if causal:
            look = mask_bias(causal_mask(torch.arange(T)[None], T))
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: bias_of_head_0 -- one bias for all heads
# expects: All heads have the bias of head 0
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)
        self.look = None

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        parts = heads.split([self.H, self.H_kv, self.H_kv], 2)
        q, k, v = (part.transpose(1, 2) for part in parts)
        k, v = (s.repeat_interleave(self.H // self.H_kv, 1) for s in (k, v))
        if bias is not None:
            bias = bias[:, :1]
        T = x.shape[1]
        if causal:
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: bias_mean -- the mean over the heads' biases
# expects: All heads have the mean of the bias
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)
        self.look = None

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        parts = heads.split([self.H, self.H_kv, self.H_kv], 2)
        q, k, v = (part.transpose(1, 2) for part in parts)
        k, v = (s.repeat_interleave(self.H // self.H_kv, 1) for s in (k, v))
        if bias is not None:
            bias = bias.mean(1, keepdim=True)
        T = x.shape[1]
        if causal:
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: bias_flipped -- the biases of the heads in reverse
# expects: heads of the bias are in the wrong order
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)
        self.look = None

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        parts = heads.split([self.H, self.H_kv, self.H_kv], 2)
        q, k, v = (part.transpose(1, 2) for part in parts)
        k, v = (s.repeat_interleave(self.H // self.H_kv, 1) for s in (k, v))
        if bias is not None:
            bias = bias.flip(1)
        T = x.shape[1]
        if causal:
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: bias_of_text_0 -- the first text's bias for all
# expects: All texts have the bias of the first
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)
        self.look = None

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        parts = heads.split([self.H, self.H_kv, self.H_kv], 2)
        q, k, v = (part.transpose(1, 2) for part in parts)
        k, v = (s.repeat_interleave(self.H // self.H_kv, 1) for s in (k, v))
        if bias is not None:
            bias = bias[:1]
        T = x.shape[1]
        if causal:
            look = mask_bias(causal_mask(torch.arange(T)[None], T), x.dtype)
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% wrong: cached_mask -- a mask made once, at the first call
# expects: this one has kept something
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.H, self.H_kv = config.n_heads, config.kv_heads
        self.D = config.head_size
        n_heads = self.H + 2 * self.H_kv
        self.qkv = nn.Linear(config.width, n_heads * self.D, config.bias)
        self.out = nn.Linear(config.width, config.width, config.bias)
        self.look = None

    def forward(self, x, bias=None, causal=False):
        heads = split_heads(self.qkv(x), self.D)
        parts = heads.split([self.H, self.H_kv, self.H_kv], 2)
        q, k, v = (part.transpose(1, 2) for part in parts)
        k, v = (s.repeat_interleave(self.H // self.H_kv, 1) for s in (k, v))
        T = x.shape[1]
        if causal:
            if self.look is None or self.look.shape[-1] < T:
                mask = causal_mask(torch.arange(T)[None], T)
                self.look = mask_bias(mask, x.dtype)
            look = self.look[..., -T:, -T:]
            bias = look if bias is None else bias + look
        return self.out(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )
