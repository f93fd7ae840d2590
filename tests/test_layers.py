"""The small parts of a Transformer, by hand, by their invariances and against torch."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from minillm import layers
from minillm.config import Config


def close(x, y, atol=1e-6):
    torch.testing.assert_close(x, y, rtol=0, atol=atol)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# Positions


def test_sinusoidal_by_hand():
    one = [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)]
    two = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    close(layers.sinusoidal(3, 4), torch.tensor([[0, 1, 0, 1.0], one, two]))


def test_sinusoidal_is_the_formula_entry_by_entry():
    T, C = 40, 6
    table = [
        [math.sin(t / 10000 ** (c / C)) if c % 2 == 0 else math.cos(t / 10000 ** ((c - 1) / C))
         for c in range(C)]
        for t in range(T)
    ]  # fmt: skip
    close(layers.sinusoidal(T, C), torch.tensor(table), atol=1e-5)


def test_sinusoidal_products_depend_on_distances_only():
    table = layers.sinusoidal(30, 16)
    products = table @ table.T
    for distance in range(5):
        along = products.diagonal(distance)
        close(along, along[:1].expand_as(along), atol=1e-5)


def test_sinusoidal_has_odd_widths():
    assert layers.sinusoidal(5, 7).shape == (5, 7)


def turn(x, positions, theta=10000.0):
    """`layers.rotate` of x (B, H, T, D) at positions."""
    angles = layers.rope_angles(positions, x.shape[-1], theta)
    return layers.rotate(x.transpose(1, 2), *angles).transpose(1, 2)


def test_rope_by_hand():
    x = torch.tensor([1.0, 10, 0, 0]).expand(1, 1, 3, 4)  # pairs (0, 2) and (1, 3)
    turned = turn(x, torch.tensor([[0, 1, 2]]))[0, 0]
    expected = [
        [math.cos(t), 10 * math.cos(t / 100), math.sin(t), 10 * math.sin(t / 100)] for t in range(3)
    ]
    close(turned, torch.tensor(expected))


def test_rope_theta_sets_the_slowest_turn():
    x = torch.tensor([0.0, 1, 0, 0]).expand(1, 1, 1, 4)
    turned = turn(x, torch.tensor([[3]]), theta=500.0)[0, 0, 0]
    angle = 3 / 500 ** (2 / 4)
    close(turned, torch.tensor([0, math.cos(angle), 0, math.sin(angle)]))


def test_rope_keeps_lengths_and_leaves_position_0_alone():
    x = normal(2, 3, 5, 8)
    turned = turn(x, torch.tensor([[0, 1, 2, 7, 100]]))
    close(turned.norm(dim=-1), x.norm(dim=-1), atol=1e-5)
    close(turned[:, :, 0], x[:, :, 0])
    assert (turned[:, :, 1:] - x[:, :, 1:]).abs().amax(dim=-1).min() > 0.1


def scores(q, k, positions):
    """Products of each turned query with each turned key."""
    return turn(q, positions) @ turn(k, positions).transpose(-2, -1)


def as_complex_numbers(q, k, positions, theta=10000.0):
    """The same with channels (2i, 2i + 1) as one complex number, as Meta's LLaMA turns them."""
    size = q.shape[-1]
    speed = theta ** -(torch.arange(0, size, 2).double() / size)
    turns = torch.polar(torch.ones(1, dtype=torch.float64), positions[0][:, None] * speed)
    q, k = (torch.view_as_complex(x.double().unflatten(-1, (-1, 2))) * turns for x in (q, k))
    return (q @ k.transpose(-2, -1).conj()).real.float()


def pairing(kind):
    """Scores by one of the two pairings of channels."""
    return scores if kind == "halves" else as_complex_numbers


@pytest.mark.parametrize("kind", ["halves", "neighbours"])
def test_rope_scores_depend_on_distances_only(kind):
    q, k = normal(1, 2, 6, 8), normal(1, 2, 6, 8, seed=1)
    positions = torch.tensor([[0, 1, 4, 9, 30, 31]])
    here = pairing(kind)(q, k, positions)
    close(here, pairing(kind)(q, k, positions + 57), atol=1e-5)
    other = pairing(kind)(q, k, positions * 2)
    assert (here - other).abs().max() > 0.1


def test_rope_pairings_agree_after_the_rows_are_reordered():
    H, D, C = 3, 8, 12
    q, k = normal(H * D, C), normal(H * D, C, seed=1)
    x, positions = normal(1, 6, C, seed=2), torch.arange(4, 10)[None]

    def heads(weight):
        return (x @ weight.T).view(1, 6, H, D).transpose(1, 2)

    reordered = [heads(layers.neighbours_to_halves(weight, D)) for weight in (q, k)]
    ours, metas = scores(*reordered, positions), as_complex_numbers(heads(q), heads(k), positions)
    close(ours, metas, atol=1e-4)
    assert (scores(heads(q), heads(k), positions) - metas).abs().max() > 1


def test_neighbours_to_halves_by_hand():
    rows = torch.arange(12)  # two heads of size 6
    assert layers.neighbours_to_halves(rows, 6).tolist() == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]


def test_rope_2d_turns_each_half_of_a_head_by_its_own_positions():
    x = normal(2, 3, 5, 8)
    first, second = torch.tensor([[0, 1, 2, 2, 2]]), torch.tensor([[0, 0, 0, 1, 2]])
    turned = turn(x, torch.stack((first, second), dim=1))
    close(turned[..., :4], turn(x[..., :4], first))
    close(turned[..., 4:], turn(x[..., 4:], second))


def test_rope_2d_scores_depend_on_both_distances():
    q, k = normal(1, 2, 6, 8), normal(1, 2, 6, 8, seed=1)
    positions = torch.tensor([[[0, 1, 2, 2, 2, 2], [0, 0, 0, 1, 2, 3]]])
    shift = torch.tensor([[[5], [11]]])
    close(scores(q, k, positions), scores(q, k, positions + shift), atol=1e-5)
    for wrong in (positions * torch.tensor([[[1], [0]]]), positions * torch.tensor([[[0], [1]]])):
        assert (scores(q, k, positions) - scores(q, k, wrong)).abs().max() > 0.1


def published_slopes(H):
    """The recipe of the ALiBi paper's code, as a recursion over powers of two."""
    power = 1
    while 2 * power <= H:
        power *= 2
    slopes = [2 ** (-8 * (i + 1) / power) for i in range(power)]
    return slopes if power == H else slopes + published_slopes(2 * power)[0::2][: H - power]


@pytest.mark.parametrize("H", [1, 2, 3, 6, 8, 12, 16, 25, 32, 71, 112])
def test_alibi_slopes_follow_the_published_recipe(H):
    close(layers.alibi_slopes(H), torch.tensor(published_slopes(H)))


def test_alibi_slopes_by_hand():
    assert layers.alibi_slopes(8).tolist() == [2.0**-i for i in range(1, 9)]
    assert layers.alibi_slopes(4).tolist() == [1 / 4, 1 / 16, 1 / 64, 1 / 256]
    half_steps = [2**-0.5, 2**-1.5, 2**-2.5, 2**-3.5]
    close(layers.alibi_slopes(12), torch.tensor([2.0**-i for i in range(1, 9)] + half_steps))


def test_alibi_slopes_of_112_heads_are_those_of_bloom():
    slopes = layers.alibi_slopes(112)
    assert slopes[64].item() == pytest.approx(0.9576, abs=5e-5)
    assert slopes[111].item() == pytest.approx(0.0163, abs=5e-5)
    wrong = 2 ** (-8 * torch.arange(1, 113) / 112)  # what several pages print
    assert (slopes - wrong).abs().max() > 0.9


def test_alibi_bias_by_hand():
    bias = layers.alibi_bias(torch.tensor([[0, 1, 2]]), 3, torch.tensor([0.5, 0.25]))
    assert bias.shape == (1, 2, 3, 3)
    assert bias[0, 0].tril().tolist() == [[0, 0, 0], [-0.5, 0, 0], [-1, -0.5, 0]]
    assert bias[0, 1, 2].tolist() == [-0.5, -0.25, 0]


def test_alibi_bias_of_the_last_queries_are_the_last_rows():
    order, slopes = torch.tensor([[0, 0, 1, 2], [0, 1, 2, 3]]), layers.alibi_slopes(3)
    whole = layers.alibi_bias(order, 4, slopes)
    assert torch.equal(layers.alibi_bias(order, 2, slopes), whole[:, :, 2:])


# Norms


def test_layer_norm_by_hand():
    x = torch.tensor([[1.0, 3], [5, 5]])  # mean 2, variance 1; mean 5, variance 0
    normed = layers.layer_norm(x, torch.tensor([1.0, 2]), torch.tensor([0.0, 10]), eps=0.25)
    root = math.sqrt(1.25)
    close(normed, torch.tensor([[-1 / root, 2 / root + 10], [0, 10]]))


def test_rms_norm_by_hand():
    x = torch.tensor([3.0, 4])  # mean square 12.5
    root = math.sqrt(12.5 + 0.5)
    close(layers.rms_norm(x, torch.tensor([1.0, 2]), eps=0.5), torch.tensor([3 / root, 8 / root]))


def test_layer_norm_ignores_shift_and_scale_and_rms_norm_scale_alone():
    x, weight, bias = normal(4, 9), normal(9, seed=1), normal(9, seed=2)
    close(
        layers.layer_norm(3 * x + 5, weight, bias, 1e-9),
        layers.layer_norm(x, weight, bias, 1e-9),
        1e-5,
    )
    close(layers.rms_norm(3 * x, weight, 1e-9), layers.rms_norm(x, weight, 1e-9), 1e-5)
    assert (layers.rms_norm(x + 5, weight) - layers.rms_norm(x, weight)).abs().max() > 0.1


def gradients(f, *arguments):
    """Gradients of a fixed weighted sum of what `f` returns."""
    arguments = [x.clone().requires_grad_() for x in arguments]
    out = f(*arguments)
    return torch.autograd.grad((out * normal(*out.shape, seed=9)).sum(), arguments)


@pytest.mark.parametrize("size", [1, 1e-3])
def test_layer_norm_is_torchs(size):
    x, weight, bias = size * normal(2, 5, 12), normal(12, seed=1), normal(12, seed=2)
    for eps in (1e-5, 1e-12):
        close(
            layers.layer_norm(x, weight, bias, eps), F.layer_norm(x, (12,), weight, bias, eps), 1e-5
        )
    ours = gradients(layers.layer_norm, x, weight, bias)
    torchs = gradients(lambda x, w, b: F.layer_norm(x, (12,), w, b), x, weight, bias)
    for one, other in zip(ours, torchs, strict=True):
        close(one * size, other * size, 1e-5)


@pytest.mark.parametrize("size", [1, 1e-3])
def test_rms_norm_is_torchs(size):
    x, weight = size * normal(2, 5, 12), normal(12, seed=1)
    for eps in (1e-5, 1e-6):
        close(layers.rms_norm(x, weight, eps), F.rms_norm(x, (12,), weight, eps), 1e-5)
    ours = gradients(layers.rms_norm, x, weight)
    torchs = gradients(lambda x, w: F.rms_norm(x, (12,), w, 1e-5), x, weight)
    for one, other in zip(ours, torchs, strict=True):
        close(one * size, other * size, 1e-5)


def misplaced_eps(x, weight, bias, eps=1e-5):
    centred = x - x.mean(dim=-1, keepdim=True)
    return centred / (centred.square().mean(dim=-1, keepdim=True).sqrt() + eps) * weight + bias


def unbiased(x, weight, bias, eps=1e-5):
    variance = x.var(dim=-1, keepdim=True, correction=1)
    return (x - x.mean(dim=-1, keepdim=True)) * (variance + eps).rsqrt() * weight + bias


@pytest.mark.parametrize("wrong", [misplaced_eps, unbiased])
def test_layer_norm_is_not_another(wrong):
    x, weight, bias = 1e-3 * normal(5, 12), torch.ones(12), torch.zeros(12)
    assert (wrong(x, weight, bias) - layers.layer_norm(x, weight, bias)).abs().max() > 1e-3


# Feed-forward


@pytest.mark.parametrize(
    ("ours", "torchs"),
    [
        (layers.relu, F.relu),
        (layers.gelu, F.gelu),
        (layers.gelu_tanh, lambda x: F.gelu(x, approximate="tanh")),
        (layers.silu, F.silu),
    ],
)
def test_activation_is_torchs(ours, torchs):
    x = torch.linspace(-6, 6, 1201)
    close(ours(x), torchs(x))
    close(gradients(ours, x)[0], gradients(torchs, x)[0], 1e-5)


def test_activations_by_hand():
    x = torch.tensor([-1.0, 0, 1])
    below = 0.8413447  # chance that a standard normal number is below 1
    close(layers.relu(x), torch.tensor([0.0, 0, 1]))
    close(layers.gelu(x), torch.tensor([-(1 - below), 0, below]))
    close(layers.silu(x), torch.tensor([-1 / (1 + math.e), 0, math.e / (1 + math.e)]))


def test_gelu_and_its_approximation_differ_by_less_than_five_in_ten_thousand():
    x = torch.linspace(-6, 6, 12001, dtype=torch.float64)
    difference = (layers.gelu(x) - layers.gelu_tanh(x)).abs()
    assert difference.max().item() == pytest.approx(4.73e-4, abs=1e-6)
    assert abs(x[difference.argmax()].item()) == pytest.approx(2.70, abs=0.01)


def feed_forward(activation, fused=True, bias=True):
    """A feed-forward from 4 to 6 to 4 channels with random weights."""
    config = Config(10, 1, 2, 4, 6, activation=activation, fused=fused, bias=bias)
    module = layers.FeedForward(config)
    for i, parameter in enumerate(module.parameters()):
        nn.init.normal_(parameter, generator=torch.Generator().manual_seed(i))
    return module


@pytest.mark.parametrize(
    ("activation", "f"),
    [
        ("relu", F.relu),
        ("gelu", F.gelu),
        ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh")),
        ("geglu", F.gelu),
        ("geglu_tanh", lambda x: F.gelu(x, approximate="tanh")),
        ("swiglu", F.silu),
    ],
)
@pytest.mark.parametrize("fused", [True, False])
def test_feed_forward_is_its_formula(activation, f, fused):
    module, x = feed_forward(activation, fused), normal(2, 3, 4)
    up, down = module.up, module.down
    if "glu" in activation:
        gate, value = (
            F.linear(x, up.weight[rows], up.bias[rows]) for rows in (slice(6), slice(6, 12))
        )
        inner = f(gate) * value
    else:
        assert up.weight.shape == (6, 4)
        inner = f(F.linear(x, up.weight, up.bias))
    close(module(x), F.linear(inner, down.weight, down.bias), 1e-5)


def test_feed_forward_works_on_each_token_alone():
    module, x = feed_forward("swiglu"), normal(1, 5, 4)
    changed = x.clone()
    changed[0, 2] += 1
    moved = (module(x) != module(changed)).any(dim=-1)[0]
    assert moved.tolist() == [False, False, True, False, False]


def test_feed_forward_without_bias_has_none():
    names = [name for name, _ in feed_forward("relu", bias=False).named_parameters()]
    assert names == ["up.weight", "down.weight"]


@pytest.mark.parametrize("gated", [False, True])
def test_feed_forward_calls_each_part_once(gated):
    shapes = []

    def noted(f):
        def call(x):
            shapes.append(tuple(x.shape))
            return f(x)

        return call

    x = normal(2, 3, 4)
    up, same = noted(lambda x: x.repeat(1, 1, 2)), noted(lambda x: x)
    layers.feed_forward(x, up, same, noted(torch.relu), gated)
    inner = (2, 3, 4) if gated else (2, 3, 8)
    assert shapes == [(2, 3, 4), inner, inner]


def test_feed_forward_gate_comes_first():
    x = torch.tensor([[[2.0, -1.0]]])
    one = layers.feed_forward(x, nn.Identity(), nn.Identity(), F.silu, True)
    assert one.item() == pytest.approx(-1.7616, abs=1e-4)
    assert abs(one.item() - (F.silu(torch.tensor(-1.0)) * 2).item()) > 1  # exchanged
    assert abs(one.item() - F.silu(torch.tensor(-2.0)).item()) > 1  # of the product


# Residual stream

TOY = torch.tensor([1.0, 7, 1, 7])


def plain_norm(x):
    """LayerNorm without parameters."""
    return F.layer_norm(x, x.shape[-1:], eps=0.0)


@pytest.mark.parametrize(
    ("kind", "alpha", "expected"),
    [
        ("pre", 1.0, [-1, 9, -1, 9]),
        ("post", 1.0, [-1, 1, -1, 1]),
        ("deep", 2.0, [-4, 4, -4, 4]),
    ],
)
def test_residual_by_hand(kind, alpha, expected):
    out = layers.residual(TOY, lambda y: 2 * y, plain_norm, kind, alpha)
    close(out, torch.tensor(expected, dtype=torch.float32))


def test_residual_pre_is_not_the_one_whose_skip_is_normed():
    normed = plain_norm(TOY)
    wrong = normed + 2 * normed  # x = norm(x); x + f(x)
    right = layers.residual(TOY, lambda y: 2 * y, plain_norm, "pre")
    assert (right - wrong).abs().max() > 1


def test_residual_post_sees_the_direction_of_the_sum_only():
    for factor in (0.1, 1, 30):
        out = layers.residual(factor * TOY, lambda y: 2 * y, plain_norm, "post")
        close(out, torch.tensor([-1.0, 1, -1, 1]))


@pytest.mark.parametrize("kind", ["pre", "post", "deep"])
def test_residual_calls_norm_and_sublayer_once(kind):
    calls = []
    x = normal(2, 3, 4)

    def noted(name, f):
        return lambda y: (calls.append(name), f(y))[1]

    layers.residual(x, noted("f", torch.tanh), noted("norm", plain_norm), kind, 1.5)
    assert sorted(calls) == ["f", "norm"]


def test_residual_refuses_another_kind():
    with pytest.raises(ValueError, match="'sandwich'"):
        layers.residual(TOY, plain_norm, plain_norm, "sandwich")
