"""Recurrent networks: a state that is as large after a thousand words as after
one (Elman 1990), and two that keep it longer.

    h_t = cell(x_t, h_{t-1})         the same weights at every step

Cells and learning through time, as formulas: what students write. The network
of `minillm.recurrent`, `Lanes`, the `Trainer` and `LanguageModel` do the same
fast, and are tested equal. Shapes: x (B, C), h and c (B, H).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm.corpus import BOS, EOS
from minillm.network import Network, State, detach, evaluating

# The cells


def rnn_cell(
    x: Tensor, h: Tensor, W_xh: Tensor, W_hh: Tensor, b: Tensor
) -> Tensor:
    """Elman's cell: the state (B, H) after one more input.

        tanh(W_xh x + W_hh h + b)    for each of the B rows

    x (B, C) is the input, h (B, H) the state before it; W_xh (H, C),
    W_hh (H, H) and b (H,). Elman 1990; `torch.nn.RNN`, which has two biases
    that add up to b.
    """
    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)


def lstm_gates(
    x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The gates i, f, o of an LSTM and its candidate g, each (B, H), in
    PyTorch's order: i, f, g, o.

    W_x (4H, C), W_h (4H, H) and b (4H,) hold the rows of the four one above
    the other, in the same order. With a = W_x x + W_h h + b, the gates are
    sigmoids of their part of a, and the candidate is the tanh of its part.
    """
    a = x @ W_x.T + h @ W_h.T + b  # (B, 4H)
    i, f, g, o = a.chunk(4, dim=-1)
    return i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()


def lstm_cell(
    x: Tensor, h: Tensor, c: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> tuple[Tensor, Tensor]:
    """The state h and the cell c, each (B, H), of an LSTM after one more
    input.

        c' = f c + i g        h' = o tanh(c')

    with `lstm_gates` of x (B, C) and h (B, H), and the products element by
    element. Hochreiter and Schmidhuber 1997, with the forget gate of Gers et
    al. 2000; `torch.nn.LSTM`.
    """
    i, f, g, o = lstm_gates(x, h, W_x, W_h, b)
    c = f * c + i * g
    return o * torch.tanh(c), c


def gru_cell(
    x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor
) -> Tensor:
    """The state (B, H) of a GRU after one more input, as PyTorch has it.

        r = sigmoid(W_xr x + b_xr + W_hr h + b_hr)
        z = sigmoid(W_xz x + b_xz + W_hz h + b_hz)
        n = tanh(W_xn x + b_xn + r (W_hn h + b_hn))
        h' = (1 - z) n + z h

    W_x (3H, C), W_h (3H, H), b_x (3H,) and b_h (3H,) hold the rows of r, z and
    n one above the other. Cho et al. 2014 print W_hn (r h): their reset gate
    acts before the matrix. `torch.nn.GRU`; z keeps the old state in both.
    """
    xr, xz, xn = (x @ W_x.T + b_x).chunk(3, dim=-1)
    hr, hz, hn = (h @ W_h.T + b_h).chunk(3, dim=-1)
    r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


def unroll(layer: nn.RNNBase, x: Tensor, state: State) -> tuple[Tensor, State]:
    """What `layer(x, state)` gives, step by step by the plain cells.

    `layer` is a `torch.nn.RNN`, `GRU` or `LSTM` of one layer and one
    direction; x (B, T, C). Its states are h (B, H), or h and c in a tuple.
    Returns all h (B, T, H), and the last state.
    """
    W_x, W_h, b_x, b_h = layer.parameters()
    outputs = []
    for x_t in x.unbind(dim=1):
        if isinstance(layer, nn.LSTM):
            state = lstm_cell(x_t, *state, W_x, W_h, b_x + b_h)  # type: ignore
        elif isinstance(layer, nn.GRU):
            state = gru_cell(x_t, state, W_x, W_h, b_x, b_h)
        else:
            state = rnn_cell(x_t, state, W_x, W_h, b_x + b_h)
        outputs.append(state[0] if isinstance(layer, nn.LSTM) else state)
    return torch.stack(outputs, dim=1), state


# Learning through time


@dataclass
class ElmanWeights:
    """Of the smallest recurrent language model, all of one floating type."""

    table: Tensor  # (V, C), a vector for each token
    W_xh: Tensor  # (H, C)
    W_hh: Tensor  # (H, H)
    b: Tensor  # (H,)
    W_hy: Tensor  # (V, H)
    b_y: Tensor  # (V,)


def unrolled_loss(
    ids: Tensor, h: Tensor, weights: ElmanWeights
) -> tuple[Tensor, Tensor]:
    """The loss of an Elman language model on `ids` (B, T + 1), and its last
    state (B, H).

    Step t reads `ids[:, t]` and predicts `ids[:, t + 1]`: the logits are
    W_hy h_t + b_y. The loss is the mean over the B T predictions of -log p of
    what came, in nats, a scalar. h (B, H) is the state before the first
    token. T is 1 or more.
    """
    w, losses = weights, []
    for t in range(ids.shape[1] - 1):
        h = rnn_cell(w.table[ids[:, t]], h, w.W_xh, w.W_hh, w.b)
        logits = h @ w.W_hy.T + w.b_y  # (B, V)
        losses.append(F.cross_entropy(logits, ids[:, t + 1]))
    return torch.stack(losses).mean(), h


def bptt(
    x: np.ndarray,
    h0: np.ndarray,
    d_h: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b: np.ndarray,
) -> dict[str, np.ndarray]:
    """Back-propagation through time, by hand (Werbos 1990).

    An Elman cell reads x (B, T, C), beginning with the state h0 (B, H). A loss
    depends on its states h_1, ..., h_T, and `d_h` (B, T, H) is its derivative
    with respect to each of them *directly*, all other states held fixed.
    Returns the gradients "x", "h0", "W_xh", "W_hh" and "b", each of the shape
    of what it is named after, and of the dtype that all arguments have; those
    of the weights are sums over B and T.
    """
    T = x.shape[1]
    h = [h0]
    for t in range(T):
        h.append(np.tanh(x[:, t] @ W_xh.T + h[-1] @ W_hh.T + b))
    d_x, d_W_xh, d_W_hh, d_b = (np.zeros_like(a) for a in (x, W_xh, W_hh, b))
    later = np.zeros_like(h0)  # what all later steps want of h[t + 1]
    for t in reversed(range(T)):
        delta = (d_h[:, t] + later) * (1 - h[t + 1] ** 2)  # (B, H)
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += delta.T @ h[t]
        d_b += delta.sum(axis=0)
        d_x[:, t] = delta @ W_xh
        later = delta @ W_hh
    return {"x": d_x, "h0": later, "W_xh": d_W_xh, "W_hh": d_W_hh, "b": d_b}


def lanes(stream: np.ndarray, B: int) -> np.ndarray:
    """A stream (N,) of ids as B rows (B, N // B), one below the other.

    Row b is the b-th of B equally long pieces of the stream, in its order and
    dtype; up to B - 1 ids at the end are left out. Raises `ValueError` on a B
    below 1, and where there are fewer than B ids. `minillm.batches.Lanes` cuts
    them into batches.
    """
    if not 1 <= B <= len(stream):
        raise ValueError(f"{len(stream)} ids do not fill {B} lanes")
    length = len(stream) // B
    return stream[: B * length].reshape(B, length)


def train_window(
    net: Network, rows: Tensor, state: State
) -> tuple[float, State]:
    """Back-propagation through the T steps of one window.

    The network reads `rows[:, :-1]` of `rows` (B, T + 1), beginning with
    `state`, and predicts `rows[:, 1:]`. The loss is the mean of -log p in
    nats over all targets but `BOS`, which is never predicted. Its gradient is
    added to those of the parameters. Returns the loss, and the state behind
    the window: its values, cut off from what made them.
    """
    logits, state = net(rows[:, :-1], state)
    loss = F.cross_entropy(
        logits.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=BOS
    )
    loss.backward()
    return loss.item(), detach(state)


@torch.no_grad()
def log2_probs(net: Network, ids: np.ndarray, window: int) -> np.ndarray:
    """log2 probability (T + 1,) of each token of a text (T,), then of its
    `EOS`, read `window` tokens at a time.

    The text begins with `BOS` and an initial state, which is then carried from
    window to window: the result does not depend on `window`. The logit of
    `BOS` is taken as minus infinity. The network is in evaluation mode
    meanwhile, and then each part in its own again. `minillm.language_model`
    scores many texts at once.
    """
    stream = torch.tensor([BOS, *ids, EOS])
    state, found = net.initial_state(1), []
    with evaluating(net):
        for start in range(0, len(stream) - 1, window):
            piece = stream[start : start + window + 1]
            logits, state = net(piece[None, :-1], state)
            logits[..., BOS] = -torch.inf
            log_p = logits[0].log_softmax(dim=-1)
            found.append(log_p.gather(1, piece[1:, None])[:, 0])
    return torch.cat(found).double().numpy() / np.log(2)


def distances(
    layer: nn.RNNBase, x: Tensor, state: Sequence[Tensor] | Tensor
) -> Tensor:
    """How strongly the last state h_T depends on each input: (T,).

    Entry d is the norm of the derivatives of all of h_T in x_{T-d}, the root
    of the sum of their squares, averaged over the B rows of x (B, T, C).
    """
    x = x.detach().requires_grad_()
    h, _ = unroll(layer, x, state)
    norms = torch.zeros(x.shape[:2], dtype=x.dtype)
    for j in range(h.shape[-1]):
        (g,) = torch.autograd.grad(h[:, -1, j].sum(), x, retain_graph=True)
        norms += g.square().sum(dim=-1)
    return norms.sqrt().mean(dim=0).flip(0)
