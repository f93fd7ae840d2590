"""What becomes of a finished model: it learns a style, and one fact changes.

Two stages of `assemble`, chapters 12 and 13 on a model of one's own. Both work
on copies.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, NamedTuple, cast

import torch

from minillm import batches, tasks, training
from minillm.corpus import BOS
from minillm.editing import (
    fact_probe,
    memory,
    rank_one,
    target_value,
)
from minillm.edits import keys, moment_of
from minillm.finetuning import freeze
from minillm.language_model import LanguageModel
from minillm.tasks import IGNORE
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer
from minillm.tuning import lora, merged
from minillm.yardstick import bits_per_byte

ADAPTED = ("qkv", "out", "up", "down")
# With norms in front of them, single layers have little to say: the search for
# a value goes further than in a gazette, where facts are all that was learned.
SEARCH: dict[str, Any] = {
    "n_steps": 60,
    "lr": 0.5,
    "decay": 0.002,
    "clamp": 16.0,
}


class Changed(NamedTuple):
    """A model that was changed, and numbers of it: before, after."""

    model: LanguageModel
    numbers: dict[str, tuple[float, float]]


def adapt(
    model: LanguageModel,
    style: Sequence[str],
    held_out: Sequence[str],
    old: Sequence[str],
    n_steps: int = 40,
    r: int = 4,
    lr: float = 3e-3,
) -> Changed:
    """Teach a copy of a model the style of some texts, by updates of rank r.

    The numbers are bits per byte of `held_out` texts in that style ("new")
    and of `old` ones, which it knew before.
    """
    net = cast(Transformer, deepcopy(model.net))
    lora(net, ADAPTED, r, 2 * r, torch.Generator().manual_seed(0))
    trained = freeze(net, ["A", "B"])
    stream = batches.encode(model.vocabulary, style)
    windows = batches.Windows(stream, 8, net.context, 0)
    optimizer = torch.optim.AdamW(trained, lr=lr, weight_decay=0.0)
    net.train()
    for step in range(n_steps):
        task = tasks.causal(windows.batch(step))
        targets = task.targets.masked_fill(task.targets == BOS, IGNORE)
        loss = training.cross_entropy(net(task.ids)[0], targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    merged(net)
    changed = LanguageModel(net.eval(), model.vocabulary)
    numbers = {
        name: (bits_per_byte(model, texts), bits_per_byte(changed, texts))
        for name, texts in (("new", held_out), ("old", old))
    }
    return Changed(changed, numbers)


def edit(
    model: LanguageModel, prompt: str, new: str, texts: Sequence[str]
) -> Changed:
    """A copy of a model that says `new` behind a prompt: one matrix changes
    by a matrix of rank one.

    The numbers are the probability of `new` there ("says"), and the bits per
    byte of `texts`, out of which the keys in use are taken, too ("others").
    """
    net = cast(Transformer, deepcopy(model.net))
    vocabulary = cast(Tokenizer, model.vocabulary)
    layer = len(net.blocks) // 2
    start = [BOS, *vocabulary.encode(prompt).tolist()]
    end = vocabulary.encode(" " + new).tolist()
    ids, place = torch.tensor([start + end]), len(start) - 1
    targets = torch.full_like(ids, IGNORE)
    targets[0, place : place + len(end)] = torch.tensor(end)
    places = torch.tensor([place])
    v = target_value(net, layer, ids, places, targets, **SEARCH)
    down = memory(net, layer)
    if down.bias is not None:
        v = v - down.bias.detach()
    k = keys(net, layer, ids)[0, place]
    rows = [[BOS, *vocabulary.encode(text).tolist()] for text in texts]
    some = [torch.tensor(row[: net.context]) for row in rows]
    C = moment_of(net, layer, some)
    with torch.no_grad():
        down.weight.copy_(rank_one(down.weight.detach(), k, v, C))
    changed = LanguageModel(net, vocabulary)

    def says(network: Any) -> float:
        return float(fact_probe(network, vocabulary, [prompt], [new])[0].exp())

    others = bits_per_byte(model, texts), bits_per_byte(changed, texts)
    return Changed(
        changed, {"says": (says(model.net), says(net)), "others": others}
    )
