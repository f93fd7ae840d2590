"""Attention, by hand, by its invariances and against torch and loops in NumPy."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from minillm import attention
from minillm.attention import (
    Attention,
    CrossAttention,
    causal_mask,
    mask_bias,
    padding_mask,
    prefix_mask,
)
from minillm.config import Config
from minillm.layers import rope_angles


def close(x, y, atol=1e-6):
    torch.testing.assert_close(x, y, rtol=0, atol=atol)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def qkv(B=2, H=3, T=5, S=5, D=4):
    """Queries, keys and values."""
    return normal(B, H, T, D), normal(B, H, S, D, seed=1), normal(B, H, S, D, seed=2)


# The formula


def test_attention_by_hand():
    q = torch.tensor([[2.0, 0]])  # one query, two keys, D = 2
    k, v = torch.tensor([[math.sqrt(2) * math.log(3) / 2, 5], [0, -7]]), torch.tensor([[4.0], [8]])
    # scores log 3 and 0: shares 3/4 and 1/4
    close(attention.scaled_dot_product_attention(q, k, v), torch.tensor([[5.0]]))
    hide_first = torch.tensor([[-1e30, 0]])
    close(attention.scaled_dot_product_attention(q, k, v, hide_first), torch.tensor([[8.0]]))


def loops(q, k, v, bias):
    """The definition, one query at a time, in NumPy."""
    q, k, v, bias = (x.double().numpy() for x in (q, k, v, bias))
    out = np.zeros((*q.shape[:3], v.shape[-1]))
    for b, h, t in np.ndindex(q.shape[:3]):
        scores = [q[b, h, t] @ key / math.sqrt(q.shape[-1]) for key in k[b, h]] + bias[b, h, t]
        weights = np.exp(scores - scores.max())
        out[b, h, t] = weights / weights.sum() @ v[b, h]
    return torch.tensor(out, dtype=torch.float32)


def test_attention_is_the_loop_over_queries():
    q, k, v = qkv(S=7)
    bias = normal(2, 3, 5, 7, seed=3)
    close(attention.scaled_dot_product_attention(q, k, v, bias), loops(q, k, v, bias))


def test_attention_is_torchs_with_its_gradients():
    ours = [x.requires_grad_() for x in (*qkv(S=7), normal(1, 3, 5, 7, seed=3))]
    torchs = [x.detach().clone().requires_grad_() for x in ours]
    out = attention.scaled_dot_product_attention(*ours)
    expected = F.scaled_dot_product_attention(*torchs[:3], attn_mask=torchs[3])
    close(out, expected)
    weight = normal(*out.shape, seed=4)
    for one, other in zip(
        torch.autograd.grad((out * weight).sum(), ours),
        torch.autograd.grad((expected * weight).sum(), torchs),
        strict=True,
    ):
        close(one, other, 1e-5)


def test_attention_of_equal_scores_is_the_mean():
    q, k, v = qkv()
    out = attention.scaled_dot_product_attention(torch.zeros_like(q), k, v)
    close(out, v.mean(dim=2, keepdim=True).expand_as(out))


def test_attention_is_scaled_by_the_root_of_the_size():
    q, k, v = qkv(D=16)
    once = attention.scaled_dot_product_attention(q, k, v)
    twice = attention.scaled_dot_product_attention(
        torch.cat((q, q), -1), torch.cat((k, k), -1) / math.sqrt(2), v
    )
    close(once, twice)


def test_attention_is_the_same_for_every_order_of_the_keys():
    q, k, v = qkv(S=7)
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    close(
        attention.scaled_dot_product_attention(q, k, v),
        attention.scaled_dot_product_attention(q, k[:, :, order], v[:, :, order]),
    )


# Masks


def test_causal_mask_by_hand():
    mask = causal_mask(torch.arange(3)[None], 3)
    assert mask.shape == (1, 1, 3, 3)
    assert mask[0, 0].int().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_causal_mask_of_the_last_queries_are_the_last_rows():
    order = torch.arange(6)[None]
    assert torch.equal(causal_mask(order, 2), causal_mask(order, 6)[:, :, 4:])


def test_prefix_mask_by_hand():
    order = torch.arange(4).expand(2, 4)
    mask = prefix_mask(order, 4, torch.tensor([2, 0]))
    assert mask.shape == (2, 1, 4, 4)
    assert mask[0, 0].int().tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    assert torch.equal(mask[1:], causal_mask(order[1:], 4))


def test_prefix_mask_of_a_whole_text_hides_nothing():
    assert prefix_mask(torch.arange(4)[None], 4, torch.tensor([4])).all()


def test_padding_mask_by_hand():
    real = torch.tensor([[False, True, True], [True, True, False]])
    mask = padding_mask(real)
    assert mask.shape == (2, 1, 1, 3)
    assert torch.equal(mask[:, 0, 0], real)


def test_mask_bias_leaves_no_weight_on_what_it_forbids():
    mask = torch.tensor([True, False, True])
    scores = torch.tensor([5.0, 1000.0, 5.0]) + mask_bias(mask)
    assert scores.softmax(dim=-1).tolist() == [0.5, 0, 0.5]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_mask_bias_of_a_fully_masked_row_is_finite_with_its_gradient(dtype):
    q, k, v = (x.to(dtype).requires_grad_() for x in qkv())
    bias = mask_bias(torch.zeros(2, 1, 1, 5, dtype=torch.bool), dtype)
    assert bias.dtype == dtype
    for f in (attention.scaled_dot_product_attention, F.scaled_dot_product_attention):
        out = f(q, k, v, bias)
        assert out.isfinite().all()
        for gradient in torch.autograd.grad(out.float().square().sum(), (q, k, v)):
            assert gradient.isfinite().all()


# Heads


def test_heads_lie_side_by_side():
    x = torch.arange(2 * 3 * 8).view(2, 3, 8)
    heads = attention.split_heads(x, 4)
    assert heads.shape == (2, 3, 2, 4)
    assert torch.equal(heads[:, :, 1], x[:, :, 4:])
    assert torch.equal(attention.join_heads(heads.transpose(1, 2)), x)


def module(H=4, n_kv_heads=None, D=4, bias=True, fused=True, kind=Attention):
    """An Attention with random weights, the same for the same shapes."""
    config = Config(
        10, 1, H, H * D, 8, n_kv_heads=n_kv_heads, bias=bias, fused=fused, position="none"
    )
    built = kind(config)
    for i, parameter in enumerate(built.parameters()):
        nn.init.normal_(parameter, std=0.3, generator=torch.Generator().manual_seed(i))
    return built


def torchs(ours):
    """Torch's own multi-head attention with the same weights."""
    built = nn.MultiheadAttention(ours.out.in_features, ours.H, batch_first=True)
    built.load_state_dict(
        {
            "in_proj_weight": ours.qkv.weight,
            "in_proj_bias": ours.qkv.bias,
            "out_proj.weight": ours.out.weight,
            "out_proj.bias": ours.out.bias,
        }
    )
    return built


def across(whole):
    """The CrossAttention with the weights of an Attention."""
    built = CrossAttention(
        Config(10, 1, whole.H, whole.H * whole.D, 8, fused=whole.fused, position="none")
    )
    built.out = whole.out
    with torch.no_grad():
        for name in ("weight", "bias"):
            q, kv = getattr(whole.qkv, name).split([whole.H * whole.D, 2 * whole.H_kv * whole.D])
            getattr(built.q, name).copy_(q)
            getattr(built.kv, name).copy_(kv)
    return built


def same_gradients(ours, other, out, expected):
    """Compare outputs, and the gradients of qkv and out, of an Attention and torch's."""
    close(out, expected)
    weight = normal(*out.shape, seed=5)
    (out * weight).sum().backward()
    (expected * weight).sum().backward()
    close(ours.qkv.weight.grad, other.in_proj_weight.grad, 1e-5)
    close(ours.qkv.bias.grad, other.in_proj_bias.grad, 1e-5)
    close(ours.out.weight.grad, other.out_proj.weight.grad, 1e-5)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("causal", [True, False])
def test_module_is_torchs(fused, causal):
    ours, x = module(fused=fused), normal(2, 5, 16)
    other = torchs(ours)
    hidden = ~torch.ones(5, 5, dtype=torch.bool).tril() if causal else None
    expected, _ = other(x, x, x, attn_mask=hidden, need_weights=False)
    same_gradients(ours, other, ours(x, causal=causal), expected)


@pytest.mark.parametrize("fused", [True, False])
def test_module_is_torchs_across_texts(fused):
    whole, x, source = module(fused=fused), normal(2, 5, 16), normal(2, 7, 16, seed=1)
    ours, other = across(whole), torchs(whole)
    padding = torch.arange(7) >= torch.tensor([[7], [4]])
    expected, _ = other(x, source, source, key_padding_mask=padding, need_weights=False)
    bias = mask_bias(padding_mask(~padding))
    close(ours(x, *ours.keys_values(source), bias), expected)
    weight = normal(*expected.shape, seed=5)
    (ours(x, *ours.keys_values(source), bias) * weight).sum().backward()
    (expected * weight).sum().backward()
    for name in ("weight", "bias"):
        parts = [getattr(part, name).grad for part in (ours.q, ours.kv)]
        close(torch.cat(parts), getattr(other, f"in_proj_{name}").grad, 1e-5)
    close(ours.out.weight.grad, other.out_proj.weight.grad, 1e-5)


class Doubled(nn.Module):
    """Twice what a part says, the part itself inside."""

    def __init__(self, part):
        super().__init__()
        self.part = part

    def forward(self, x):
        return 2 * self.part(x)


@pytest.mark.parametrize("name", ["q", "kv", "out"])
def test_a_replaced_part_acts_across_texts(name):
    ours, x, source = module(kind=CrossAttention), normal(2, 5, 16), normal(2, 7, 16, seed=1)
    before = ours(x, *ours.keys_values(source))
    setattr(ours, name, Doubled(getattr(ours, name)))
    assert (ours(x, *ours.keys_values(source)) - before).abs().max() > 0.1


def test_module_forbids_the_same_by_bias_and_by_flag():
    ours, x = module(), normal(2, 5, 16)
    bias = mask_bias(causal_mask(torch.arange(5)[None], 5))
    close(ours(x, bias=bias), ours(x, causal=True))


def repeated(grouped):
    """An Attention with a key head for every query head, copies of the shared ones."""
    H, H_kv, D = grouped.H, grouped.H_kv, grouped.D
    whole = module(H, D=D, fused=grouped.fused)
    with torch.no_grad():
        for name in ("weight", "bias"):
            q, k, v = getattr(grouped.qkv, name).split([H * D, H_kv * D, H_kv * D])
            k, v = (torch.cat([x[h * H_kv // H * D :][:D] for h in range(H)]) for x in (k, v))
            getattr(whole.qkv, name).copy_(torch.cat((q, k, v)))
            getattr(whole.out, name).copy_(getattr(grouped.out, name))
    return whole


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("n_kv_heads", [1, 2, 4])
@pytest.mark.parametrize("T", [1, 5])
def test_module_with_grouped_heads_is_one_with_copied_heads(n_kv_heads, fused, T):
    grouped, x = module(4, n_kv_heads, fused=fused), normal(2, T, 16)
    angles = rope_angles(torch.arange(3, 3 + T)[None], 4)
    bias = normal(2, 4, T, T, seed=3)  # each head its own, as with ALiBi
    for given in ({}, {"bias": bias}, {"bias": bias[:, :1]}, {"angles": angles}):
        close(grouped(x, **given), repeated(grouped)(x, **given))


def test_module_fused_is_the_formula_with_its_gradients():
    x, grads = normal(2, 5, 16), []
    bias = mask_bias(torch.tensor([[False, True, True, True, True]] * 2)[:, None, None])
    for fused in (True, False):
        ours = module(4, 2, fused=fused)
        out = ours(x, bias, angles=rope_angles(torch.arange(5)[None], 4))
        out.square().mean().backward()
        grads.append([out.detach(), *(p.grad for p in ours.parameters())])
    for one, other in zip(*grads, strict=True):
        close(one, other, 1e-5)


def test_module_without_bias_has_none():
    names = [name for name, _ in module(bias=False).named_parameters()]
    assert names == ["qkv.weight", "out.weight"]
    ours, x = module(bias=False), normal(2, 5, 16)
    assert torch.equal(ours(torch.zeros_like(x)), torch.zeros_like(x))
    cross = module(bias=False, kind=CrossAttention)
    assert [name for name, _ in cross.named_parameters()] == [
        f"{n}.weight" for n in ("q", "kv", "out")
    ]
    assert torch.equal(cross(x, *cross.keys_values(torch.zeros_like(x))), torch.zeros_like(x))
