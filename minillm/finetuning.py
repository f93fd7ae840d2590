"""Teaching a trained network a task while most of its weights stay as they
are, in plain functions and one layer.

`tuning` puts these ideas into a whole Transformer of any row; `adapters`
keeps in a file what was trained; `chat` makes the questions and answers.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.attention import scaled_dot_product_attention
from minillm.losses import cross_entropy


class LoRA(nn.Module):
    """A frozen linear layer W, and beside it a trained update of rank r:

        y = W x + bias + (alpha / r) B A x

    `A` (r, in) is drawn from a normal distribution of variance 1 / in, with
    the generator; `B` (out, r) begins at 0, so that the layer begins as the
    one it was. The parameters of `linear` are frozen. Hu et al. 2021, 4.1.
    """

    def __init__(
        self,
        linear: nn.Linear,
        r: int,
        alpha: float,
        generator: torch.Generator | None = None,
    ):
        """Raises `ValueError` on a rank that is no whole number from 1 to the
        smaller side of the weight.
        """
        super().__init__()
        out, n = linear.weight.shape
        if type(r) is not int or not 1 <= r <= min(out, n):
            raise ValueError(
                f"the rank is from 1 to {min(out, n)} for a matrix of {out} "
                f"by {n}, not {r!r}"
            )
        self.linear = linear.requires_grad_(False)
        self.scale = alpha / r
        A = torch.randn(r, n, generator=generator) / math.sqrt(n)
        self.A = nn.Parameter(A.to(linear.weight))
        self.B = nn.Parameter(linear.weight.new_zeros(out, r))
        self.before: Tensor | None = None  # the weight, while it is merged

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out); merged, it is the linear layer alone."""
        y = self.linear(x)
        if self.before is not None:
            return y
        # From the right: B A as a matrix would be as large as W.
        return y + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merge(self) -> None:
        """Add the update to the weight, in place, and keep a copy of the old
        weight; merged already, change nothing.
        """
        if self.before is None:
            before = self.linear.weight.clone()
            self.linear.weight += self.scale * (self.B @ self.A)
            self.before = before

    @torch.no_grad()
    def unmerge(self) -> None:
        """Bring the old weight back, in place and to the last bit; not
        merged, change nothing.
        """
        if self.before is not None:
            self.linear.weight.copy_(self.before)
            self.before = None


def freeze(net: nn.Module, names: Sequence[str]) -> list[nn.Parameter]:
    """Leave only some parameters of a network to be trained: those whose
    dotted name has one of `names` in it, as whole parts.

    "out" and "attention.out" have "blocks.0.attention.out.weight" trained,
    but not "dropout.weight". `requires_grad` becomes True for them and False
    for all others. Returns them in the order of `net.named_parameters()`.
    Raises `ValueError`, before anything is changed, where a name matches no
    parameter.
    """
    chosen: dict[str, nn.Parameter] = {}
    parameters = dict(net.named_parameters())
    for name in names:
        found = {
            path: parameter
            for path, parameter in parameters.items()
            if f".{name}." in f".{path}."
        }
        if not found:
            raise ValueError(
                f"no parameter has {name!r} in its name: there are "
                f"{', '.join(list(parameters)[:8])} and so on"
            )
        chosen |= found
    for path, parameter in parameters.items():
        parameter.requires_grad_(path in chosen)
    return [p for path, p in parameters.items() if path in chosen]


def count(net: nn.Module) -> tuple[int, int, int]:
    """Numbers to be trained, all numbers, and bytes that AdamW remembers.

    A parameter that two parts share counts once; buffers don't count. AdamW
    keeps two numbers of the parameter's own type for each that is trained.
    """
    parameters = list(net.parameters())
    trained = [p for p in parameters if p.requires_grad]
    return (
        sum(p.numel() for p in trained),
        sum(p.numel() for p in parameters),
        sum(2 * p.numel() * p.element_size() for p in trained),
    )


def adapter(h: Tensor, down: nn.Linear, up: nn.Linear) -> Tensor:
    """A narrow layer beside the skip: h + up(relu(down(h))).

    `h` (..., C) gives (..., C); `down` leads from C to m channels, `up` back.
    With `up` at 0 nothing changes. Houlsby et al. 2019, 2.1.
    """
    return h + up(down(h).clamp(min=0))


def with_prompt(
    x: Tensor, prompt: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Trained vectors in front of a batch of texts.

    x          (B, T, C)  vectors of tokens; padding may stand anywhere
    prompt     (m, C)     the same for each text; m may be 0
    mask       (B, T)     of bool, True at real tokens

    Returns the vectors (B, m + T, C) in the type of x, the mask (B, m + T) of
    bool, and the positions (B, m + T) of int64: the prompt has 0 to m - 1, the
    real tokens go on counting from m, and padding is not counted: it has the
    position of the real token (or prompt vector) before it, and 0 where there
    is none.
    Lester et al. 2021, section 2.
    """
    B, m = len(x), len(prompt)
    x = torch.cat((prompt.to(x).expand(B, -1, -1), x), dim=1)
    mask = torch.cat((mask.new_ones(B, m), mask), dim=1)
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return x, mask, positions


def with_prefix(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    prefix_k: Tensor,
    prefix_v: Tensor,
    bias: Tensor | None = None,
) -> Tensor:
    """Attention to trained keys and values in front of those of the text.

    Queries (B, H, T, D) and keys and values (B, H_kv, S, D) give (B, H, T, D);
    H_kv divides H, and consecutive query heads share a key head. `prefix_k`
    and `prefix_v` (H_kv, m, D) are the same for each text. `bias` broadcasts
    to the scores (B, H, T, S) of the text; the prefix has a bias of 0, so
    that every token sees it. Li and Liang 2021, 4.2.
    """
    B, m, shared = len(q), prefix_k.shape[1], q.shape[1] // k.shape[1]
    k = torch.cat((prefix_k.expand(B, -1, -1, -1), k), dim=2)
    v = torch.cat((prefix_v.expand(B, -1, -1, -1), v), dim=2)
    k, v = (heads.repeat_interleave(shared, dim=1) for heads in (k, v))
    if bias is not None:
        S = k.shape[2] - m
        bias = F.pad(bias.expand(*bias.shape[:-1], S), (m, 0))
    return scaled_dot_product_attention(q, k, v, bias)


def question_and_answer(
    question: Sequence[int], answer: Sequence[int], bos: int, eos: int
) -> tuple[list[int], list[int], list[bool]]:
    """What a model reads, what it should say next, and where that counts.

    The text is `bos`, the question, the answer, `eos`; all but its last token
    are read, all but its first are predicted. The loss counts where a token
    of the answer or `eos` is predicted: a model that never learns to end an
    answer never ends one. Raises `ValueError` on an empty answer.
    """
    if not len(answer):
        raise ValueError("an answer has a token or more")
    text = [bos, *question, *answer, eos]
    counts = [False] * len(question) + [True] * (len(answer) + 1)
    return text[:-1], text[1:], counts


def answer_loss(logits: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    """The mean surprise at the targets where `mask` is True, in nats.

    `logits` (B, T, V), `targets` (B, T) and `mask` (B, T) give a scalar; each
    target that counts has the same weight, in whatever text. Logits and
    targets where nothing counts may be anything. Raises `ValueError` where
    nothing counts at all.
    """
    if not mask.any():
        raise ValueError(
            "no target counts: was the answer cut off with the end of a text?"
        )
    # Selected, not multiplied by 0: 0 times infinity is NaN.
    return cross_entropy(logits[mask], targets[mask])


def dpo_loss(
    chosen: Tensor,
    rejected: Tensor,
    reference_chosen: Tensor,
    reference_rejected: Tensor,
    beta: float = 0.1,
) -> Tensor:
    """Direct preference optimisation, for pairs of answers.

    All four are log-probabilities (B,) of whole answers, in nats: of the
    model that is trained, and of a frozen one. With the margin
    beta ((chosen - reference) - (rejected - reference)) the loss is the mean
    of -log sigmoid(margin); it is ln 2 where both models are the same.
    Rafailov et al. 2023, eq. 7.
    """
    gain = chosen - reference_chosen
    margin = beta * (gain - (rejected - reference_rejected))
    return -F.logsigmoid(margin).mean()
