"""Other ways to change a fact: train, add a neuron, remember it elsewhere."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional as F

from minillm.editing import fact_probe, target_value
from minillm.edits import Edit, Request, mean_output, request_rows, value
from minillm.gazette import Told
from minillm.network import evaluating
from minillm.tasks import IGNORE
from minillm.transformer import Block


def fine_tune(
    told: Told,
    request: Request,
    names: Sequence[str] | None = None,
    lr: float = 1e-3,
    n_steps: int = 30,
    enough: float = 0.05,
) -> Edit:
    """The same request by gradient descent on weights: all, or those named.

    Adam, until the loss is `enough` nats per token or `n_steps` are taken.
    """
    asked = request_rows(told, request, "last")
    own = dict(told.net.named_parameters())
    names = list(own) if names is None else names
    weights = {name: own[name].detach().clone() for name in names}
    for weight in weights.values():
        weight.requires_grad_(True)
    optimizer = torch.optim.Adam(list(weights.values()), lr=lr)
    with evaluating(told.net):
        for _ in range(n_steps):
            logits, _state = torch.func.functional_call(
                told.net, weights, (asked.ids,)
            )
            loss = F.cross_entropy(
                logits.flatten(0, 1),
                asked.targets.flatten(),
                ignore_index=IGNORE,
            )
            if loss.item() < enough:
                break
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {name: weight.detach() for name, weight in weights.items()}


class Neuron(torch.nn.Module):
    """A feed-forward layer with one neuron more, for one mistake.

    It speaks where the layer's input x is nearly the one of the mistake,
    `at` (C,): from a cosine of `threshold` on it adds more and more of `d`
    (C,), half-way to a cosine of 1 all of it. After Huang et al. 2023, whose
    neuron is a row and a column of the layer's matrices, and is trained.
    """

    at: Tensor
    d: Tensor

    def __init__(
        self, layer: torch.nn.Module, at: Tensor, d: Tensor, threshold: float
    ):
        super().__init__()
        self.layer, self.threshold = layer, threshold
        self.register_buffer("at", F.normalize(at, dim=0))
        self.register_buffer("d", d)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, T, C)."""
        cosine = F.normalize(x, dim=-1) @ self.at
        strength = 2 * (cosine - self.threshold) / (1 - self.threshold)
        strength = strength.clamp(0, 1)
        return self.layer(x) + strength[..., None] * self.d


@contextmanager
def patched(
    told: Told, request: Request, threshold: float = 0.8
) -> Iterator[Told]:
    """The model with a neuron more in its last layer, for the last token of
    the request's prompt.
    """
    layer = told.net.config.n_layers - 1
    asked = request_rows(told, request, "last")
    d = target_value(told.net, layer, *asked) - value(told, layer, asked)
    block = cast(Block, told.net.blocks[layer])
    before = block.feed_forward
    at = mean_output(told, block.feed_forward_norm, asked)
    block.feed_forward = Neuron(before, at, d, threshold)  # type: ignore[assignment]
    try:
        yield told
    finally:
        block.feed_forward = before


class Memory:
    """Edits that stay outside: a list of requests and a rule of their scope.

    A prompt is in scope where it ends in a told or untold prompt of the
    request's fact, up to the relation's nearest prompt: the subject is named,
    and of all prompts of other people, with their names replaced, the one
    that shares most words with it is one of the same relation. In scope the
    new object is said, and elsewhere the network answers. After Mitchell et
    al. 2022, who train both the scope and a model for the answers.
    """

    def __init__(self, told: Told, requests: Sequence[Request]):
        self.told, self.requests = told, list(requests)
        self.examples: list[tuple[set[str], str]] = []
        for fact in told.gazette.facts:
            for prompt in fact.told:
                words = set(prompt.replace(fact.subject, "").split())
                self.examples.append((words, fact.relation))

    def relation(self, prompt: str, subject: str) -> str:
        """The relation that a prompt about a subject asks for."""
        words = set(prompt.replace(subject, "").split())

        def overlap(example: tuple[set[str], str]) -> float:
            return len(words & example[0]) / len(words | example[0])

        return max(self.examples, key=overlap)[1]

    def find(self, prompt: str) -> Request | None:
        """The last request in whose scope a prompt is."""
        for request in reversed(self.requests):
            subject = request.fact.subject
            if (
                subject in prompt.split()
                and self.relation(prompt, subject) == request.fact.relation
            ):
                return request
        return None

    def probe(
        self, prompts: Sequence[str], objects: Sequence[str]
    ) -> tuple[Tensor, Tensor]:
        """As `fact_probe`; in scope the new object has probability 1."""
        log_p, rank = fact_probe(
            self.told.net, self.told.tokenizer, prompts, objects
        )
        for i, (prompt, name) in enumerate(zip(prompts, objects, strict=True)):
            request = self.find(prompt)
            if request is not None:
                says = request.new == name
                log_p[i] = 0.0 if says else -math.inf
                rank[i] = 1 if says else 2
        return log_p, rank
