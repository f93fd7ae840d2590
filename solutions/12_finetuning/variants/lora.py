import copy
import math

import torch
from torch import nn
from torch.nn import functional as F


# %% wrong: no_rank -- alpha is not divided by r
# expects: twice the update of r = 1
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: no_scale -- the update without a factor
# expects: factor alpha / r = 2 is missing
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = 1.0
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: root_scale -- alpha divided by the root of r
# expects: every output is 8 for any r
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r**0.5
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: turned -- A and B have each other's shapes
# expects: yours are (3, 1) and (1, 2)
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(n, r, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(r, out))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A @ self.B)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * ((self.A @ self.B).T)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: update_alone -- the linear layer is forgotten
# expects: This is the update alone
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: both_random -- B is random, too
# expects: B must start at 0
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.randn(out, r, generator=generator))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: both_zero -- A is 0, too
# expects: both gradients would stay 0
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.zeros(r, n))
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: zero_a -- A is 0 and B random
# expects: LoRA: A is 0
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.zeros(r, n))
        self.B = nn.Parameter(torch.randn(out, r, generator=generator))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: not_frozen -- the base is trained, too
# expects: only A and B are trained
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: bias_trained -- only the weight is frozen
# expects: Freeze the linear layer
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        linear.weight.requires_grad_(False)
        self.linear = linear
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: large_a -- A has the deviation 1
# expects: not divided by anything
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator))
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: rank_deviation -- A is divided by r
# expects: It is divided by r
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / r)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: own_seed -- A ignores the generator
# expects: use the generator
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: plain_tensors -- A and B are no parameters
# expects: make both an nn.Parameter
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = torch.randn(r, n, generator=generator) / n**0.5
        self.B = torch.zeros(out, r)
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: merge_forgets -- forward adds the update to a merged weight
# expects: counts twice, in the weight and in forward
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: merge_twice -- a second merge adds again
# expects: a second merge() changes nothing
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
        self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: subtracts -- unmerge subtracts the update
# expects: instead of subtracting
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight -= self.scale * (self.B @ self.A)
            self.old = None


# %% wrong: merge_no_scale -- the merged update has no factor
# expects: merged, the weight of the toy is
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.B @ self.A

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: merge_nowhere -- merge writes into a copy
# expects: has not moved
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.merged = self.linear.weight + self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: old_is_new -- the copy is the weight itself
# expects: after unmerge() the weight is
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: stays_merged -- unmerge leaves forward merged
# expects: forward adds the update again
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)


# %% wrong: any_rank -- no rank is refused
# expects: a rank of 0 for 40 by 60 must raise
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if r < 1:
            r = 1
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: larger_side -- ranks up to the larger side
# expects: a rank of 41
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= max(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: copied_layer -- a copy of the layer
# expects: the layer that was passed in
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = nn.Linear(n, out, linear.bias is not None)
        self.linear.load_state_dict(linear.state_dict())
        self.linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: out_side -- the rank is compared with the outputs alone
# expects: a rank of 41 for 60 by 40
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or r < 1 or r > out:
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is None:
            y = y + self.scale * (x @ self.A.T @ self.B.T)
        return y

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: floor_division -- alpha // r
# expects: 2 // 4 is 0
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha // r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is None:
            y = y + self.scale * (x @ self.A.T @ self.B.T)
        return y

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: copy_at_init -- the copy is made when the layer is built, not when it is merged
# expects: copy it in merge()
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = linear.weight.detach().clone()
        self.merged = False

    def forward(self, x):
        y = self.linear(x)
        if not self.merged:
            y = y + self.scale * (x @ self.A.T @ self.B.T)
        return y

    @torch.no_grad()
    def merge(self):
        if not self.merged:
            self.linear.weight.add_(self.scale * self.B @ self.A)
            self.merged = True

    @torch.no_grad()
    def unmerge(self):
        if self.merged:
            self.linear.weight.copy_(self.old)
            self.merged = False


# %% wrong: new_parameter -- merge and unmerge put a new parameter in place of the weight, trained again
# expects: another parameter than before
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is None:
            y = y + self.scale * (x @ self.A.T @ self.B.T)
        return y

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight
            self.linear.weight = nn.Parameter(
                self.old + self.scale * self.B @ self.A
            )

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight = self.old
            self.old = None


# %% wrong: root_of_out -- A is divided by the root of the outputs
# expects: root of the number of *outputs*
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(out)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is None:
            y = y + self.scale * (x @ self.A.T @ self.B.T)
        return y

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: drawn_turned -- A is drawn as (in, r) and transposed
# expects: draw A with one such call
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            (
                torch.randn(inputs, r, generator=generator) / math.sqrt(inputs)
            ).T.contiguous()
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: base_without_grad -- the base is computed under no_grad, so x gets no gradient through it
# expects: It comes through A and B alone
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        with torch.no_grad():
            y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: merge_alpha -- merge multiplies by alpha, not alpha / r
# expects: divide by r there, too
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.alpha = alpha
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.alpha * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: uniform -- A is uniform
# expects: That is the deviation of torch.rand
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.rand(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: asserted -- an assertion instead of a ValueError
# expects: got the error AssertionError
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        assert r in range(1, min(out, inputs) + 1), f"rank {r}"
        assert isinstance(r, int)
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: unmerge_in_memory -- the old weight comes back rounded to half precision
# expects: gave another weight
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.half()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: root_of_both -- A is divided by the root of r times in
# expects: root of r times
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(r * inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: toggles -- merge switches back and forth
# expects: merged twice
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)
        else:
            self.unmerge()

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: base_scaled -- the factor multiplies the base, too
# expects: multiplies what the linear layer gives
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else self.scale * (y + x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: not_the_largest -- the largest rank is refused
# expects: ValueError: rank 4
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r < min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: merged_base_only -- merged, forward gives the old weight
# expects: what the old weight gives
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        if self.old is not None:
            return x @ self.old.T + (
                0 if self.linear.bias is None else self.linear.bias
            )
        return self.linear(x) + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% right: as_matrix -- the update as a matrix
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (F.linear(x, self.B @ self.A))

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% right: two_linears -- F.linear twice
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * F.linear(F.linear(x, self.A), self.B)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% right: with_flag -- a flag says whether it is merged
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.merged, self.old = False, None

    def forward(self, x):
        y = self.linear(x)
        if self.merged:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if not self.merged:
            self.merged = True
            self.old = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.merged:
            self.merged = False
            self.linear.weight.copy_(self.old)


# %% right: with_data -- weight.data instead of no_grad
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.scale * (x @ self.A.T @ self.B.T)

    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.detach().clone()
            self.linear.weight.data += self.scale * (self.B @ self.A).data

    def unmerge(self):
        if self.old is not None:
            self.linear.weight.data.copy_(self.old)
            self.old = None


# %% right: alpha_later -- alpha and r are kept, the factor is computed when it is used
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.alpha, self.r = alpha, r
        self.A = nn.Parameter(torch.randn(r, n, generator=generator) / n**0.5)
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is not None:
            return y
        return y + self.alpha / self.r * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight += self.alpha / self.r * (self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% right: weight_on_the_fly -- F.linear with W + s B A, the copy in a buffer and a flag
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        if type(r) is not int:
            raise ValueError("r must be an int")
        if r < 1 or r > min(linear.in_features, linear.out_features):
            raise ValueError("r out of range")
        for p in linear.parameters():
            p.requires_grad = False
        self.linear, self.r, self.alpha = linear, r, alpha
        a = torch.randn(r, linear.in_features, generator=generator)
        self.A = nn.Parameter(a.div_(linear.in_features**0.5))
        self.B = nn.Parameter(torch.zeros(linear.out_features, r))
        self.register_buffer("backup", torch.empty(0), persistent=False)
        self.merged = False

    def delta(self):
        return self.alpha / self.r * (self.B @ self.A)

    def forward(self, x):
        weight = (
            self.linear.weight
            if self.merged
            else self.linear.weight + self.delta()
        )
        return torch.nn.functional.linear(x, weight, self.linear.bias)

    @torch.no_grad()
    def merge(self):
        if self.merged:
            return
        self.backup = self.linear.weight.detach().clone()
        self.linear.weight += self.delta()
        self.merged = True

    @torch.no_grad()
    def unmerge(self):
        if not self.merged:
            return
        self.linear.weight[:] = self.backup
        self.merged = False


# %% right: einsum -- einsum, and the copy in a list
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        rows, columns = linear.weight.size()
        if isinstance(r, float) or r not in range(1, min(rows, columns) + 1):
            raise ValueError(r)
        self.linear = linear.requires_grad_(False)
        self.factor = float(alpha) / float(r)
        self.A = torch.nn.Parameter(
            torch.randn(r, columns, generator=generator) * columns**-0.5
        )
        self.B = torch.nn.Parameter(
            torch.randn(rows, r, generator=torch.Generator()) * 0
        )
        self.saved = []

    def forward(self, x):
        base = self.linear(x)
        if self.saved:
            return base
        update = torch.einsum("or,ri,...i->...o", self.B, self.A, x)
        return torch.add(base, update, alpha=self.factor)

    @torch.no_grad()
    def merge(self):
        if len(self.saved) == 0:
            self.saved.append(self.linear.weight.data.clone())
            self.linear.weight.data.addmm_(self.B, self.A, alpha=self.factor)

    @torch.no_grad()
    def unmerge(self):
        while self.saved:
            self.linear.weight.data.copy_(self.saved.pop())


# %% right: deepcopy -- deepcopy, F.linear twice
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is None:
            y = y + F.linear(F.linear(x, self.A), self.B) * self.scale
        return y

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = copy.deepcopy(self.linear.weight.data)
            self.linear.weight.data = (
                self.linear.weight.data
                + self.scale * torch.matmul(self.B, self.A)
            )

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% right: normal_in_place -- normal_ into an empty tensor, a numpy copy
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.empty(r, inputs).normal_(
                0, inputs**-0.5, generator=generator
            )
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        return (
            y
            if self.old is not None
            else y + self.scale * (x @ self.A.T @ self.B.T)
        )

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.numpy().copy()
            self.linear.weight += (self.B * self.scale) @ self.A

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight[...] = torch.from_numpy(self.old)
            self.old = None


# %% right: loop_of_outer -- a sum of outer products
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is None:
            for a, b in zip(self.A, self.B.T):
                y = y + self.scale * (x * a).sum(-1, keepdim=True) * b
        return y

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% right: property -- matmul by transposes
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if not isinstance(r, int) or not 1 <= r <= min(out, inputs):
            raise ValueError(f"rank {r!r}")
        self.linear = linear
        linear.requires_grad_(False)
        self.scale = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is None:
            y = (
                y
                + (self.B @ (self.A @ x.unsqueeze(-1))).squeeze(-1)
                * self.scale
            )
        return y

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
            self.linear.weight.add_(self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: merged_anew -- a second merge writes the copy and the update of now
# expects: A was changed between two calls of merge
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(f"rank {r}")
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        drawn = torch.randn(r, n, generator=generator)
        self.A = nn.Parameter(drawn / math.sqrt(n))
        self.B = nn.Parameter(torch.zeros(out, r))
        self.old = None

    def forward(self, x):
        y = self.linear(x)
        if self.old is None:
            y = y + self.scale * (x @ self.A.T @ self.B.T)
        return y

    @torch.no_grad()
    def merge(self):
        if self.old is None:
            self.old = self.linear.weight.clone()
        self.linear.weight.copy_(self.old + self.scale * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.old is not None:
            self.linear.weight.copy_(self.old)
            self.old = None


# %% wrong: seeds_all -- without a generator it sets the seed of torch
# expects: have the same A
class LoRA(nn.Module):
    def __init__(self, linear, r, alpha, generator=None):
        super().__init__()
        out, inputs = linear.weight.shape
        if (
            isinstance(r, bool)
            or not isinstance(r, int)
            or not 1 <= r <= min(out, inputs)
        ):
            raise ValueError("a bad rank")
        self.linear = linear
        if generator is None:
            torch.manual_seed(0)
        linear.requires_grad_(False)
        self.factor = alpha / r
        self.A = nn.Parameter(
            torch.randn(r, inputs, generator=generator) / math.sqrt(inputs)
        )
        self.B = nn.Parameter(torch.zeros(out, r))
        self.kept = None

    def forward(self, x):
        y = self.linear(x)
        if self.kept is None:
            y = y + self.factor * (x @ self.A.T @ self.B.T)
        return y

    @torch.no_grad()
    def merge(self):
        if self.kept is None:
            self.kept = self.linear.weight.detach().clone()
            self.linear.weight.add_(self.factor * self.B @ self.A)

    @torch.no_grad()
    def unmerge(self):
        if self.kept is not None:
            self.linear.weight.copy_(self.kept)
            self.kept = None
