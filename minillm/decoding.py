"""From logits to the next token: what to keep of them, and how to draw.

Every function here takes logits (B, V), one row per text. What may not come
next gets the logit minus infinity; the others stay as they are, and the
softmax of a draw divides the whole among them.
"""

import math
from contextlib import suppress
from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Tensor

COLDEST = 1e-6  # a temperature below is 0: logits over it would overflow


def greedy(logits: Tensor) -> Tensor:
    """The most likely id (B,) of each row of `logits` (B, V).

    Of equals it is the smallest id. Raises `ValueError` as `check_logits`
    does: the largest of numbers with a NaN among them is that NaN.

    >>> greedy(torch.tensor([[1.0, 3.0, 3.0]]))
    tensor([1])
    """
    check_logits(logits)
    return logits.argmax(dim=-1)


def check_logits(logits: Tensor) -> None:
    """Raise `ValueError` on a row of `logits` (B, V) that has no distribution:
    nothing but minus infinity, or an infinity or NaN.
    """
    if not logits.is_floating_point():
        raise ValueError(f"logits are floats, not {logits.dtype}")
    best = logits.amax(dim=-1)
    if not best.isfinite().all():
        row = int((~best.isfinite()).nonzero()[0])
        raise ValueError(
            f"the best logit of row {row} is {float(best[row])}: "
            "there is no distribution to choose from"
        )


def check_generator(generator: torch.Generator | None) -> None:
    """Raise `ValueError` unless it is a generator or None."""
    if not isinstance(generator, torch.Generator | None):
        raise ValueError(
            f"a generator is a torch.Generator, not {generator!r}; "
            f"torch.Generator().manual_seed(42) makes one"
        )


def draw(logits: Tensor, generator: torch.Generator) -> Tensor:
    """Draw an id (B,) from the softmax of each row of `logits` (B, V).

    The generator is of the logits' device. Raises `ValueError` as
    `check_logits` does. To draw a whole text from any model there is
    `ngram.sample`, and `generate` for networks, faster.
    """
    check_logits(logits)
    p = logits.float().softmax(dim=-1)
    return torch.multinomial(p, 1, generator=generator)[:, 0]


def temperature(logits: Tensor, tau: float) -> Tensor:
    """The logits (B, V) divided by a temperature.

    Below 1 the likely gets likelier, above 1 the distribution gets flatter.
    At 0, and below a millionth, only the greedy choice is left. Raises
    `ValueError` on a temperature that is negative or not finite.
    """
    if not is_number(tau) or not 0 <= tau < math.inf:
        raise ValueError(f"a temperature is finite and 0 or more, not {tau!r}")
    # A quotient could overflow, and at 0 there is none: the limit is greedy.
    if tau < COLDEST:
        best = greedy(logits)[:, None]
        only = torch.full_like(logits, -math.inf)
        return only.scatter(-1, best, logits.gather(-1, best))
    return logits / tau


def top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the `k` best of each row of `logits` (B, V).

    All that equal the k-th best stay, so there can be more than `k`. Where
    `k` is V or more, all stay. Raises `ValueError` on a `k` below 1. Fan et
    al. 2018.
    """
    if type(k) is not int or k < 1:
        raise ValueError(f"top-k keeps 1 token or more, not {k!r}")
    # A threshold, so that equals are treated alike, however they are sorted.
    kth = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < kth, -math.inf)


def top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the smallest set of each row of `logits` (B, V) that reaches `p`.

    Its probabilities sum to `p` or more, the token that crosses `p` is in it;
    one token always is. With `p` = 1 all stay. Raises `ValueError` on a `p`
    outside 0 to 1. Holtzman et al. 2020, eq. 2.
    """
    check_share("top-p", p)
    if p == 1:
        return logits
    # The worst first, and of equals the smaller ids: those go first, too.
    ordered, ids = logits.sort(dim=-1, stable=True)
    # A token goes where it and all worse ones hold 1 - p at most: then the
    # better ones reach p without it. Small numbers are summed first.
    # In float32 at least: sums of thousands of small numbers need its digits.
    shares = ordered.softmax(dim=-1, dtype=wide(logits.dtype))
    drop = shares.cumsum(dim=-1) <= 1 - p
    drop[..., -1] = False
    return logits.masked_fill(drop.scatter(-1, ids, drop), -math.inf)


def min_p(logits: Tensor, p: float) -> Tensor:
    """Keep what is at least `p` times as likely as the best of its row.

    `logits` are (B, V). With `p` = 0 all stay. Raises `ValueError` on a `p`
    outside 0 to 1. Nguyen et al. 2024, eq. 1.
    """
    check_share("min-p", p)
    if p == 0:
        return logits
    probabilities = logits.softmax(dim=-1, dtype=wide(logits.dtype))
    least = p * probabilities.amax(dim=-1, keepdim=True)
    return logits.masked_fill(probabilities < least, -math.inf)


def repetition_penalty(
    logits: Tensor, ids: Tensor, penalty: float, mask: Tensor | None = None
) -> Tensor:
    """Make the tokens less likely that have been there before.

    Of the `ids` (B, T) that each row of `logits` (B, V) follows, the positive
    logits are divided by the penalty, the negative ones multiplied: once, no
    matter how often an id was there. `mask` (B, T) is True at real tokens;
    padding was not there. Raises `ValueError` on a penalty that is not above
    0. Keskar et al. 2019, 4.1, and for negative logits the common practice.
    """
    if not is_number(penalty) or not 0 < penalty < math.inf:
        raise ValueError(f"a penalty is finite and above 0, not {penalty!r}")
    if penalty == 1:
        return logits
    B, V = logits.shape
    if mask is not None:
        ids = ids.masked_fill(~mask, V)  # a column that is cut off again
    seen = torch.zeros(B, V + 1, dtype=torch.bool, device=logits.device)
    seen = seen.scatter(1, ids, True)[:, :V]
    # To divide a negative logit would make its token likelier.
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


def wide(dtype: torch.dtype) -> torch.dtype:
    """Float64 stays, all else is computed in float32."""
    return torch.float64 if dtype == torch.float64 else torch.float32


def check_share(name: str, p: float) -> None:
    """Raise `ValueError` unless `p` is from 0 to 1."""
    if not is_number(p) or not 0 <= p <= 1:
        raise ValueError(f"the p of {name} is from 0 to 1, not {p!r}")


def is_number(x: Any) -> bool:
    """Whether it is a plain number, no text and no truth value."""
    return isinstance(x, Real) and not isinstance(x, bool)


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen; as it stands, from the model's own
    distribution.

    The steps come in the order of these settings, which is also that of the
    package `transformers`: penalty, temperature, top-k, top-p, min-p, draw. A
    temperature of 0 is greedy decoding. Raises `ValueError` on a setting that
    its function refuses.
    """

    repetition_penalty: float = 1.0
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    min_p: float = 0.0

    def __post_init__(self) -> None:
        one = torch.zeros(1, 1, dtype=torch.float32)
        # In a class's wheel the rules have no body: students write them.
        with suppress(NotImplementedError):
            self.filter(one, one.long())

    def filter(
        self, logits: Tensor, ids: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """What of `logits` (B, V) is left behind `ids` (B, T), real where
        `mask` (B, T) is True.
        """
        logits = repetition_penalty(logits, ids, self.repetition_penalty, mask)
        logits = temperature(logits, self.temperature)
        if self.top_k is not None:
            logits = top_k(logits, self.top_k)
        return min_p(top_p(logits, self.top_p), self.min_p)

    def choose(
        self,
        logits: Tensor,
        ids: Tensor,
        mask: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """The next id (B,) of each row; arguments as those of `filter`.

        Raises `ValueError` where there is a draw and no generator for it.
        """
        if self.temperature < COLDEST:
            return greedy(
                repetition_penalty(logits, ids, self.repetition_penalty, mask)
            )
        if generator is None:
            raise ValueError(
                f"a draw at temperature {self.temperature} needs a generator"
            )
        return draw(self.filter(logits, ids, mask), generator)


GREEDY = Sampling(temperature=0.0)
