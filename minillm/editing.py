"""Change one fact of a trained network, and see what else has changed.

A fact is read off by `fact_probe` and located by `restore`. The feed-forward
layer's last matrix W is a memory: of a key k, what its neurons say of a token,
it makes the value W k, which goes into the stream. `second_moment` says which
keys the memory is used for, `target_value` finds a value that makes the
network say something else, and `rank_one`, `memit` and `projected` write it.
`scores` counts what the edit did, and to whom. `minillm.edits` puts all of it
together.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from minillm.corpus import BOS, EOS
from minillm.network import evaluating
from minillm.tasks import IGNORE
from minillm.tokenizer import Tokenizer
from minillm.transformer import Block, Transformer


def fact_probe(
    net: Transformer,
    tokenizer: Tokenizer,
    prompts: Sequence[str],
    objects: Sequence[str],
) -> tuple[Tensor, Tensor]:
    """How likely a network finds each object behind its prompt.

    Each text is `BOS`, the prompt without spaces at its end, a space, the
    object. Returns the log-probability (N,) of the whole object in nats, and
    the rank (N,) of its worst token: 1 where each is the likeliest, so that
    greedy decoding writes the object. Equals do not push a token back. All
    rows go through the network together. Raises `ValueError` on lists of
    unequal length and on an empty one.
    """
    if len(prompts) != len(objects) or not len(prompts):
        raise ValueError(
            f"one object for each prompt: {len(prompts)} prompts, "
            f"{len(objects)} objects"
        )
    starts = [[BOS, *tokenizer.encode(p.rstrip())] for p in prompts]
    answers = [torch.from_numpy(tokenizer.encode(" " + o)) for o in objects]
    rows = [
        torch.cat((torch.tensor(start), answer))
        for start, answer in zip(starts, answers, strict=True)
    ]
    # No token of a causal network sees what stands behind it.
    ids = pad_sequence(rows, batch_first=True, padding_value=EOS)
    with evaluating(net), torch.inference_mode():
        log_p = net(ids)[0].log_softmax(-1)  # (N, T, V)
    total, rank = [], []
    for row, start, answer in zip(log_p, starts, answers, strict=True):
        # What is said at a place is said of the token behind it.
        said = row[len(start) - 1 : len(start) + len(answer) - 1]
        own = said.gather(1, answer[:, None])
        total.append(own.sum())
        rank.append(1 + (said > own).sum(-1).max())
    return torch.stack(total), torch.stack(rank)


def restore(
    net: Transformer,
    ids: Tensor,
    span: tuple[int, int],
    noise: Tensor,
    cells: Iterable[tuple[int, int]],
    part: str | None = None,
) -> Tensor:
    """The next token's distribution (V,) with some clean states put back.

    Of a text `ids` (T,), `noise` (S, n, C) is added to what the embedding
    gives for the tokens `span[0]` to `span[1] - 1`, n of them, in S runs. In
    each of them, the states in `cells`, pairs (layer, token), are set to what
    they are in the run without noise: the output of that block, or of its
    `part`, "attention" or "feed_forward". Returns the mean over the S runs of
    the probabilities behind the last token. Without cells this is the
    corrupted run. The network is left as it was. Meng et al. 2022, 2.1.
    """
    tokens: dict[int, list[int]] = {}
    for layer, token in cells:
        tokens.setdefault(layer, []).append(token)
    first, end = span

    def corrupt(module: nn.Module, given: Any, x: Tensor) -> Tensor:
        x = x.clone()
        x[1:, first:end] += noise  # row 0 stays clean
        return x

    def healer(where: list[int]) -> Any:
        def heal(module: nn.Module, given: Any, x: Tensor) -> Tensor:
            x = x.clone()
            x[1:, where] = x[:1, where]
            return x

        return heal

    with evaluating(net), torch.inference_mode(), ExitStack() as hooks:
        handle = net.embedding.register_forward_hook(corrupt)
        hooks.callback(handle.remove)
        for layer, where in tokens.items():
            block = net.blocks[layer]
            target = block if part is None else getattr(block, part)
            handle = target.register_forward_hook(healer(where))
            hooks.callback(handle.remove)
        logits = net(ids.expand(1 + len(noise), -1))[0]
    return logits[1:, -1].softmax(-1).mean(0)


def second_moment(batches: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """The mean of k kᵀ over all keys, (n, n) in float64.

    Each batch has keys (B, T, n) and a mask (B, T), True at real tokens;
    padding is no key. The mean is not taken off: this is no covariance.
    Raises `ValueError` where there is no key at all.
    """
    total: Tensor | None = None
    count = 0
    for keys, mask in batches:
        real = keys[mask].double()  # (N, n)
        product = real.T @ real
        total = product if total is None else total + product
        count += len(real)
    if total is None or not count:
        raise ValueError("there are no keys: nothing to take a mean of")
    return total / count


def rank_one(W: Tensor, k: Tensor, v: Tensor, C: Tensor) -> Tensor:
    """The memory W (o, n) with v (o,) stored at the key k (n,).

    Of all matrices W' with W' k = v it changes the values of other keys
    least, in the mean over keys with second moment `C` (n, n):

        W' = W + (v - W k) uᵀ / (uᵀ k)      u = C⁻¹ k

    It is computed in float64, and W' has the type of W, which stays as it
    is. Raises `ValueError` on a key of zeros. Meng et al. 2022, eq. 2.
    """
    if not k.any():
        raise ValueError("the key is zero: W k is 0 whatever W is")
    exact, k, v = W.double(), k.double(), v.double()
    u = torch.linalg.solve(C.double(), k)
    return (exact + torch.outer(v - exact @ k, u) / (u @ k)).to(W.dtype)


def memit(W: Tensor, K: Tensor, V: Tensor, C: Tensor, L: float) -> Tensor:
    """The memory W (o, n) with the values V (o, m) at m keys K (n, m).

    All are written at once, none of them wholly: with R = V - W K,

        W' = W + R Kᵀ (L C + K Kᵀ)⁻¹

    The old keys, of second moment `C` (n, n), count as much as L of the new
    ones. Of a single edit the share q / (L + q) is written, where q is
    kᵀ C⁻¹ k; as L goes to 0 it becomes `rank_one`. Raises `ValueError` on an
    L that is not above 0. Meng et al. 2023, eq. 14.
    """
    if not L > 0:
        raise ValueError(f"the weight of the old keys is above 0, not {L!r}")
    exact, K, V = W.double(), K.double(), V.double()
    A = L * C.double() + K @ K.T
    # A is symmetric: X A = R Kᵀ is A Xᵀ = K Rᵀ.
    change = torch.linalg.solve(A, K @ (V - exact @ K).T).T
    return (exact + change).to(W.dtype)


def null_space(C: Tensor, share: float) -> Tensor:
    """The projection P (n, n) onto the directions that keys use least.

    Of the eigenvectors of the second moment `C` (n, n) it keeps those with
    the smallest eigenvalues, as many as together hold at most `share` of
    their sum: so of all keys, at most that share of the mean square is left
    by P. Raises `ValueError` on a share that is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is from 0 to 1, not {share!r}")
    values, vectors = torch.linalg.eigh(C.double())  # from small to large
    held = values.clamp(min=0).cumsum(0) / values.clamp(min=0).sum()
    U = vectors[:, held <= share * (1 + 1e-12)]
    return U @ U.T


def projected(
    W: Tensor, K: Tensor, V: Tensor, P: Tensor, L: float = 1.0
) -> Tensor:
    """The memory W (o, n) with values V (o, m) at keys K (n, m), changed only
    in the directions that the projection P (n, n) keeps.

    With R = V - W K it is

        W' = W + R Kᵀ P (L I + K Kᵀ P)⁻¹

    so a key k with P k = 0 keeps its value. `L` keeps the change small.
    Raises `ValueError` on an L that is not above 0. Fang et al. 2025 have a
    term more, for the keys of earlier edits.
    """
    if not L > 0:
        raise ValueError(f"the weight of the change is above 0, not {L!r}")
    exact, K, V, P = (x.double() for x in (W, K, V, P))
    # Kᵀ P (L I + K Kᵀ P)⁻¹ is (L I + Kᵀ P K)⁻¹ Kᵀ P, a smaller system.
    A = L * torch.eye(K.shape[1], dtype=torch.float64) + K.T @ P @ K
    change = (V - exact @ K) @ torch.linalg.solve(A, K.T @ P)
    return (exact + change).to(W.dtype)


def memory(net: Transformer, layer: int) -> nn.Linear:
    """The last matrix of a block's feed-forward layer."""
    return cast(Block, net.blocks[layer]).feed_forward.down


def target_value(
    net: Transformer,
    layer: int,
    ids: Tensor,
    places: Tensor,
    targets: Tensor,
    n_steps: int = 25,
    lr: float = 0.2,
    decay: float = 0.02,
    clamp: float = 4.0,
) -> Tensor:
    """The value v (C,) that makes a network say what it should.

    In each row of `ids` (B, T), the same d is added to what the feed-forward
    layer of block `layer` gives at the token `places[b]`. With v0 the mean of
    what it gives there now, d minimises

        cross_entropy(logits, targets) + decay (|d| / |v0|)²

    where `targets` (B, T) are the ids that should follow each token, and
    `IGNORE` where anything may. Adam takes `n_steps` from d = 0, with the
    rate lr |v0| / √C, so that one step is about lr |v0| long; after each step
    a d longer than clamp |v0| is shortened to that. Returns v0 + d. No weight
    changes, and none gets a gradient. After Meng et al. 2022, eq. 4.
    """
    down = memory(net, layer)
    rows = torch.arange(len(ids))
    found: list[Tensor] = []

    def look(module: nn.Module, given: Any, x: Tensor) -> None:
        found.append(x[rows, places])

    with evaluating(net), ExitStack() as hooks:
        with torch.no_grad():
            handle = down.register_forward_hook(look)
            net(ids)
            handle.remove()
        v0 = found[0].mean(0)
        size = v0.norm()
        d = torch.zeros_like(v0, requires_grad=True)

        def add(module: nn.Module, given: Any, x: Tensor) -> Tensor:
            x = x.clone()
            x[rows, places] = x[rows, places] + d
            return x

        hooks.callback(down.register_forward_hook(add).remove)
        rate = lr * float(size) / len(v0) ** 0.5
        optimizer = torch.optim.Adam([d], lr=rate)
        for _ in range(n_steps):
            logits = net(ids)[0].flatten(0, 1)
            loss = F.cross_entropy(
                logits, targets.flatten(), ignore_index=IGNORE
            )
            loss = loss + decay * d.square().sum() / size**2
            # Not backward(): that would leave gradients in all weights.
            (d.grad,) = torch.autograd.grad(loss, d)
            optimizer.step()
            with torch.no_grad():
                d.mul_((clamp * size / d.norm()).clamp(max=1))
    return v0 + d.detach()


class Answers(NamedTuple):
    """What a network says to a group of n prompts.

    wanted   log-probability (n,) of the object that it should name
    other    the same for the object that it should not name
    rank     (n,) of the wanted object; 1: greedy decoding writes it
    """

    wanted: Tensor
    other: Tensor
    rank: Tensor


def scores(groups: Mapping[str, Answers]) -> dict[str, dict[str, float]]:
    """How good an edit is, for each group of prompts, and in one number.

    success    the share of prompts with P(wanted) > P(other); a tie is none
    magnitude  the mean of P(wanted) - P(other)
    exact      the share of prompts whose wanted object has rank 1

    "score" holds the harmonic means over the groups of "success" and
    "exact", which are 0 as soon as one group's share is. Raises `ValueError`
    on a group without prompts and where there is no group.
    """
    if not groups:
        raise ValueError("there are no groups to score")
    result = {}
    for name, (wanted, other, rank) in groups.items():
        if not len(wanted):
            raise ValueError(f"the group {name!r} has no prompts")
        result[name] = {
            "success": float((wanted > other).double().mean()),
            "magnitude": float((wanted.exp() - other.exp()).mean()),
            "exact": float((rank == 1).double().mean()),
        }
    total = {}
    for kind in ("success", "exact"):
        shares = [group[kind] for group in result.values()]
        inverse = sum(1 / x if x else float("inf") for x in shares)
        total[kind] = len(shares) / inverse
    return result | {"score": total}
