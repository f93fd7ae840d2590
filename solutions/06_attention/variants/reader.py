import torch
from torch import nn


class Letters(nn.Module):
    """What the cases at the end share."""

    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def allowed(self, T):
        return causal_mask(torch.arange(T)[None], T)

    def parts(self, x):
        return self.q(x), self.k(x), self.v(x)

    def forward(self, ids):
        q, k, v = (part[:, None] for part in self.parts(self.table(ids)))
        bias = mask_bias(self.allowed(ids.shape[1]))
        return self.head(scaled_dot_product_attention(q, k, v, bias)[:, 0])


# %% wrong: no_mask -- no causal mask
# expects: the head must look causally
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x = self.table(ids)
        q, k, v = self.q(x)[:, None], self.k(x)[:, None], self.v(x)[:, None]
        return self.head(scaled_dot_product_attention(q, k, v)[:, 0])


# %% wrong: no_head -- the head is missing
# expects: has the shape (2, 25, 8)
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        q, k, v = self.q(x)[:, None], self.k(x)[:, None], self.v(x)[:, None]
        bias = mask_bias(causal_mask(torch.arange(T)[None], T))
        return scaled_dot_product_attention(q, k, v, bias)[:, 0]


# %% wrong: last_only -- the last letter's logits only
# expects: has the shape (2, 54)
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        q, k, v = self.q(x)[:, None], self.k(x)[:, None], self.v(x)[:, None]
        bias = mask_bias(causal_mask(torch.arange(T)[None], T))
        return self.head(scaled_dot_product_attention(q, k, v, bias)[:, 0, -1])


# %% wrong: raw_vectors -- queries and keys are the vectors
# expects: Queries and keys are x itself
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        q, k, v = x[:, None], x[:, None], self.v(x)[:, None]
        bias = mask_bias(causal_mask(torch.arange(T)[None], T))
        return self.head(scaled_dot_product_attention(q, k, v, bias)[:, 0])


# %% wrong: no_attention -- no attention at all
# expects: answers are right
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x = self.table(ids)
        return self.head(self.v(x))


# %% wrong: axis_left -- the axis of the heads stays
# expects: has the shape (2, 1, 25, 54)
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        q, k, v = self.q(x)[:, None], self.k(x)[:, None], self.v(x)[:, None]
        bias = mask_bias(causal_mask(torch.arange(T)[None], T))
        return self.head(scaled_dot_product_attention(q, k, v, bias))


# %% wrong: values_as_keys -- keys and values swapped
# expects: Keys and values are swapped
class Reader(Letters):
    def parts(self, x):
        return self.q(x), self.v(x), self.k(x)


# %% wrong: not_itself -- a letter does not see itself
# expects: A letter does not see itself here
class Reader(Letters):
    def allowed(self, T):
        return torch.ones(T, T).tril(-1).bool()


# %% wrong: twenty_five -- a mask for texts of 25 letters
# expects: for a text of length 1
class Reader(Letters):
    def allowed(self, T):
        return super().allowed(25)


# %% right: squeezed -- unsqueeze and squeeze
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        q, k, v = (layer(x).unsqueeze(1) for layer in (self.q, self.k, self.v))
        bias = mask_bias(causal_mask(torch.arange(T)[None], T))
        return self.head(
            scaled_dot_product_attention(q, k, v, bias).squeeze(1)
        )


# %% right: heads -- with split_heads and join_heads
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        q, k, v = (
            split_heads(f(x), x.shape[-1]).transpose(1, 2)
            for f in (self.q, self.k, self.v)
        )
        bias = mask_bias(causal_mask(torch.arange(T)[None], T))
        return self.head(
            join_heads(scaled_dot_product_attention(q, k, v, bias))
        )


# %% right: order_for_all -- the order of each text
class Reader(nn.Module):
    def __init__(self, width, seed=0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x, T = self.table(ids), ids.shape[1]
        q, k, v = self.q(x)[:, None], self.k(x)[:, None], self.v(x)[:, None]
        bias = mask_bias(causal_mask(torch.arange(T).expand(len(ids), T), T))
        return self.head(scaled_dot_product_attention(q, k, v, bias)[:, 0])


# %% right: triu -- torch.triu in place of the own mask
class Reader(nn.Module):
    def __init__(self, width: int, seed: int = 0):
        super().__init__()
        self.table = nn.Embedding(len(SYMBOLS), width)
        self.q, self.k, self.v = (
            nn.Linear(width, width, bias=False) for _ in range(3)
        )
        self.head = nn.Linear(width, len(SYMBOLS), bias=False)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1, generator=generator)

    def forward(self, ids):
        x = self.table(ids)
        scores = (
            torch.bmm(self.q(x), self.k(x).transpose(1, 2))
            / x.shape[-1] ** 0.5
        )
        ahead = torch.triu(torch.ones_like(scores), 1) == 1
        weights = scores.masked_fill(ahead, float("-inf")).softmax(-1)
        return self.head(weights.bmm(self.v(x)))
