"""What happens to the residual stream: states behind blocks, and both senses of collapse."""

import math

import pytest
import torch

from minillm import stream
from minillm.config import Config
from minillm.transformer import Transformer


def model(L=3, **settings) -> Transformer:
    """A small Transformer with the papers' first weights."""
    config = Config(11, L, 2, 8, 16, 16, norm="layer", head="linear", **settings)
    net = Transformer(config)
    stream.xavier(net, torch.Generator().manual_seed(0))
    return net


IDS = torch.tensor([[0, 5, 7, 2, 9], [0, 1, 1, 3, 4]])


def test_states_are_those_between_the_blocks():
    net = model()
    states = stream.states(net, IDS)
    assert [tuple(x.shape) for x in states] == [(2, 5, 8)] * 4
    torch.testing.assert_close(net.norm(states[-1]), net.states(IDS))
    positions = torch.arange(5)[None]
    torch.testing.assert_close(states[0], net.embedding(IDS, positions))


def test_states_leave_no_hooks_behind():
    net = model()
    stream.states(net, IDS)
    assert all(not b._forward_hooks and not b._forward_pre_hooks for b in net.blocks)


def test_states_keep_the_gradient_that_reaches_them():
    net = model()
    states = stream.states(net, IDS)
    net.norm(states[-1]).square().sum().backward()
    assert all(x.grad is not None for x in states)


def test_cosine_and_change_by_hand():
    before = torch.tensor([[1.0, 0.0], [3.0, 4.0]])
    after = torch.tensor([[1.0, 1.0], [3.0, 4.0]])
    assert stream.cosine(before, after) == pytest.approx((math.sqrt(0.5) + 1) / 2)
    assert stream.relative_change(before, after) == pytest.approx(0.5)  # (1 + 0) / 2


def test_outside_mean_is_0_for_equal_tokens_and_1_for_opposite_ones():
    same = torch.tensor([[[1.0, 2.0]] * 3])
    assert stream.outside_mean(same) == pytest.approx(0, abs=1e-7)
    assert stream.outside_mean(torch.tensor([[[1.0, 2.0], [-1.0, -2.0]]])) == pytest.approx(1)
    # By hand: the mean is (2, 0), what is left has length 1 each, of lengths 1 and 3.
    x = torch.tensor([[[1.0, 0.0], [3.0, 0.0]]])
    assert stream.outside_mean(x) == pytest.approx(math.sqrt(2 / 10))


def test_outside_mean_looks_at_each_text_by_itself():
    texts = torch.tensor([[[1.0, 2.0]] * 3, [[-4.0, 1.0]] * 3])
    assert stream.outside_mean(texts) == pytest.approx(0, abs=1e-7)


def test_gradient_norms_are_those_of_the_blocks_matrices():
    net = model()
    net(IDS)[0].square().sum().backward()
    first = [p.grad for p in net.blocks[0].parameters() if p.ndim > 1]
    norm = torch.cat([g.flatten() for g in first]).norm().item()
    assert stream.gradient_norms(net)[0] == pytest.approx(norm, rel=1e-5)
    assert len(stream.gradient_norms(net)) == 3


def test_tokens_become_equal_without_a_skip_and_not_with_one():
    shares = {}
    for name, more in (("none", {"residual": "post", "alpha": 0.0}), ("pre", {"residual": "pre"})):
        with torch.no_grad():
            shares[name] = stream.outside_mean(stream.states(model(24, **more), IDS)[-1])
    assert shares["none"] < 1e-3
    assert shares["pre"] > 0.1


def test_xavier_has_the_variance_of_the_paper_and_beta_where_deepnorm_has_it():
    config = Config(50, 2, 4, 64, 192, 16, residual="post", beta=0.5, norm="layer")
    net = Transformer(config)
    stream.xavier(net, torch.Generator().manual_seed(0))
    block = net.blocks[0]
    q, k, v = block.attention.qkv.weight.split(64)
    for part, std in (
        (q, math.sqrt(2 / 128)),
        (k, math.sqrt(2 / 128)),
        (v, 0.5 * math.sqrt(2 / 128)),
        (block.attention.out.weight, 0.5 * math.sqrt(2 / 128)),
        (block.feed_forward.down.weight, 0.5 * math.sqrt(2 / 256)),
        (net.embedding.token.weight, 1.0),
    ):
        assert part.std().item() == pytest.approx(std, rel=0.06)
