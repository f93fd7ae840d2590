"""Vectors that depend on the sentence: ELMo (Peters et al. 2018).

Two language models read the same text, one from the left and one from the
right. They share the embedding of tokens and the layer that predicts, but
each has LSTMs of its own. The vector of a token in layer j joins the state of
the one that has read up to it and of the other that has read back to it.

Texts are ids (B, T) from `<s>` to `</s>`, filled up to the longest one, with
their lengths (B,).

A probe is a simple classifier on frozen vectors. What it finds was in the
vectors, or in the words around: so it needs controls, and a test that shares
no side of a sentence with its training.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minillm import checkpoint
from minillm.corpus import BOS, DATA, EOS, WordVocabulary
from minillm.senses import N_SIDES
from minillm.states import standardised

Fold = tuple[Tensor, Tensor]  # rows to learn from, rows to judge by
MODEL = DATA / "models" / "elmo_storyland.safetensors"


def directional(ids: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What two language models read and predict of one text (T,) of ids.

    Returns x_f, y_f, x_b, y_b, each (T + 1,) and of the dtype of `ids`, which
    hold neither `BOS` nor `EOS`. The forward model is given `BOS` and
    predicts `EOS`; the backward one reads the text from its end, is given
    `EOS` and predicts `BOS`. The answer to x_f[t] is y_f[t], and so for b.

    >>> [row.tolist() for row in directional(torch.tensor([5, 6]))]
    [[0, 5, 6], [5, 6, 1], [1, 6, 5], [6, 5, 0]]
    """
    x_f = torch.cat((ids.new_tensor([BOS]), ids))
    y_f = torch.cat((ids, ids.new_tensor([EOS])))
    return x_f, y_f, y_f.flip(0), x_f.flip(0)


def reverse(x: Tensor, lengths: Tensor) -> Tensor:
    """Rows x (B, T, ...) with the first lengths[b] entries of row b reversed.

    What fills a row up stays behind. Reversing twice gives x again. Raises
    `ValueError` on lengths outside 0 to T.
    """
    T = x.shape[1]
    if ((lengths < 0) | (lengths > T)).any():
        raise ValueError(f"lengths go from 0 to {T}, not {lengths.tolist()}")
    t = torch.arange(T, device=x.device)
    n = lengths.to(x.device)[:, None]
    index = torch.where(t < n, n - 1 - t, t)  # (B, T)
    return x[torch.arange(len(x), device=x.device)[:, None], index]


class BiLM(nn.Module):
    """Two directional language models with a common first and last layer.

    `embedding` (V, C) and `head` (C to V) serve both. `rightward` and
    `leftward` are lists of n_layers LSTMs each, of width C; from the second
    layer on, a layer adds its input to its output.
    """

    def __init__(self, vocab_size: int, width: int, n_layers: int = 2):
        """Make the four parts for V ids and width C, with random weights."""
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.rightward, self.leftward = (
            nn.ModuleList(
                nn.LSTM(width, width, batch_first=True)
                for _ in range(n_layers)
            )
            for _ in range(2)
        )
        self.head = nn.Linear(width, vocab_size)

    def states(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """States (n_layers + 1, B, T, 2C) of each layer at each token.

        The state of token t joins what the forward model knows after it has
        read tokens 0 to t and what the backward model knows after it has read
        the last token to t. Layer 0 is the embedding, written twice. States
        at t >= lengths[b] mean nothing.
        """
        x = self.embedding(ids)  # (B, T, C)
        layers = [torch.cat((x, x), dim=-1)]
        right, left = x, reverse(x, lengths)
        for n, (ahead, back) in enumerate(
            zip(self.rightward, self.leftward, strict=True)
        ):
            right = ahead(right)[0] + (right if n else 0)
            left = back(left)[0] + (left if n else 0)
            both = right, reverse(left, lengths)
            layers.append(torch.cat(both, dim=-1))
        return torch.stack(layers)


def direction_losses(model: BiLM, ids: Tensor, lengths: Tensor) -> Tensor:
    """Mean losses (2,), forward and backward, in nats per prediction.

    In the last layer, the forward state of token t predicts token t + 1, and
    the backward state of token t + 1 predicts token t. A text of length n has
    n - 1 predictions in each direction. What fills rows up counts for
    nothing.
    """
    forward, backward = model.states(ids, lengths)[-1].chunk(2, dim=-1)
    T = ids.shape[1]
    real = torch.arange(1, T, device=ids.device) < lengths[:, None]
    ahead = model.head(forward[:, :-1][real]), ids[:, 1:][real]
    back = model.head(backward[:, 1:][real]), ids[:, :-1][real]
    return torch.stack([F.cross_entropy(*pair) for pair in (ahead, back)])


def joint_loss(model: BiLM, ids: Tensor, lengths: Tensor) -> Tensor:
    """The mean of both directions' losses, a scalar in nats."""
    return direction_losses(model, ids, lengths).mean()


def train(
    model: "BiLM",
    ids: Tensor,
    lengths: Tensor,
    n_steps: int,
    B: int,
    generator: torch.Generator,
    lr: float = 4e-3,
) -> list[float]:
    """Train on texts (N, T), B random ones a step; the loss of each step.

    AdamW with a rate that rises for a twentieth of the steps and then falls
    along a cosine; gradients are clipped to length 1.
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr, weight_decay=0.01)
    warmup = max(1, n_steps // 20)
    losses = []
    for step in range(n_steps):
        rows = torch.randint(len(ids), (B,), generator=generator)
        T = int(lengths[rows].max())
        loss = joint_loss(model, ids[rows, :T], lengths[rows])
        cosine = 0.5 * (1 + math.cos(math.pi * step / n_steps))
        optimizer.param_groups[0]["lr"] = lr * min(cosine, (step + 1) / warmup)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


class ScalarMix(nn.Module):
    """One vector of several layers: gamma * sum_j softmax(s)_j h_j.

    `s` (n_layers,) starts at 0 and `gamma` () at 1, so a new mix is the mean
    of all layers. Peters et al. 2018, equation 1.
    """

    def __init__(self, n_layers: int):
        """Make `s` and `gamma` for so many layers."""
        super().__init__()
        self.s = nn.Parameter(torch.zeros(n_layers))
        self.gamma = nn.Parameter(torch.ones(()))

    def forward(self, layers: Tensor) -> Tensor:
        """The mix (...) of layers (n_layers, ...).

        Raises `ValueError` on another number of layers.
        """
        if len(layers) != len(self.s):
            raise ValueError(f"{len(self.s)} layers, not {len(layers)}")
        weights = self.s.softmax(0)
        return self.gamma * torch.tensordot(weights, layers, dims=1)


def fit_probe(X: Tensor, y: Tensor, l2: float) -> tuple[Tensor, Tensor]:
    """Logistic regression on vectors X (N, D) with labels y (N,) of 0 and 1.

    Returns w (D,) and b () in float64, for which

        mean_n -log p(y_n | x_n) + l2 / 2 * w . w,   p(1 | x) = s(w . x + b)

    with the sigmoid s is smallest; l2 > 0, and b is not held back. Raises
    `ValueError` unless both labels occur, and no other.
    """
    if set(y.tolist()) != {0, 1}:
        raise ValueError(f"labels are 0 and 1, both, not {set(y.tolist())}")
    N, D = X.shape
    A = torch.cat((X.double(), torch.ones(N, 1).double()), dim=1)
    ridge = torch.full((D + 1,), float(l2), dtype=torch.float64)
    ridge[-1] = 0
    wb = torch.zeros(D + 1, dtype=torch.float64)
    for _ in range(100):  # Newton's method, in steps that do not overshoot
        p = torch.sigmoid(A @ wb)
        gradient = A.T @ (p - y) / N + ridge * wb
        if gradient.abs().max() < 1e-9:
            break
        curvature = A.T @ (A * (p * (1 - p))[:, None]) / N + ridge.diag()
        step = torch.linalg.solve(curvature, gradient)
        wb -= step / max(1.0, float((A @ step).abs().max()) / 4)
    return wb[:-1], wb[-1]


def folds(left: Tensor, right: Tensor, n_out: int = 2) -> list[Fold]:
    """Ways to cut N sentences in two, so that the parts share no side.

    left (N,) and right (N,) number the beginnings and the endings of the
    sentences, 0 to 5. Each fold holds out n_out successive beginnings, 0 to
    n_out - 1 or n_out to 2 n_out - 1 and so on, and as many endings, in all
    combinations. It is a pair (train, test) of booleans (N,): `test` marks
    sentences of which both sides are held out, `train` those of which neither
    is; the others are in neither. Raises `ValueError` unless n_out divides 6.
    """
    if n_out < 1 or N_SIDES % n_out:
        raise ValueError(f"{n_out} does not divide {N_SIDES}")
    a, b = left // n_out, right // n_out  # the groups of the sides
    groups = range(N_SIDES // n_out)
    return [
        ((a != i) & (b != j), (a == i) & (b == j))
        for i in groups
        for j in groups
    ]


def layer_accuracy(
    layers: Tensor, y: Tensor, cuts: Sequence[Fold], l2: float = 0.01
) -> Tensor:
    """How well probes tell the senses apart in each layer: (n_layers,).

    layers (n_layers, N, D) are the vectors of N sentences, y (N,) their
    labels. For each layer and each pair (train, test) of `cuts`, both parts
    are standardised by the training part, a probe is fitted to it, and judged
    by its share of right answers on the test. The result is the mean over the
    cuts.
    """
    right = torch.zeros(len(layers), len(cuts), dtype=torch.float64)
    for i, X in enumerate(layers):
        for j, (train, test) in enumerate(cuts):
            known, unknown = standardised(X[train], X[test])
            w, b = fit_probe(known, y[train], l2)
            said = unknown.double() @ w + b > 0
            right[i, j] = (said == (y[test] == 1)).double().mean()
    return right.mean(1)


def stored() -> tuple[BiLM, WordVocabulary]:
    """The course's model of data/storyland/senses.txt, and its vocabulary.

    Trained by `python -m tools.elmo`; its weights are kept in 16 bits.
    """
    tensors, about = checkpoint.read(MODEL)
    vocabulary = WordVocabulary(about["words"])
    model = BiLM(vocabulary.size, about["width"], about["n_layers"])
    model.load_state_dict({name: w.float() for name, w in tensors.items()})
    return model.eval(), vocabulary
