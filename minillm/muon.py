"""Muon: updates of matrices that turn all directions equally far."""

import math
from collections.abc import Callable, Iterable
from functools import cache

import torch
from torch import Tensor, distributed, nn

# Of the polynomial a x + b x^3 + c x^5, which takes singular values near 1.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonalise(
    matrix: Tensor, dtype: torch.dtype = torch.bfloat16, n_steps: int = 5
) -> Tensor:
    """A matrix (m, n) with the same directions and singular values near 1.

    Newton and Schulz's iteration: nothing but products of matrices, computed
    in `dtype`, which the result has. The values end between 0.5 and 1.5, and
    that does no harm. Jordan et al. 2024.
    """
    a, b, c = COEFFICIENTS
    x = matrix.to(dtype, copy=True)
    if wide := x.shape[0] > x.shape[1]:
        x = x.T  # the smaller of the two products
    x.div_(x.norm().clamp(min=1e-7))  # no singular value is above 1
    for _ in range(n_steps):
        gram = x @ x.T
        gram = torch.addmm(gram, gram, gram, beta=b, alpha=c)
        x = torch.addmm(x, gram, x, beta=a)
    return x.T if wide else x


@cache
def fastest_dtype(kind: str) -> torch.dtype:
    """The type in which products of matrices are fast on a "cpu" or "cuda".

    Processors without instructions for bfloat16 emulate it, and take some
    three times as long as in float32. The processor says which it has: a
    measurement would depend on what else the machine does, and a run that
    goes on later has to choose the same. Where several train together, the
    first one's answer counts for all, or their weights would drift apart.
    """
    if kind != "cpu":
        return torch.bfloat16
    has = torch.cpu.get_capabilities()
    native = any(has[name] for name in has if name.endswith("bf16"))
    found = [torch.bfloat16 if native else torch.float32]
    if distributed.is_initialized():
        distributed.broadcast_object_list(found)
    return found[0]


class Muon(torch.optim.Optimizer):
    """Momentum, made orthogonal: for matrices inside of a network.

    For each matrix W (m, n) with gradient G, at each update:

        M = momentum M + (1 - momentum) G
        O = orthogonalise((1 - momentum) G + momentum M)
        W = W - lr weight_decay W - lr √max(1, m/n) O

    `torch.optim.Muon` gives the same numbers where `dtype` is bfloat16; None
    takes the `fastest_dtype`. Jordan et al. 2024. Raises `ValueError` on
    settings below 0 and on parameters that are no matrices.
    """

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float = 0.02,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        dtype: torch.dtype | None = None,
    ):
        for name, value in (("lr", lr), ("weight_decay", weight_decay)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} is 0 or more, not {value}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum lies in [0, 1), not {momentum}")
        settings = {"lr": lr, "weight_decay": weight_decay}
        super().__init__(params, settings | {"momentum": momentum})
        self.dtype = dtype
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.ndim != 2:
                    raise ValueError(
                        "Muon is for matrices, not for a parameter of shape "
                        f"{tuple(parameter.shape)}"
                    )

    @torch.no_grad()
    def step(  # type: ignore[override]
        self, closure: Callable[[], Tensor] | None = None
    ) -> Tensor | None:
        """Update every matrix that has a gradient.

        A `closure` computes the loss and the gradients first; its loss is
        returned.
        """
        with torch.enable_grad():
            loss = None if closure is None else closure()
        for group in self.param_groups:
            lr, momentum = group["lr"], group["momentum"]
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                if not state:
                    state["momentum_buffer"] = torch.zeros_like(w)
                m = state["momentum_buffer"].lerp_(w.grad, 1 - momentum)
                dtype = self.dtype or fastest_dtype(w.device.type)
                update = orthogonalise(w.grad.lerp(m, momentum), dtype)
                w.mul_(1 - lr * group["weight_decay"])
                longer = math.sqrt(max(1, w.shape[0] / w.shape[1]))
                w.add_(update, alpha=-lr * longer)
        return loss
