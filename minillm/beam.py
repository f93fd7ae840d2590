"""Beam search: the texts that a model finds most likely, nearly."""

import math
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from minillm.arguments import check_row, check_token
from minillm.corpus import EOS
from minillm.decoding import check_logits
from minillm.generation import open_reader
from minillm.network import Network, evaluating
from minillm.reader import Ids


class Hypothesis(NamedTuple):
    """A text that a search has found."""

    score: float  # its log-probability in nats over the length penalty
    ids: np.ndarray  # its new tokens (T,), without `EOS`


def length_penalty(
    n_tokens: int, alpha: float, kind: Literal["power", "gnmt"] = "power"
) -> float:
    """What a log-probability of `n_tokens` tokens is divided by.

    power   n^alpha: with alpha = 1 the mean per token
    gnmt    ((5 + n) / 6)^alpha: Wu et al. 2016, eq. 14

    A sum of log-probabilities falls with each token. With alpha = 0 short
    texts win, the larger alpha is, the longer ones. Raises `ValueError` on
    another kind.
    """
    if kind == "power":
        return n_tokens**alpha
    if kind == "gnmt":
        return ((5 + n_tokens) / 6) ** alpha
    raise ValueError(f"the penalty is 'power' or 'gnmt', not {kind!r}")


class Beams(NamedTuple):
    """Texts that each continue an older beam by one token, the best first."""

    scores: Tensor  # log-probabilities (W,) in nats
    rows: Tensor  # the older beams (W,)
    ids: Tensor  # the new tokens (W,)


def continuations(log_probs: Tensor, scores: Tensor, n: int) -> Beams:
    """The `n` best ways to continue beams, fewer where there are no more.

    `scores` (W,) are the beams' log-probabilities so far, `log_probs` (W, V)
    those of each next token, all in nats.
    """
    # Flat, so that beams compete: a good one may go on twice, a bad one ends.
    sums = (log_probs + scores[:, None]).flatten()
    best = sums.topk(min(n, len(sums)))
    V = log_probs.shape[1]
    return Beams(best.values, best.indices // V, best.indices % V)


@dataclass
class Search:
    """What a beam search looks for, and what it has found.

    It keeps the `width` best finished texts, of at most `longest` tokens.
    Once there are so many, `early_stopping` decides when the search is over:

    True     at once
    False    when the best beam, ended here, would not be among them
    "never"  when it would not with any length, as the penalty of the longest
             is taken (with alpha above 0)

    The names are those of `transformers`. Raises `ValueError` on a `width`
    below 1, on an alpha that is not finite and on another `early_stopping` or
    penalty.
    """

    width: int
    longest: int
    alpha: float = 1.0
    penalty: Literal["power", "gnmt"] = "power"
    early_stopping: bool | Literal["never"] = False
    finished: list[Hypothesis] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not math.isfinite(self.alpha):
            raise ValueError(f"alpha is a finite number, not {self.alpha}")
        length_penalty(1, self.alpha, self.penalty)
        if type(self.width) is not int or self.width < 1:
            raise ValueError(f"a search has 1 beam or more, not {self.width}")
        if self.early_stopping not in (True, False, "never"):
            raise ValueError(
                "early_stopping is True, False or 'never', "
                f"not {self.early_stopping!r}"
            )
        if self.width == 1:  # greedy decoding, over with its first `EOS`
            self.early_stopping = True

    def score(self, log_prob: Tensor, n_tokens: int) -> float:
        """A log-probability () over the penalty for its length."""
        divisor = length_penalty(n_tokens, self.alpha, self.penalty)
        return float(log_prob / divisor)

    def add(self, score: float, ids: Tensor) -> None:
        """A text (T,) is finished; it is kept if it is among the best."""
        self.finished.append(Hypothesis(score, ids.cpu().numpy()))
        # Stable: of equals the one that was found first stays in front.
        self.finished.sort(key=lambda found: -found.score)
        del self.finished[self.width :]

    def is_over(self, best: Tensor, n_tokens: int) -> bool:
        """Whether beams of `n_tokens` need not go on, the best of them with
        the log-probability `best` ().
        """
        if len(self.finished) < self.width or self.early_stopping is True:
            return len(self.finished) == self.width
        # A sum only falls, but a longer text is divided by more: no beam can
        # do better than to keep its present sum up to the longest length.
        if self.early_stopping == "never" and self.alpha > 0:
            n_tokens = self.longest
        return self.score(best, n_tokens) <= self.finished[-1].score

    def part(self, beams: Beams, texts: Tensor, eos: int | None) -> Beams:
        """Keep what has ended among the first `width`; the best that go on.

        `texts` (W, T) are the new tokens of the beams so far.
        """
        n_tokens = texts.shape[1] + 1
        # -1 is no token: without `eos`, none ends a text.
        ended = beams.ids == (-1 if eos is None else eos)
        at_end = n_tokens == self.longest
        # Only the first `width`: an end that is worse than so many beams would
        # not have been among them, and must not end the search.
        for i in range(min(self.width, len(ended))):
            if ended[i] or at_end:
                text = texts[beams.rows[i]]
                if not ended[i]:
                    text = torch.cat((text, beams.ids[i : i + 1]))
                self.add(self.score(beams.scores[i], n_tokens), text)
        going = (~ended & (not at_end)).nonzero()[: self.width, 0]
        return Beams(*(x[going] for x in beams))


@torch.inference_mode()
def beam_search(
    model: Network,
    prompt: Ids,
    width: int,
    max_new_tokens: int | None = None,
    *,
    alpha: float = 1.0,
    penalty: Literal["power", "gnmt"] = "power",
    early_stopping: bool | Literal["never"] = False,
    n_best: int = 1,
    eos: int | None = EOS,
    source: Ids | None = None,
) -> list[Hypothesis]:
    """Continue a prompt (T,) by the texts of the best scores, nearly.

    Each step continues all `width` beams by every token and keeps the `width`
    best sums of log-probabilities. A text that ends with `eos` among these,
    or that has `max_new_tokens`, is finished; its score is the sum over the
    `length_penalty` of all its new tokens, `eos` included. Returns the
    `n_best` finished texts, the best first; `Search` says how long they are
    searched for. With `width` 1 it is greedy decoding.

    Raises `ValueError` as `generate` does, without a new token to search for,
    and where `n_best` is not 1 to `width`. Graves 2012, algorithm 1; the
    details are those of `transformers`.
    """
    check_row("the prompt", prompt)
    check_token("eos", eos, model.config.vocab_size)
    sources = None if source is None else [source]
    reader = open_reader(model, [prompt], max_new_tokens, sources)
    if reader.room < 1:
        raise ValueError("max_new_tokens is 0: nothing to search for")
    search = Search(width, reader.room, alpha, penalty, early_stopping)
    if not 1 <= n_best <= width:
        raise ValueError(f"n_best is from 1 to {width}, not {n_best}")
    with evaluating(model):
        logits, scores = (
            reader.start(),
            # One beam to begin with: so many equal ones would stay equal.
            torch.zeros(1, device=reader.device, dtype=torch.float32),
        )
        for n_tokens in range(1, reader.room + 1):
            check_logits(logits)
            log_probs = logits.log_softmax(dim=-1)
            # Twice the beams: should a half end, enough of them go on.
            beams = continuations(log_probs, scores, 2 * width)
            beams = search.part(beams, reader.ids[:, len(prompt) :], eos)
            if not len(beams.ids) or search.is_over(beams.scores[0], n_tokens):
                break
            # What was read goes with the beam that read it.
            reader.reorder(beams.rows)
            logits, scores = reader.read(beams.ids), beams.scores
    return search.finished[:n_best]
