"""Edits of the gazette's model: where to write, what to write.

A `Request` says which fact should change. An edit is a dictionary of weights
by name, which `edited` lends a network for a while; so undoing it is exact.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from random import Random
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from minillm.corpus import EOS
from minillm.editing import (
    memit,
    memory,
    rank_one,
    second_moment,
    target_value,
)
from minillm.gazette import Fact, Told
from minillm.network import evaluating
from minillm.tasks import IGNORE
from minillm.tracing import subject_span
from minillm.transformer import Transformer

Site = Literal["subject", "last"]  # the last token of the subject, or of all
Edit = dict[str, Tensor]  # new weights by their names


class Request(NamedTuple):
    """A fact, and what its object should be."""

    fact: Fact
    new: str


class Rows(NamedTuple):
    """Texts that should come true: `target_value` says what each part is."""

    ids: Tensor  # (B, T)
    places: Tensor  # (B,)
    targets: Tensor  # (B, T)


def rows(
    told: Told, asked: Sequence[tuple[str, str, str]], site: Site
) -> Rows:
    """Prompts, objects and subjects as texts with a place to write at."""
    texts, places, targets = [], [], []
    for prompt, answer, subject in asked:
        start = told.ids(prompt)
        end = torch.from_numpy(told.tokenizer.encode(" " + answer))
        span = subject_span(told, prompt, subject)
        texts.append(torch.cat((start, end)))
        places.append(span[1] - 1 if site == "subject" else len(start) - 1)
        silent = torch.full((len(start) - 1,), IGNORE)
        targets.append(torch.cat((silent, end, torch.tensor([IGNORE]))))
    return Rows(
        pad_sequence(texts, batch_first=True, padding_value=EOS),
        torch.tensor(places),
        pad_sequence(targets, batch_first=True, padding_value=IGNORE),
    )


def prefixes(told: Told, request: Request, n: int) -> list[str]:
    """Sentences about other people that name neither object, to go in front
    of a prompt; the first is empty.
    """
    fact, new = request
    random = Random(f"prefixes {fact.subject} {fact.relation}").random
    found = [""]
    while len(found) < n:
        other = told.gazette.facts[int(random() * len(told.gazette.facts))]
        sentence = other.sentence(other.told[0])
        if not any(x in sentence for x in (fact.subject, fact.object, new)):
            found.append(sentence + " ")
    return found


def wanted_texts(
    told: Told, request: Request, n: int = 5
) -> list[tuple[str, str, str]]:
    """The plainest prompt of a request behind `n` prefixes, the object that
    it should get, and the subject.
    """
    fact, new = request
    front = prefixes(told, request, n)
    return [(x + fact.told[0], new, fact.subject) for x in front]


def request_rows(told: Told, request: Request, site: Site) -> Rows:
    """What should come true where a request is granted."""
    return rows(told, wanted_texts(told, request), site)


def weight_name(layer: int) -> str:
    """The name of a layer's memory."""
    return f"blocks.{layer}.feed_forward.down.weight"


class ReachedError(Exception):
    """A run is stopped: the layer that was asked for has been reached."""


def keys(net: Transformer, layer: int, ids: Tensor) -> Tensor:
    """What a layer's memory is asked (B, T, n) for texts `ids` (B, T)."""
    found: list[Tensor] = []

    def look(module: torch.nn.Module, given: Any, x: Tensor) -> None:
        found.append(given[0])
        raise ReachedError  # of a large model, the layers above cost much

    handle = memory(net, layer).register_forward_hook(look)
    try:
        with evaluating(net), torch.inference_mode(), suppress(ReachedError):
            net(ids)
    finally:
        handle.remove()
    return found[0].clone()


def moment(told: Told, layer: int, n: int = 400) -> Tensor:
    """The second moment (n, n) of a layer's keys in `n` documents."""
    documents = told.gazette.documents(n, seed=5)
    return moment_of(told.net, layer, [told.ids(text) for text in documents])


def moment_of(
    net: Transformer, layer: int, texts: list[Tensor], ridge: float = 1e-4
) -> Tensor:
    """The second moment (n, n) of a layer's keys in texts, ids (T,) each.

    `ridge` times the mean of its diagonal is added to the diagonal: neurons
    that never speak would make it singular.
    """
    batches = []
    for start in range(0, len(texts), 50):
        some = texts[start : start + 50]
        ids = pad_sequence(some, batch_first=True, padding_value=EOS)
        lengths = torch.tensor([[len(text)] for text in some])
        mask = torch.arange(ids.shape[1]) < lengths
        batches.append((keys(net, layer, ids), mask))
    C = second_moment(batches)
    return C + ridge * C.diagonal().mean() * torch.eye(len(C))


def key_value(
    told: Told,
    request: Request,
    layer: int,
    site: Site,
    others: Sequence[Fact] = (),
    **settings: Any,
) -> tuple[Tensor, Tensor]:
    """The key k* (n,) of a request, the mean behind several prefixes, and the
    value v* (C,) to store there, without the layer's bias.

    `others` are facts with the same key that should stay true: where v* is
    sought, their objects are asked for, too.
    """
    k = mean_key(told, layer, request_rows(told, request, site))
    asked = wanted_texts(told, request)
    asked += [(f.told[0], f.object, f.subject) for f in others]
    v = target_value(told.net, layer, *rows(told, asked, site), **settings)
    bias = memory(told.net, layer).bias
    return k, v if bias is None else v - bias.detach()


def rome(
    told: Told,
    request: Request,
    layer: int,
    site: Site,
    C: Tensor,
    others: Sequence[Fact] = (),
    **settings: Any,
) -> Edit:
    """One fact, written into one layer's memory."""
    name = weight_name(layer)
    W = told.net.get_parameter(name).detach()
    k, v = key_value(told, request, layer, site, others, **settings)
    return {name: rank_one(W, k, v, C)}


def memit_edit(
    told: Told,
    requests: Sequence[Request],
    layers: Sequence[int],
    site: Site,
    moments: Mapping[int, Tensor],
    L: float,
) -> Edit:
    """Many facts at once, spread over several layers, first to last.

    Each layer writes its part of what the last one's value lacks: of three
    layers, the first writes a third, the second half of the rest, the last
    all that is left; in between the network is run again. Meng et al. 2023.
    """
    last = layers[-1]
    goals, texts = [], []
    for request in requests:
        asked = request_rows(told, request, site)
        texts.append(asked)
        goals.append(target_value(told.net, last, *asked))
    with evaluating(told.net), torch.inference_mode():
        # What a value adds to the stream is what it differs by from the old.
        goal = torch.stack(
            [
                state(told, last, x) + v - value(told, last, x)
                for x, v in zip(texts, goals, strict=True)
            ],
            dim=1,
        )
    edit: Edit = {}
    for i, layer in enumerate(layers):
        with edited(told, edit):
            now = torch.stack([state(told, last, x) for x in texts], dim=1)
            K = torch.stack([mean_key(told, layer, x) for x in texts], dim=1)
        W = told.net.get_parameter(weight_name(layer)).detach()
        R = (goal - now) / (len(layers) - i)
        edit[weight_name(layer)] = memit(W, K, W @ K + R, moments[layer], L)
    return edit


def mean_key(told: Told, layer: int, asked: Rows) -> Tensor:
    """The mean of the keys (n,) at the places of some texts."""
    found = keys(told.net, layer, asked.ids)
    return found[torch.arange(len(found)), asked.places].mean(0)


def state(told: Told, layer: int, asked: Rows) -> Tensor:
    """The mean of a block's output (C,) at the places of some texts."""
    return mean_output(told, told.net.blocks[layer], asked)


def value(told: Told, layer: int, asked: Rows) -> Tensor:
    """The mean of what a layer's memory gives (C,) at the places."""
    return mean_output(told, memory(told.net, layer), asked)


def mean_output(told: Told, module: torch.nn.Module, asked: Rows) -> Tensor:
    """The mean of what a module gives (C,) at the places of some texts."""
    found: list[Tensor] = []
    with evaluating(told.net), torch.inference_mode():
        handle = module.register_forward_hook(
            lambda module, given, x: found.append(x)
        )
        told.net(asked.ids)
        handle.remove()
    return found[0][torch.arange(len(asked.ids)), asked.places].mean(0).clone()


@contextmanager
def edited(told: Told, edit: Mapping[str, Tensor]) -> Iterator[Told]:
    """The model with some weights replaced; afterwards it has its own again,
    bit for bit. They are kept, and not computed back by a subtraction.
    """
    own = {name: told.net.get_parameter(name) for name in edit}
    kept = {name: weight.detach().clone() for name, weight in own.items()}
    try:
        with torch.no_grad():
            for name, weight in edit.items():
                own[name].copy_(weight)
        yield told
    finally:
        with torch.no_grad():
            for name, weight in kept.items():
                own[name].copy_(weight)
