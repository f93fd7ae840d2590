"""FLOPs per token by hand, and against torch's own counter on all five rows."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from minillm import flops
from minillm.architectures import configure
from minillm.transformer import Transformer

B, T = 3, 8
SIZES = {"vocab_size": 29, "n_layers": 2, "n_heads": 4, "width": 16, "hidden": 24, "context": T}
MODELS = {
    "original": configure("original", **SIZES),
    "bert": configure("bert", **SIZES),
    "llama": configure("llama", **SIZES),
    "llama with shared keys": configure("llama", n_kv_heads=2, **SIZES),
    "llama tied": configure("llama", head="tied", **SIZES),
    "chatglm": configure("chatglm", **SIZES),
    "bloom": configure("bloom", **SIZES),
}


def counted(config, backward):
    """What torch counts per token, with the plain formulas, whose products it all knows."""
    model = Transformer(config)
    ids = torch.randint(2, 29, (B, T))
    source = {"source": ids} if config.structure == "encoder-decoder" else {}
    with FlopCounterMode(display=False) as counter:
        logits = model(ids, **source)[0]
        if backward:
            logits.sum().backward()
    return counter.get_total_flops() / (B * T)


def test_per_token_by_hand():
    config = configure(
        "llama", vocab_size=7, n_layers=1, n_heads=1, width=2, hidden=3, context=5, n_kv_heads=1
    )
    weights = 3 * 2 * 2 + 2 * 2 + 3 * 2 * 3 + 7 * 2  # qkv, out, feed-forward, head
    assert flops.per_token(config) == 2 * weights + 2 * (2 * 5 * 2)
    assert flops.per_token(config, 4) == 2 * weights + 2 * (2 * 4 * 2)


@pytest.mark.parametrize("name", MODELS)
def test_per_token_equals_what_torch_counts(name):
    config = MODELS[name]
    plain = type(config)(**vars(config) | {"fused": False})
    assert counted(plain, backward=False) == flops.per_token(config)


@pytest.mark.parametrize("name", MODELS)
def test_training_equals_what_torch_counts(name):
    config = MODELS[name]
    plain = type(config)(**vars(config) | {"fused": False})
    assert counted(plain, backward=True) == flops.training(config)


def test_six_n_is_near_for_a_large_model_and_short_texts():
    sizes = {"vocab_size": 32_000, "n_layers": 32, "n_heads": 32, "width": 4096, "hidden": 11_008}
    config = configure("llama", context=2048, **sizes)
    rule = flops.six_n(6_738_415_616)
    assert flops.training(config, 128) == pytest.approx(rule, rel=0.02)
    longer = configure("llama", context=32_768, **sizes)
    assert flops.training(longer, 32_768) > 1.5 * rule  # attention is not in the rule


def test_utilisation_by_hand():
    assert flops.utilisation(6e9, 1e5, 1e15) == pytest.approx(0.6)


def test_measured_peak_is_one_that_a_product_reaches():
    peak = flops.measured_peak(size=256, seconds=0.05)
    assert 1e8 < peak < 1e14
