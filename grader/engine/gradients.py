"""Gradients that flow through a call to the other process.

The side that computed the results keeps their graph; on the other one stands an autograd function
whose backward pass asks for the gradients. Both sides compute and both ask: a check differentiates
a student's function, and a student's training step a function that a check passed in.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from grader.engine.torch_state import tensors, torch


class Peer(Protocol):
    """The other process."""

    def gradients(self, graph: int, ends: list[Any], again: bool) -> dict[str, Any]:
        """Gradients of what a call was given, from those of its results."""


@dataclass
class Graphs:
    """What calls were given and returned, for a later backward pass."""

    reaches_all: bool = False  # leaves that were not given get their gradients, too
    kept: list[tuple[list[Any], list[Any]]] = field(default_factory=list)

    def keep(self, value: Any, given: Any, modules: dict[int, Any]) -> dict[str, Any] | None:
        """Remember a call whose result has a gradient; says which of its tensors have one."""
        results = tensors(value)
        outputs = [t for t in results if t.requires_grad and t.grad_fn is not None]
        if not outputs:
            return None
        inputs = [t for t in tensors(given) if t.requires_grad and t.is_leaf]
        inputs += [p for module in modules.values() for p in module.parameters() if p.requires_grad]
        self.kept.append((inputs, outputs))
        places = [i for i, t in enumerate(results) if t.requires_grad and t.grad_fn is not None]
        return {"number": len(self.kept) - 1, "places": places, "modules": list(modules)}

    def backward(self, number: int, gradients: list[Any], again: bool) -> dict[str, Any]:
        """Gradients of the inputs of a call, None for one that played no part.

        `again`: they have a graph themselves, of the call's inputs and of `gradients`.
        """
        inputs, outputs = self.kept[number]
        pairs = [(o, g) for o, g in zip(outputs, gradients, strict=True) if g is not None]
        ends, weights = [o for o, _ in pairs], [g.requires_grad_(again) for _, g in pairs]
        if self.reaches_all or not inputs:
            return {"value": _reach_all(inputs, ends, weights)}
        found = torch().autograd.grad(
            ends, inputs, weights, retain_graph=True, create_graph=again, allow_unused=True
        )
        if not again:
            return {"value": list(found)}
        self.kept.append(([*inputs, *weights], [g for g in found if g is not None]))
        return {"value": list(found), "number": len(self.kept) - 1}


def _reach_all(inputs: list[Any], ends: list[Any], weights: list[Any]) -> list[Any]:
    """Gradients of `inputs`; those of all other leaves stay with the leaves."""
    torch().autograd.backward(ends, weights, retain_graph=True)
    found = [leaf.grad for leaf in inputs]
    for leaf in inputs:
        leaf.grad = None
    return found


def joined(peer: Peer, value: Any, graph: dict[str, Any] | None, given: Any, held: Any) -> Any:
    """The value of a reply, its tensors joined to this side's graph.

    `held` are this side's copies of the things that are kept on both, by their numbers.
    """
    if graph is None or torch() is None:
        return value
    modules = [held[number] for number in graph["modules"]]
    inputs = [t for t in tensors(given) if t.requires_grad]
    inputs += [p for module in modules for p in module.parameters() if p.requires_grad]
    results = tensors(value)
    ends = [results[place] for place in graph["places"]]
    with torch().enable_grad():
        news = _bridge().apply(peer, graph["number"], ends, _anchor(), *inputs)
    return _replaced(value, {id(end): new for end, new in zip(ends, news, strict=True)})


def _anchor() -> Any:
    return torch().zeros((), requires_grad=True)  # lets a result without inputs have a gradient


def _bridge() -> Any:
    """The autograd function whose backward pass runs on the other side."""
    found = globals().get("Bridge")
    if found is not None:
        return found

    class Bridge(torch().autograd.Function):  # type: ignore[misc, name-defined]
        """Results of a call; their gradients come from the other process."""

        @staticmethod
        def forward(ctx: Any, peer: Any, number: int, ends: list[Any], *inputs: Any) -> Any:
            ctx.peer, ctx.number = peer, number
            ctx.save_for_backward(*inputs)
            return tuple(end.detach() for end in ends)

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            return (None, None, None, None, *_gradients(ctx, list(gradients)))

    globals()["Bridge"] = Bridge
    return Bridge


def _gradients(ctx: Any, ends: list[Any]) -> list[Any]:
    """Gradients of the inputs of a call, the anchor left out."""
    anchor, *inputs = ctx.saved_tensors
    again = torch().is_grad_enabled()  # a gradient of the gradient may be asked for
    reply = ctx.peer.gradients(ctx.number, ends, again)
    found = reply["value"] or [None] * len(inputs)
    for gradient, given in zip(found, inputs, strict=True):
        if gradient is not None and gradient.shape != given.shape:
            raise RuntimeError(f"a gradient has the shape {tuple(gradient.shape)}")
    present = [gradient for gradient in found if gradient is not None]
    if not again or not present:
        return found
    weights = [end for end in ends if end is not None]
    news = iter(_bridge().apply(
        ctx.peer, reply["number"], present, anchor, *inputs, *weights
    ))  # fmt: skip
    return [None if gradient is None else next(news) for gradient in found]


def _replaced(value: Any, news: dict[int, Any]) -> Any:
    if id(value) in news:
        return news[id(value)]
    if type(value) in (tuple, list):
        return type(value)(_replaced(part, news) for part in value)
    if type(value) is dict:
        return {key: _replaced(part, news) for key, part in value.items()}
    return value
