"""What everything that learns has in common, whatever it is made of.

    logits, state = net(ids, state)

`ids` (B, T) are the next tokens of B texts and `state` is what the network
keeps of all tokens before them. `logits` (B, T, V) say what comes behind each
token. The returned state is given back with the tokens that follow, so that a
text can be read in pieces: keys and values for a Transformer (`KVCache`), a
hidden state for a recurrent network.

Whoever knows no more than this can train a network (`trainer`), score and
store it (`language_model`), and let it write (`generation`, `ngram.sample`).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

State = Any  # None, a tensor with B as its first axis, or a tuple of states


class Network(nn.Module):
    """A `torch.nn.Module` that predicts the next token.

    A subclass writes `forward` and `initial_state`; it is built from one
    dataclass, `config`, that has a `vocab_size`, so that a file can keep it
    and build it again: `type(net)(net.config)`.
    """

    config_class: ClassVar[type]  # the dataclass that it is built from
    config: Any

    @property
    def context(self) -> int | None:
        """Tokens of the longest text that it can read; None: any number."""
        return None

    def initial_state(self, B: int) -> State:
        """The state of `B` texts of which nothing has been read."""
        raise NotImplementedError

    def forward(
        self, ids: Tensor, state: State = None
    ) -> tuple[Tensor, State]:
        """Logits (B, T, V) behind each of the `ids` (B, T), and the state
        behind the last. Without a state the texts begin here.
        """
        raise NotImplementedError


def device_of(net: nn.Module) -> torch.device:
    """Where the weights are."""
    return next(net.parameters()).device


def map_state(f: Callable[[Tensor], Tensor], state: State) -> State:
    """The state with `f` of each of its tensors.

    >>> map_state(torch.numel, (torch.zeros(2, 3), None))
    (6, None)

    Raises `TypeError` on a state that is more than tensors in tuples.
    """
    if state is None:
        return None
    if isinstance(state, Tensor):
        return f(state)
    if isinstance(state, tuple):
        parts = [map_state(f, part) for part in state]
        named = hasattr(state, "_fields")
        return type(state)(*parts) if named else tuple(parts)
    raise TypeError(
        f"a state is a tensor, or states in a tuple, not {type(state)}"
    )


def tensors_of(state: State) -> list[Tensor]:
    """The tensors of a state, in order."""
    found: list[Tensor] = []
    map_state(lambda x: found.append(x) or x, state)  # type: ignore[func-returns-value]
    return found


def detach(state: State) -> State:
    """The same values, cut off from what made them: no gradient flows back.

    This is where back-propagation through time is truncated.
    """
    return map_state(Tensor.detach, state)


def select(state: State, rows: Tensor | slice) -> State:
    """The state of these rows of the batch, each as often as it is named."""
    return map_state(lambda x: x[rows], state)


def join(states: Sequence[State]) -> State:
    """The states of several batches as that of one, in the same order."""
    columns = zip(*(tensors_of(state) for state in states), strict=True)
    joined = iter([torch.cat(column) for column in columns])
    return map_state(lambda _: next(joined), states[0])


@contextmanager
def evaluating(net: nn.Module) -> Iterator[None]:
    """The network in evaluation mode, and then each part in its own again.

    A part that somebody has frozen (`part.eval()`) stays frozen: to call
    `net.train()` afterwards would switch its dropout back on.
    """
    in_training = [part for part in net.modules() if part.training]
    net.eval()
    try:
        yield
    finally:
        for part in in_training:
            part.training = True


@contextmanager
def drawing_from(generator: torch.Generator) -> Iterator[None]:
    """Within it, what torch draws by default is drawn from `generator`.

    Dropout, in whatever layer, takes no generator: it asks the default one of
    its device. That one is lent the state of `generator`, and then gets its
    own back: nobody else's random numbers change.
    """
    kind = generator.device.type
    if kind == "cuda":
        default = torch.cuda.default_generators[generator.device.index or 0]
    elif kind == "mps":
        default = torch.mps._get_default_mps_generator()
    else:
        default = torch.default_generator
    before = default.get_state()
    default.set_state(generator.get_state())
    try:
        yield
    finally:
        generator.set_state(default.get_state())
        default.set_state(before)
