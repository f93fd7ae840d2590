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
# expects: both gradients are 0
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
# expects: divide it by the root
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
# expects: has the deviation 1/20
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
