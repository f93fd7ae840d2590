"""Texts beyond the context: written and scored as recomputation and the yardstick have it."""

import math

import numpy as np
import pytest
import torch

from minillm.architectures import configure
from minillm.corpus import BOS, EOS, ByteVocabulary
from minillm.language_model import LanguageModel
from minillm.transformer import Transformer
from minillm.windowed import choose, continue_text, score
from minillm.yardstick import bits_per_byte

VOCABULARY = ByteVocabulary()


@pytest.fixture(scope="module")
def net():
    config = configure(
        "llama",
        vocab_size=VOCABULARY.size,
        n_layers=2,
        n_heads=2,
        width=16,
        hidden=24,
        context=12,
        fused=False,
    )
    net = Transformer(config, torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        net.head.weight.mul_(15)  # so that what was read decides
    return net


def recomputed(net, ids, n, u):
    """The same without a cache: each window is read anew for each token."""
    seen, context = list(ids), net.context
    window = list(seen) if len(seen) <= context else seen[-(context // 2) :]
    for number in u[:n]:
        with torch.no_grad():
            token = choose(net(torch.tensor([window]))[0][0, -1], number)
        if token == EOS:
            break
        seen.append(token)
        window = [*window, token] if len(window) < context else seen[-(context // 2) :]
    return seen[len(ids) :]


@pytest.mark.parametrize("length", [1, 11, 12, 13, 40])
def test_continue_text_equals_recomputation(net, length):
    ids = [BOS, *range(2, length + 1)]
    written = 0
    for seed in range(4):
        u = np.random.default_rng(seed).random(50)
        got = continue_text(net, ids, 50, u)
        assert got == recomputed(net, ids, 50, u) == continue_text(net, ids, 50, u)
        written += len(got)
    assert written > 60
    assert ids == [BOS, *range(2, length + 1)]


def test_choose_takes_the_share_that_the_number_lies_on():
    logits = torch.tensor([50.0, math.log(1), math.log(2), math.log(1)])
    assert [choose(logits, u) for u in (0, 0.24, 0.26, 0.74, 0.76, 0.999)] == [1, 1, 2, 2, 3, 3]
    assert logits[0] == 50
    assert choose(torch.zeros(30), math.nextafter(1, 0)) == 29


def test_score_is_that_of_the_yardstick(net):
    texts = ["", "short", "naïve and longer than the context of twelve tokens"]
    model = LanguageModel(net, VOCABULARY)
    assert score(net, VOCABULARY, texts) == pytest.approx(bits_per_byte(model, texts), rel=1e-6)


def test_wrong_arguments_are_refused(net):
    for ids, u in (([], [0.5]), ([BOS], [])):
        with pytest.raises(ValueError, match="numbers"):
            continue_text(net, ids, 1, u)
    with pytest.raises(ValueError, match="no byte"):
        score(net, VOCABULARY, [""])
