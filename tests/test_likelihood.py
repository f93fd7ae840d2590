"""What a text costs: by the chain rule, and gap by gap."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from minillm.architectures import configure
from minillm.likelihood import log_likelihood, pseudo_log_likelihood
from minillm.transformer import Transformer

SIZES = {"n_layers": 2, "n_heads": 2, "width": 16, "hidden": 24, "context": 16}


def predictor(row: str, V: int) -> Transformer:
    """A small network with random weights of a useful size."""
    net = Transformer(configure(row, vocab_size=V, **SIZES), torch.Generator().manual_seed(0))
    for p in net.parameters():
        p.data.mul_(30 if p.ndim > 1 else 1)
    return net.eval().double()


@torch.no_grad()
def test_chain_rule_is_a_distribution_and_the_product_of_gaps_is_none():
    V, length = 6, 2  # ids 2 to 5 are letters of texts of two letters
    decoder, encoder = predictor("llama", V), predictor("bert", V + 1)

    def allowed(predict, letters: range):
        def of(ids: Tensor) -> Tensor:
            logits = predict(ids)[0].clone()
            keep = torch.zeros(logits.shape[-1], dtype=torch.bool)
            keep[list(letters)] = True
            return logits.masked_fill(~keep, -math.inf)

        return of

    by_chain = by_gaps = 0.0
    for text in itertools.product(range(2, V), repeat=length):
        ids = torch.tensor([0, *text, 1])
        by_chain += 2 ** float(log_likelihood(allowed(decoder, range(2, V)), ids[:-1]).sum())
        gaps = pseudo_log_likelihood(allowed(encoder, range(2, V)), ids, V)
        by_gaps += 2 ** float(gaps.sum())
    assert by_chain == pytest.approx(1, abs=1e-9)
    assert abs(by_gaps - 1) > 0.01


@torch.no_grad()
def test_gaps_are_those_of_one_pass_each():
    net = predictor("bert", 40)
    ids = torch.tensor([0, 5, 9, 9, 30, 2, 1])
    got = pseudo_log_likelihood(lambda x: net(x)[0], ids, 39)
    for t in range(1, 6):
        hidden = ids.clone()
        hidden[t] = 39
        want = net(hidden[None])[0][0, t].log_softmax(-1)[ids[t]] / math.log(2)
        assert got[t - 1].item() == pytest.approx(want.item(), abs=1e-9)


@torch.no_grad()
def test_chain_rule_agrees_with_cross_entropy():
    net = predictor("bloom", 40)
    ids = torch.tensor([0, 5, 9, 9, 30, 2, 1])
    got = log_likelihood(lambda x: net(x)[0], ids)
    loss = torch.nn.functional.cross_entropy(net(ids[None, :-1])[0][0], ids[1:], reduction="none")
    torch.testing.assert_close(got, -loss / math.log(2))


def test_texts_without_a_question_give_nothing():
    assert log_likelihood(lambda x: torch.zeros(*x.shape, 3), torch.tensor([0])).shape == (0,)
    gaps = pseudo_log_likelihood(lambda x: torch.zeros(*x.shape, 3), torch.tensor([0, 1]), 2)
    assert gaps.shape == (0,)
