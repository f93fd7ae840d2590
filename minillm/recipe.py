"""The settings of a training run."""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Recipe:
    """All that decides what a run does to the weights, but for the data and
    the objective.

    Raises `ValueError` on a setting that does not exist or makes no sense: a
    run of hours should not begin with one.
    """

    n_steps: int
    n_warmup: int = 100  # steps
    lr: float = 1e-3  # peak rate of AdamW
    matrix_lr: float = 0.02  # peak rate of Muon
    floor: float = 0.1  # the last rate, as a share of the peak
    optimizer: Literal["adamw", "muon"] = "adamw"
    weight_decay: float = 0.1
    betas: tuple[float, float] = (0.9, 0.95)
    clip: float | None = 1.0  # largest norm of the gradient; None: any
    n_parts: int = 1  # of a batch, worked through one after the other
    dtype: Literal["float32", "bfloat16"] = "float32"  # of matrix products
    compile: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("n_steps", 1), ("n_warmup", 0), ("n_parts", 1)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ValueError(
                    f"{name} is a whole number from {least} on, not {value!r}"
                )
        if type(self.seed) is not int:
            raise ValueError(f"seed is a whole number, not {self.seed!r}")
        for name in ("lr", "matrix_lr", "weight_decay"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(
                    f"{name} is 0 or more, not {getattr(self, name)!r}"
                )
        if not 0 <= self.floor <= 1:
            raise ValueError(
                f"floor is a share of the peak, 0 to 1, not {self.floor!r}"
            )
        if len(self.betas) != 2 or not all(0 <= b < 1 for b in self.betas):
            raise ValueError(f"betas lie in [0, 1), not {self.betas}")
        if self.clip is not None and not self.clip > 0:
            raise ValueError(
                f"clip is the largest norm of the gradient, above 0, not "
                f"{self.clip!r}; None clips nothing"
            )
        for name, choices in (
            ("optimizer", ("adamw", "muon")),
            ("dtype", ("float32", "bfloat16")),
            ("compile", (True, False)),
        ):
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} is one of {choices}, not {getattr(self, name)!r}"
                )
