import torch
from torch import nn


class Base(nn.Module):
    """What the cases share: the given part, and `forward` cut into pieces."""

    def __init__(self, n_symbols, slopes, width=32, seed=0):
        super().__init__()
        self.slopes = slopes
        self.table = nn.Embedding(n_symbols, width)
        self.q, self.k, self.v, self.out = (
            nn.ModuleList(nn.Linear(width, width, bias=False) for _ in slopes)
            for _ in range(4)
        )
        self.head = nn.Linear(width, n_symbols, bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.2, generator=generator)

    def allowed(self, T):
        return causal_mask(torch.arange(T)[None], T)

    def bias(self, T, slope):
        return mask_bias(self.allowed(T)) + nearness(T, slope)

    def parts(self, i, x):
        return self.q[i](x), self.k[i](x), self.v[i](x)

    def seen(self, i, x):
        q, k, v = (part[:, None] for part in self.parts(i, x))
        bias = self.bias(x.shape[1], self.slopes[i])
        return scaled_dot_product_attention(q, k, v, bias)[:, 0]

    def write(self, x, i, seen):
        return x + self.out[i](seen)

    def forward(self, ids):
        x = self.table(ids)
        for i in range(len(self.slopes)):
            x = self.write(x, i, self.seen(i, x))
        return self.head(x)


# %% wrong: no_mask -- no causal mask
# expects: each layer must look causally
class Stack(Base):
    def bias(self, T, slope):
        return nearness(T, slope)


# %% wrong: mask_only -- the nearness is forgotten
# expects: The nearness is missing
class Stack(Base):
    def bias(self, T, slope):
        return mask_bias(self.allowed(T))


# %% wrong: far -- the nearness is subtracted
# expects: The nearness has the wrong sign
class Stack(Base):
    def bias(self, T, slope):
        return mask_bias(self.allowed(T)) - nearness(T, slope)


# %% wrong: replaced -- x is replaced, not added to
# expects: x was replaced by what a layer returns
class Stack(Base):
    def write(self, x, i, seen):
        return self.out[i](seen)


# %% wrong: no_out -- what is seen is added as it is
# expects: self.out is missing
class Stack(Base):
    def write(self, x, i, seen):
        return x + seen


# %% wrong: first_slope -- the slope of the first layer for all
# expects: The second layer has the slope of the first
class Stack(Base):
    def bias(self, T, slope):
        return mask_bias(self.allowed(T)) + nearness(T, self.slopes[0])


# %% wrong: letters_again -- each layer reads the letters' vectors
# expects: it reads what the first has made of them
class Stack(Base):
    def forward(self, ids):
        x = letters = self.table(ids)
        for i in range(len(self.slopes)):
            x = x + self.out[i](self.seen(i, letters))
        return self.head(x)


# %% wrong: first_only -- returns inside the loop
# expects: Only the first layer was used
class Stack(Base):
    def forward(self, ids):
        x = self.table(ids)
        for i in range(len(self.slopes)):
            x = x + self.out[i](self.seen(i, x))
            return self.head(x)


# %% wrong: two_layers -- exactly two layers
# expects: three layers and a text of length 1
class Stack(Base):
    def forward(self, ids):
        x = self.table(ids)
        for i in range(min(2, len(self.slopes))):
            x = x + self.out[i](self.seen(i, x))
        return self.head(x)


# %% wrong: swapped -- keys and values swapped
# expects: Keys and values are swapped
class Stack(Base):
    def parts(self, i, x):
        return self.q[i](x), self.v[i](x), self.k[i](x)


# %% wrong: not_itself -- a letter does not see itself
# expects: A letter does not see itself here
class Stack(Base):
    def allowed(self, T):
        return torch.ones(T, T).tril(-1).bool()


# %% wrong: no_head -- the vectors in place of the logits
# expects: has the shape (2, 12, 8)
class Stack(Base):
    def forward(self, ids):
        x = self.table(ids)
        for i in range(len(self.slopes)):
            x = self.write(x, i, self.seen(i, x))
        return x


# %% wrong: shares -- probabilities
# expects: These are probabilities
class Stack(Base):
    def forward(self, ids):
        return super().forward(ids).softmax(-1)


# %% wrong: thirty_two -- a mask for texts of 32 letters
# expects: for 2 texts of 12 letters
class Stack(Base):
    def allowed(self, T):
        return super().allowed(32)


# %% wrong: frozen -- the vectors of the letters get no gradient, nor do the layers
# expects: two layers recall
class Stack(Base):
    def seen(self, i, x):
        return super().seen(i, x).detach()

    def write(self, x, i, seen):
        return x + self.out[i](seen).detach()


# %% right: squeezed -- unsqueeze and squeeze, by place
class Stack(Base):
    def forward(self, ids):
        x, T = self.table(ids), ids.size(1)
        order = torch.arange(T).unsqueeze(0)
        for i in range(len(self.slopes)):
            q = self.q[i](x).unsqueeze(1)
            k = self.k[i](x).unsqueeze(1)
            v = self.v[i](x).unsqueeze(1)
            bias = nearness(T, self.slopes[i]) + mask_bias(
                causal_mask(order, T)
            )
            y = scaled_dot_product_attention(q, k, v, bias).squeeze(1)
            x = x + self.out[i](y)
        return self.head(x)


# %% right: heads -- with split_heads and join_heads
class Stack(Base):
    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        for i, slope in enumerate(self.slopes):
            q, k, v = (
                split_heads(part, x.shape[-1]).transpose(1, 2)
                for part in self.parts(i, x)
            )
            bias = self.bias(T, slope)
            x = x + self.out[i](
                join_heads(scaled_dot_product_attention(q, k, v, bias))
            )
        return self.head(x)


# %% right: by_hand -- scores, mask and softmax written out
class Stack(Base):
    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        ahead = torch.ones(T, T).triu(1).bool()
        for q, k, v, out, slope in zip(
            self.q, self.k, self.v, self.out, self.slopes
        ):
            scores = q(x) @ k(x).mT / x.shape[-1] ** 0.5
            scores = scores + nearness(T, slope)[0, 0]
            weights = scores.masked_fill(ahead, -math.inf).softmax(-1)
            x = x + out(weights @ v(x))
        return self.head(x)


# %% wrong: near_first -- the nearness in the first layer only
# expects: The second layer has no nearness here
class Stack(Base):
    def seen(self, i, x):
        q, k, v = (part[:, None] for part in self.parts(i, x))
        bias = self.bias(x.shape[1], self.slopes[i] if i == 0 else 0.0)
        return scaled_dot_product_attention(q, k, v, bias)[:, 0]


# %% wrong: subtracted -- what a layer returns is taken from x
# expects: was subtracted; add it to x
class Stack(Base):
    def write(self, x, i, seen):
        return x - self.out[i](seen)


# %% wrong: slopes_add_up -- the nearness is added to the mask's bias in place
# expects: The second layer has the slopes of both
class Stack(Base):
    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        bias = mask_bias(self.allowed(T))
        for i, slope in enumerate(self.slopes):
            bias += nearness(T, slope)
            q, k, v = (part[:, None] for part in self.parts(i, x))
            seen = scaled_dot_product_attention(q, k, v, bias)[:, 0]
            x = x + self.out[i](seen)
        return self.head(x)
