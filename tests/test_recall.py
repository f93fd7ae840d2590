"""The tasks of recall are well made, and a stack of attention layers does what it says."""

import math

import pytest
import torch

from minillm import recall
from minillm.recall import Stack
from minillm.tasks import IGNORE


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


def test_capital_is_alone_and_the_answer():
    ids, targets = recall.capital(200, drawn())
    large = (ids >= 16) & (ids < 32)
    assert torch.equal(large.sum(1), torch.ones(200, dtype=torch.int64))
    assert torch.equal(ids[large], targets[:, -1])
    assert (ids[:, -1] == 32).all()
    assert (targets[:, :-1] == IGNORE).all()


def test_pairs_ask_for_what_followed_before_and_for_nothing_else():
    ids, targets = recall.pairs(200, drawn())
    assert ids.shape == targets.shape == (200, 32)
    for text, asked in zip(ids.tolist(), targets.tolist(), strict=True):
        known = {}
        for t in range(0, 32, 2):
            assert asked[t] == known.get(text[t], IGNORE)
            assert asked[t + 1] == IGNORE
            known[text[t]] = text[t + 1]
        both = [*known, *known.values()]
        assert len(set(both)) == len(both)  # no letter plays two parts


def test_nearness_takes_the_slope_for_each_token_of_distance():
    wanted = torch.tensor([[0.0, 0, 0], [-0.5, 0, 0], [-1, -0.5, 0]])
    assert torch.equal(recall.nearness(3, 0.5), wanted[None, None])


def by_hand(net, ids):
    """The logits of a stack, one query at a time."""
    x = net.table.weight[ids]
    for i, slope in enumerate(net.slopes):
        q, k, v = (x @ part[i].weight.T for part in (net.q, net.k, net.v))
        seen = torch.zeros_like(x)
        for t in range(len(ids)):
            scores = k[: t + 1] @ q[t] / math.sqrt(x.shape[1])
            scores = scores - slope * torch.arange(t, -1, -1)
            seen[t] = scores.softmax(0) @ v[: t + 1]
        x = x + seen @ net.out[i].weight.T
    return x @ net.head.weight.T


@pytest.mark.parametrize("slopes", [(1.0,), (0.0,), (1.0, 0.0), (0.5, 2.0, 0.0)])
def test_stack_is_the_formula(slopes):
    net, (ids, _) = Stack(16, slopes), recall.pairs(2, drawn())
    for row, logits in zip(ids, net(ids), strict=True):
        torch.testing.assert_close(logits, by_hand(net, row), rtol=0, atol=1e-4)


def test_attention_weights_are_those_of_the_pass():
    net, (ids, _) = Stack(16, (1.0, 0.0)), recall.pairs(2, drawn())
    for found in recall.attention_weights(net, ids):
        torch.testing.assert_close(found.sum(-1), torch.ones(2, 32))
        assert found.triu(1).abs().max() == 0
    x = net.table(ids)
    for i, w in enumerate(recall.attention_weights(net, ids)):
        x = x + net.out[i](w @ net.v[i](x))
    torch.testing.assert_close(net.head(x), net(ids))
    assert not net.q[0]._forward_pre_hooks


def test_two_layers_learn_pairs_and_one_does_not():
    two, one = Stack(16, (1.0, 0.0)), Stack(16, (1.0,))
    assert recall.learn(two, recall.pairs, 200)[-1][1] > 0.85
    assert recall.learn(one, recall.pairs, 200)[-1][1] < 0.3


def test_one_layer_learns_the_capital():
    assert recall.learn(Stack(33, (0.0,)), recall.capital, 150)[-1][1] > 0.95
