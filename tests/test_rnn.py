"""Cells and learning through time against torch's own layers, autograd, and the fast machinery."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from minillm import language_model, rnn
from minillm.batches import Lanes, encode
from minillm.corpus import BOS, ByteVocabulary
from minillm.language_model import LanguageModel
from minillm.network import detach, tensors_of
from minillm.ngram import NGram
from minillm.recipe import Recipe
from minillm.recurrent import LAYERS, RNN, RNNConfig, flops_per_token
from minillm.trainer import Trainer
from minillm.yardstick import bits_per_byte

BYTES = ByteVocabulary()
TEXTS = ["the cat sat on the mat. ", "the dog sat on the log! "] * 30
KINDS = tuple(LAYERS)


def layer_of(kind, C=5, H=7, seed=0, dtype=torch.float32):
    torch.manual_seed(seed)
    layer = LAYERS[kind](C, H, batch_first=True, dtype=dtype)
    for p in layer.parameters():
        nn.init.normal_(p, std=0.4)
    return layer


def states(kind, B, H, dtype=torch.float32):
    h, c = torch.randn(2, B, H, dtype=dtype)
    return (h, c) if kind == "lstm" else h


def by_torch(layer, x, state):
    """Outputs and last state of torch's fused layer."""
    if isinstance(state, tuple):
        y, (h, c) = layer(x, tuple(s[None] for s in state))
        return y, (h[0], c[0])
    y, h = layer(x, state[None])
    return y, h[0]


# Cells


@pytest.mark.parametrize("kind", KINDS)
def test_plain_cells_equal_torch_forward_and_backward(kind):
    """The reference is torch's fused layer, 40 steps in float32."""
    layer, state = layer_of(kind), states(kind, 3, 7)
    x = torch.randn(3, 40, 5, requires_grad=True)
    results = []
    for read in (rnn.unroll, by_torch):
        y, last = read(layer, x, state)
        loss = y.square().mean() + sum(s.sum() for s in tensors_of(last))
        results.append((y, *tensors_of(last), *torch.autograd.grad(loss, [x, *layer.parameters()])))
    for plain, fused in zip(*results, strict=True):
        torch.testing.assert_close(plain, fused, atol=1e-5, rtol=1e-5)


def test_gru_of_the_paper_is_another_one():
    """Where the reset stands shows with two units, a bias inside, W not diagonal."""
    layer, h, x = layer_of("gru"), states("gru", 3, 7), torch.randn(3, 5)
    W_x, W_h, b_x, b_h = layer.parameters()
    got = rnn.gru_cell(x, h, W_x, W_h, b_x, b_h)
    r, z = ((x @ W_x.T + b_x + h @ W_h.T + b_h)[:, :14]).sigmoid().chunk(2, 1)
    new = torch.tanh(x @ W_x[14:].T + b_x[14:] + (r * h) @ W_h[14:].T + b_h[14:])
    assert (got - ((1 - z) * new + z * h)).abs().max() > 1e-2
    n = (got - z * h) / (1 - z)
    assert (got - (z * n + (1 - z) * h)).abs().max() > 1e-2  # z that takes the new state


def test_reset_gate_acts_behind_the_matrix():
    """By hand: r * (W h + b) = (.5, 0); before the matrix it would be (.5, 1.5)."""
    zeros = torch.zeros(6, 1)
    W_h = torch.cat((torch.zeros(4, 2), torch.tensor([[0.0, 1.0], [1.0, 0.0]])))
    b_x = torch.tensor([40.0, -40.0, -40.0, -40.0, 0.0, 0.0])
    b_h = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.5, 0.5])
    got = rnn.gru_cell(torch.zeros(1, 1), torch.tensor([[1.0, 0.0]]), zeros, W_h, b_x, b_h)
    torch.testing.assert_close(got, torch.tensor([[math.tanh(0.5), 0.0]]))


def test_gates_stand_in_the_order_of_torch():
    b = torch.tensor([-20.0, 20.0, -0.5, 0.5])
    gates = rnn.lstm_gates(
        torch.zeros(1, 1), torch.zeros(1, 1), torch.ones(4, 1), torch.ones(4, 1), b
    )
    want = (0.0, 1.0, math.tanh(-0.5), 1 / (1 + math.exp(-0.5)))
    assert [g.item() for g in gates] == pytest.approx(want, abs=1e-6)


def test_lstm_latches_on_a_bracket():
    """By hand: i = s(20 open - 10), f = s(10 - 20 close), g = tanh(10 open)."""
    W_x = torch.tensor([[20.0, 0.0], [0.0, -20.0], [10.0, 0.0], [0.0, 0.0]])
    b = torch.tensor([-10.0, 10.0, 0.0, 0.0])
    h = c = torch.zeros(1, 1)
    cells = []
    for char in "(abc)d":
        x = torch.tensor([[float(char == "("), float(char == ")")]])
        h, c = rnn.lstm_cell(x, h, c, W_x, torch.zeros(4, 1), b)
        cells.append(round(c.item(), 3))
    assert cells == [1, 1, 1, 1, 0, 0]


# Through time


def toy(u):
    """States, and the gradients of 1/2 (h_3 - 1)^2 in u and w, for x = (1, 0, 0)."""
    x, h0 = np.array([[[1.0], [0.0], [0.0]]]), np.zeros((1, 1))
    weights = np.ones((1, 1)), np.full((1, 1), u), np.zeros(1)
    h = [0.0]
    for x_t in x[0, :, 0]:
        h.append(math.tanh(x_t + u * h[-1]))
    d_h = np.array([[[0.0], [0.0], [h[3] - 1]]])
    return h, rnn.bptt(x, h0, d_h, *weights)


def test_backward_through_time_by_hand():
    h, g = toy(0.5)
    assert h[1:] == pytest.approx([0.7616, 0.3634, 0.1797], abs=1e-4)
    assert g["W_hh"].item() == pytest.approx(-0.5508, abs=1e-4)
    assert g["W_xh"].item() == pytest.approx(-0.0723, abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 4), st.integers(0, 9), st.integers(1, 4), st.integers(1, 5), st.integers(0, 99)
)
def test_bptt_equals_autograd(B, T, C, H, seed):
    """The reference is torch's automatic differentiation."""
    rng = np.random.default_rng(seed)
    x, h0, d_h, W_xh, W_hh, b = (
        rng.standard_normal(s) for s in ((B, T, C), (B, H), (B, T, H), (H, C), (H, H), (H,))
    )
    got = rnn.bptt(x, h0, d_h, W_xh, W_hh, b)
    names = ("x", "h0", "W_xh", "W_hh", "b")
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, h0, W_xh, W_hh, b)]
    X, h, *weights = leaves
    loss = 0 * sum(leaf.sum() for leaf in leaves)
    for t in range(T):
        h = rnn.rnn_cell(X[:, t], h, *weights)
        loss = loss + (torch.tensor(d_h[:, t]) * h).sum()
    for name, want in zip(names, torch.autograd.grad(loss, leaves), strict=True):
        np.testing.assert_allclose(got[name], want, atol=1e-9)


def test_unrolled_loss_of_even_odds_is_the_log_of_v():
    shapes = (9, 3), (4, 3), (4, 4), (4,)
    weights = rnn.ElmanWeights(*map(torch.randn, shapes), torch.zeros(9, 4), torch.zeros(9))
    ids = torch.randint(9, (2, 6))
    loss, h = rnn.unrolled_loss(ids, torch.zeros(2, 4), weights)
    assert loss.item() == pytest.approx(math.log(9))
    _, middle = rnn.unrolled_loss(ids[:, :4], torch.zeros(2, 4), weights)
    _, last = rnn.unrolled_loss(ids[:, 3:], middle, weights)
    torch.testing.assert_close(last, h)


@pytest.mark.parametrize("kind", KINDS)
def test_forgetting_is_less_with_a_forget_bias(kind):
    """What an input d steps back still does, at initialisation: all fade, the highway least."""
    torch.manual_seed(0)
    layer = LAYERS[kind](64, 64, batch_first=True)
    x, state = torch.randn(4, 21, 64), states(kind, 4, 64)
    state = tuple(0 * s for s in state) if kind == "lstm" else 0 * state
    d = rnn.distances(layer, x, state)
    assert d.shape == (21,)
    plain = (d[20] / d[0]).item()
    assert plain < 1e-3
    if kind == "lstm":
        with torch.no_grad():
            layer.bias_ih_l0[64:128] += 1
        with_bias = rnn.distances(layer, x, state)
        assert (with_bias[20] / with_bias[0]).item() > 20 * plain


def test_distances_are_norms_of_jacobians():
    layer, x = layer_of("elman", 2, 3), torch.randn(1, 4, 2)
    got = rnn.distances(layer, x, torch.zeros(1, 3))
    jacobian = torch.autograd.functional.jacobian(
        lambda v: rnn.unroll(layer, v, torch.zeros(1, 3))[1][0], x
    )  # (3, 1, 4, 2)
    want = [jacobian[:, 0, 3 - d].norm() for d in range(4)]
    torch.testing.assert_close(got, torch.stack(want))


# The network


def net_of(kind="lstm", seed=0, **sizes):
    sizes = {"width": 6, "hidden": 8} | sizes
    return RNN(RNNConfig(258, kind, **sizes), torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("kind", "n_layers"), [*product(KINDS, (1, 2))])
def test_two_windows_equal_one_long_pass(kind, n_layers):
    net = net_of(kind, n_layers=n_layers)
    ids = torch.randint(2, 258, (3, 20))
    whole, last = net(ids)
    first, state = net(ids[:, :7])
    second, end = net(ids[:, 7:], state)
    torch.testing.assert_close(torch.cat((first, second), 1), whole, atol=1e-5, rtol=1e-5)
    for a, b in zip(tensors_of(end), tensors_of(last), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)
    without, _ = net(ids[:, 7:])
    assert (without - whole[:, 7:]).abs().max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_rows_do_not_know_each_other(kind):
    net, ids = net_of(kind), torch.randint(2, 258, (3, 9))
    other = ids.clone()
    other[0, 0] = 2 + (ids[0, 0] - 1) % 256
    a, b = net(ids)[0], net(other)[0]
    assert torch.equal(a[1:], b[1:])
    assert (a[0] != b[0]).any(dim=-1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_each_text_begins_with_an_empty_state(kind):
    net, ids = net_of(kind), torch.randint(2, 258, (2, 12))
    ids[0, 5] = BOS
    state = net(torch.randint(2, 258, (2, 9)))[1]
    logits, _ = net(ids, state)
    alone, _ = net(ids[:1, 5:])
    torch.testing.assert_close(logits[:1, 5:], alone, atol=1e-6, rtol=1e-5)
    carried, _ = net(ids[1:], tuple(map_rows(s) for s in state))
    torch.testing.assert_close(logits[1:], carried, atol=1e-6, rtol=1e-5)


def map_rows(state):
    return tuple(s[1:] for s in state) if isinstance(state, tuple) else state[1:]


def test_new_lstm_keeps_three_quarters():
    """sigmoid(1) = .731, not sigmoid(2) = .881: the bias stands in one of the two only."""
    layer = net_of().layers[0]
    total = layer.bias_ih_l0 + layer.bias_hh_l0
    assert total[8:16].tolist() == [1.0] * 8
    assert not total[:8].any()
    assert not total[16:].any()
    assert not (net_of(forget_bias=0.0).layers[0].bias_ih_l0).any()


def test_dropout_acts_in_training_only():
    net, ids = net_of(dropout=0.5, n_layers=2), torch.randint(2, 258, (2, 9))
    torch.manual_seed(0)
    assert (net(ids)[0] - net(ids)[0]).abs().max() > 1e-3
    net.eval()
    assert torch.equal(net(ids)[0], net(ids)[0])


def test_dropout_leaves_the_road_through_time_alone():
    """With everything that goes up dropped, the state still goes on as its biases say."""
    net = net_of("gru", dropout=0.999999)
    ids = torch.randint(2, 258, (1, 30))
    (state,) = net(ids, (torch.ones(1, 8),))[1]
    layer = net.layers[0]
    h = torch.ones(1, 8)
    for _ in range(30):
        h = rnn.gru_cell(torch.zeros(1, 6), h, *layer.parameters())
    torch.testing.assert_close(state, h, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "rnn"},
        {"hidden": 0},
        {"width": 2.5},
        {"dropout": 1.0},
        {"forget_bias": float("nan")},
    ],
)
def test_config_refuses(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RNNConfig(258, **wrong)


@pytest.mark.parametrize(("kind", "hidden"), [*product(KINDS, (6, 8))])
def test_flops_count_each_matrix_twice(kind, hidden):
    net = net_of(kind, hidden=hidden, n_layers=2)
    entries = sum(p.numel() for p in net.parameters() if p.ndim == 2)
    assert flops_per_token(net.config) == 2 * entries  # the tied table is the head's matrix


def test_sizes_of_cells_are_as_one_to_three_to_four():
    sizes = [sum(p.numel() for p in LAYERS[kind](128, 128).parameters()) for kind in KINDS]
    assert sizes == [33_024, 99_072, 132_096]


# Plain and fast


def test_lanes_are_those_of_the_trainer():
    stream = encode(BYTES, TEXTS)
    rows = rnn.lanes(stream, 4)
    assert rows.shape == (4, len(stream) // 4)
    fast = Lanes(stream, 4, rows.shape[1] - 1)
    whole = fast.batch(0).numpy()
    start = int(np.flatnonzero(stream[: 5 * 4] == whole[0, 0])[0])
    assert any(np.array_equal(stream[s : s + whole.shape[1]], whole[0]) for s in range(start, 20))
    assert (np.diff(rnn.lanes(np.arange(103), 5), axis=1) == 1).all()
    for B in (0, -1, len(stream) + 1):
        with pytest.raises(ValueError, match="do not fill"):
            rnn.lanes(stream, B)


def test_window_is_a_step_of_the_trainer():
    """The same loss and state as `Trainer.update`, on the same rows."""
    lanes = Lanes(encode(BYTES, TEXTS), 4, 16)
    trainer = Trainer(net_of(), lanes, Recipe(n_steps=9, n_warmup=2, lr=0.0))
    net = net_of()
    state = net.initial_state(4)
    for number in range(3):
        loss, _, _ = trainer.update()
        own, state = rnn.train_window(net, lanes.batch(number), state)
        assert own == pytest.approx(loss.item(), abs=1e-5)
        assert not any(s.requires_grad for s in tensors_of(state))
        for a, b in zip(tensors_of(state), tensors_of(trainer.state), strict=True):
            torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-5)


def test_gradient_of_a_window_stays_in_it():
    net, ids = net_of(), torch.randint(2, 258, (2, 21))
    _, state = rnn.train_window(net, ids[:, :11], net.initial_state(2))
    net.zero_grad()
    rnn.train_window(net, ids[:, 10:], state)
    cut = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    _, state = net(ids[:, :10])
    logits, _ = net(ids[:, 10:-1], state)
    nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 11:].flatten()).backward()
    whole = [p.grad for p in net.parameters()]
    assert max((a - b).abs().max().item() for a, b in zip(cut, whole, strict=True)) > 1e-4


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 40), st.integers(1, 50), st.sampled_from(KINDS))
def test_score_does_not_depend_on_the_window(T, window, kind):
    """The reference is `LanguageModel`, which reads in pieces of 256."""
    net = net_of(kind)
    ids = np.random.default_rng(T).integers(2, 258, T)
    got = rnn.log2_probs(net, ids, window)
    assert got.shape == (T + 1,)
    np.testing.assert_allclose(got, LanguageModel(net, BYTES).log2_probs(ids), atol=1e-5)
    assert net.training


def test_network_learns_and_is_stored(tmp_path):
    net = net_of(width=16, hidden=32)
    recipe = Recipe(n_steps=200, n_warmup=5, lr=0.03, weight_decay=0.0)
    for _ in Trainer(net, Lanes(encode(BYTES, TEXTS), 8, 16), recipe).run():
        pass
    model = LanguageModel(net, BYTES)
    bits = bits_per_byte(model, TEXTS[:4])
    assert bits < 1.5 < bits_per_byte(NGram(BYTES, 1).fit(TEXTS), TEXTS[:4])
    path = tmp_path / "lstm.safetensors"
    language_model.save(path, model, {"seed": 0}, torch.float32)
    assert bits_per_byte(language_model.load(path, RNN), TEXTS[:4]) == bits


def test_detached_state_is_made_of_tuples():
    state = detach(net_of(n_layers=2).initial_state(3))
    assert [len(layer) for layer in state] == [2, 2]
    assert net_of("gru").initial_state(3)[0].shape == (3, 8)
