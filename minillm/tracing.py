"""Where a network keeps a fact: noise on the subject, states restored."""

from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from minillm.corpus import EOS
from minillm.editing import restore
from minillm.gazette import Fact, Told
from minillm.network import evaluating


class Trace(NamedTuple):
    """What restoring single states brings back of an answer's probability."""

    clean: float
    corrupted: float
    restored: Tensor  # (L, T)


def subject_span(told: Told, prompt: str, subject: str) -> tuple[int, int]:
    """The first token of the last mention of a subject, and the one behind
    it, counted with `BOS` in front. Raises `ValueError` where it is not named.
    """
    at = prompt.rfind(subject)
    if at < 0:
        raise ValueError(f"{prompt!r} does not name {subject!r}")
    # Counted in bytes: a token may end within a letter.
    tokens = told.tokenizer.tokens
    ids = told.tokenizer.encode(prompt).tolist()
    ends = list(accumulate(len(tokens[i]) for i in ids))
    start = len(prompt[:at].encode())
    first = next(i for i, end in enumerate(ends) if end > start)
    end_of_name = start + len(subject.encode())
    last = next(i for i, end in enumerate(ends) if end >= end_of_name)
    return first + 1, last + 2


def trace(
    told: Told,
    fact: Fact,
    prompt: str,
    noise: Tensor,
    part: str | None = None,
    window: int = 1,
) -> Trace:
    """Restore every state of a prompt, one at a time, or `window` layers
    around it; what counts is the probability of the object's first token.

    `noise` (S, N, C) has at least as many rows N as the subject has tokens.
    """
    ids = told.ids(prompt)
    answer = int(told.tokenizer.encode(" " + fact.object)[0])
    span = subject_span(told, prompt, fact.subject)
    noise = noise[:, : span[1] - span[0]]
    L, T = told.net.config.n_layers, len(ids)

    def p(layers: range, token: int) -> float:
        cells = [(layer, token) for layer in layers]
        result = restore(told.net, ids, span, noise, cells, part)
        return float(result[answer])

    restored = torch.zeros(L, T)
    for layer in range(L):
        low = max(0, layer - window // 2)
        near = range(low, min(L, layer + (window + 1) // 2))
        for token in range(T):
            # Tokens in front of the subject are clean in every run.
            behind = token >= span[0]
            restored[layer, token] = p(near if behind else range(0), token)
    with torch.inference_mode():
        clean = float(told.net(ids[None])[0][0, -1].softmax(-1)[answer])
    return Trace(clean, p(range(0), 0), restored)


def draw_noise(told: Told, S: int = 10, N: int = 8, seed: int = 0) -> Tensor:
    """Noise (S, N, C), three standard deviations of what the embedding gives
    for the people's names.
    """
    names = [told.ids(person)[1:] for person in told.gazette.people]
    ids = pad_sequence(names, batch_first=True, padding_value=EOS)
    with evaluating(told.net), torch.inference_mode():
        found: list[Tensor] = []
        handle = told.net.embedding.register_forward_hook(
            lambda module, given, x: found.append(x)
        )
        told.net(ids)
        handle.remove()
    known = [x[: len(n)] for x, n in zip(found[0], names, strict=True)]
    spread = 3 * float(torch.cat(known).std())
    generator = torch.Generator().manual_seed(seed)
    size = (S, N, told.net.config.width)
    return spread * torch.randn(size, generator=generator)
