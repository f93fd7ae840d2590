"""Each method acts on each row, begins as the base, trains its own parameters alone, and comes
back from a small file.
"""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

from minillm import adapters, checkpoint, tuning
from minillm.batches import Windows
from minillm.finetuning import LoRA, count, with_prefix, with_prompt
from minillm.four_bit import FourBit, four_bit, quantize_q4_0
from minillm.generation import generate
from minillm.layers import rotate
from minillm.network import evaluating
from minillm.quantization import dequantize_q4_0
from minillm.recipe import Recipe
from minillm.soft_prompts import Prompted, prefix, prompt
from minillm.trainer import Trainer
from tests.small_models import build, close, distance, normal, padded, random_ids

ROWS = ["original", "bert", "llama", "chatglm", "bloom"]


def given(row, B=2):
    return {"source": random_ids(B, 5, seed=1)} if row == "original" else {}


def draws(seed=0):
    return torch.Generator().manual_seed(seed)


METHODS = {
    "lora": lambda net: tuning.lora(net, ["q", "v"], 2, 4.0, draws()),
    "lora everywhere": lambda net: tuning.lora(net, ["qkv", "out", "up", "down"], 2, 4.0, draws()),
    "adapter": lambda net: tuning.bottleneck(net, 3, draws()),
    "ia3": tuning.ia3,
    "prefix": lambda net: prefix(net, 3, draws()),
    "prompt": lambda net: prompt(net, 3, draws()),
}


def tuned(row, method, seed=0):
    net = build(row, seed).eval()
    return METHODS[method](net) or net


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("method", METHODS)
def test_each_method_acts_on_each_row(row, method):
    ids, base = random_ids(2, 6), build(row).eval()
    net = tuned(row, method)
    own = adapters.trainable(net)
    assert 0 < count(net)[0] == sum(p.numel() for p in own.values()) < count(base)[1] / 5
    before = base(ids, **given(row))[0]
    if method not in ("prefix", "prompt"):  # these put something there at once
        close(net(ids, **given(row))[0], before)
        with torch.no_grad():
            for i, parameter in enumerate(own.values()):
                parameter += 0.3 * normal(*parameter.shape, seed=i)
    after = net(ids, **given(row))[0]
    assert after.shape == before.shape
    assert distance(after, before) > 1e-3
    after.square().mean().backward()
    for name, parameter in own.items():
        assert parameter.grad.abs().max() > 0, name
    assert not any(p.grad is not None for p in net.parameters() if not p.requires_grad)


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("method", ["prefix", "prompt"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_padded_batch_equals_its_rows_one_by_one(row, method, side):
    net, ids, mask = tuned(row, method), random_ids(3, 6), padded(6, side)
    together = net(ids, mask=mask, **given(row, 3))[0]
    for i, real in enumerate(mask):
        source = {k: v[i : i + 1] for k, v in given(row, 3).items()}
        close(together[i][real], net(ids[i][real][None], **source)[0][0], 2e-5)


@pytest.mark.parametrize("row", ["original", "llama", "chatglm", "bloom"])
@pytest.mark.parametrize("method", METHODS)
def test_a_tuned_network_writes_what_it_would_read(row, method):
    net = tuned(row, method)
    prompts = [np.array([0, 5, 6, 7]), np.array([0, 9])]
    if row == "chatglm":
        prompts = [np.array([0, 5, 6])] * 2
    sources = {"sources": [np.array([3, 4])] * 2} if row == "original" else {}
    texts = generate(net, prompts, 4, eos=None, **sources)
    for start, text in zip(prompts, texts, strict=True):
        whole = torch.tensor([[*start, *text]])
        more = {"source": torch.tensor([[3, 4]])} if sources else {}
        if row == "chatglm":
            more = {"prefix": torch.tensor([len(start)])}
        with torch.inference_mode():
            best = net(whole, **more)[0][0].argmax(-1)
        assert best[len(start) - 1 : -1].tolist() == list(text)


def test_fused_projections_are_cut_and_put_together_again():
    for row, more in (("bloom", {}), ("llama", {"n_kv_heads": 2})):
        base, net = build(row, **more).eval(), build(row, **more).eval()
        ids = random_ids(2, 5)
        tuning.lora(net, ["q", "v", "down"], 2, 4.0, draws())
        for part in tuning.loras(net):
            part.B.data = normal(*part.B.shape, seed=5)
        qkv, eye = net.blocks[0].attention.qkv, torch.eye(32)
        fused = base.blocks[0].attention.qkv(eye)
        close(qkv.k(eye), fused[:, 32 : -len(qkv.v.B)])
        want = net(ids)[0]
        tuning.merged(net)
        assert [n for n, _ in net.named_parameters()] == [n for n, _ in base.named_parameters()]
        close(net(ids)[0], want, 5e-5)
        assert distance(want, base(ids)[0]) > 1e-2


def test_lora_refuses_names_that_are_not_there_and_changes_nothing():
    net = build("bloom")
    with pytest.raises(ValueError, match="no linear layer 'q_proj': there are qkv, out, up, down"):
        tuning.lora(net, ["up", "q_proj"], 2, 4.0)
    assert not list(tuning.loras(net))
    assert all(p.requires_grad for p in net.parameters())


def test_bitfit_trains_biases_and_says_why_llama_has_none():
    net = build("bloom")
    tuning.bitfit(net)
    names = adapters.trainable(net)
    assert names
    assert all(name.endswith("bias") for name in names)
    with pytest.raises(ValueError, match="no part of this network has a bias"):
        tuning.bitfit(build("llama"))


@pytest.mark.parametrize("method", METHODS)
def test_what_was_trained_fits_in_a_small_file(method, tmp_path):
    net, stream = tuned("bloom", method), np.arange(2, 60)
    frozen = {n: p.clone() for n, p in net.named_parameters() if not p.requires_grad}
    recipe = Recipe(n_steps=3, n_warmup=1, lr=0.01, weight_decay=0.5)
    for _ in Trainer(net, Windows(stream, 4, 8), recipe).run():
        pass
    assert all(torch.equal(p, frozen[n]) for n, p in net.named_parameters() if n in frozen)
    adapters.save(tmp_path / "a", net, {"task": "counting"})
    whole = 4 * count(build("bloom"))[1]
    assert (tmp_path / "a").stat().st_size < 4 * count(net)[0] + 4000 < whole / 3
    other, ids = tuned("bloom", method), random_ids(2, 6)
    if method != "prompt" and method != "prefix":
        assert distance(other(ids)[0], net.eval()(ids)[0]) > 1e-6
    adapters.load(tmp_path / "a", other)
    assert torch.equal(other(ids)[0], net.eval()(ids)[0])
    assert set(checkpoint.read(tmp_path / "a")[0]) == set(adapters.trainable(net))


def test_a_prefix_is_what_the_plain_formula_says():
    net = build("llama", n_kv_heads=2, fused=False).eval()
    part = copy.deepcopy(net.blocks[0].attention)
    prefix(net, 3, draws())
    wrapped = net.blocks[0].attention
    x, angles = normal(2, 5, 32), net._angles(torch.arange(5)[None])
    q, k, v = part.qkv(x).unflatten(-1, (-1, 8)).split([4, 2, 2], dim=2)
    q, k = rotate(q, *angles), rotate(k, *angles)
    bias = torch.full((5, 5), -math.inf).triu(1)
    plain = with_prefix(*(s.transpose(1, 2) for s in (q, k, v)), wrapped.k, wrapped.v, bias)
    close(part.out(plain.transpose(1, 2).flatten(2)), wrapped(x, None, True, angles))


@pytest.mark.parametrize("row", ["bert", "bloom", "chatglm"])
def test_a_prompt_is_what_the_plain_formula_says(row):
    ids, mask = random_ids(3, 6), padded(6, "left")
    net = tuned(row, "prompt")
    tokens = net.embedding.token.tokens
    x, real, positions = with_prompt(tokens(ids), net.prompt, mask)

    class Given(nn.Module):  # as if these vectors had been looked up
        def forward(self, ids):
            return x if ids.ndim == 2 else tokens(ids)

    plain = build(row).eval()
    plain.embedding.token = Given()
    if row == "chatglm":
        positions = torch.stack((positions.clamp(max=0), positions + 1), dim=1)
    want = plain(torch.zeros(3, 9, dtype=torch.int64), mask=real, positions=positions)[0][:, 3:]
    close(net(ids, mask=mask)[0][mask], want[mask])


def test_soft_prompts_refuse_what_they_cannot_do():
    with pytest.raises(ValueError, match="fill the context"):
        prompt(build("bloom"), 24)
    with pytest.raises(ValueError, match="from 1 on, not 0"):
        prefix(build("bloom"), 0)
    net = prompt(build("bloom"), 2)
    with pytest.raises(ValueError, match="positions are counted"):
        net(random_ids(1, 3), positions=torch.tensor([[0, 1, 2]]))
    with pytest.raises(ValueError, match="no Attention that is still as it was"):
        prefix(nn.Linear(2, 2), 1)
    assert isinstance(net, Prompted)
    assert net.context == 22


def test_four_bits_are_those_of_an_independent_implementation():
    from gguf import GGMLQuantizationType, quants

    weights = normal(50, 64).numpy() * np.geomspace(1e-3, 10, 50, dtype=np.float32)[:, None]
    weights[3] = 0
    want = quants.quantize(weights, GGMLQuantizationType.Q4_0)
    blocks = quantize_q4_0(weights.reshape(-1, 32))
    assert np.array_equal(blocks.view(np.uint8).reshape(want.shape), want)
    back = dequantize_q4_0(blocks).reshape(weights.shape)
    step = np.abs(weights.reshape(-1, 32)).max(1) / 8
    error = np.abs(back - weights).reshape(-1, 32).max(1)
    # The code 8 does not exist: what lies furthest on the other side is off by a whole step.
    assert (error <= step * 1.01 + 1e-6).all()
    assert (error > step / 4).any()
    with pytest.raises(ValueError, match="NaN or infinite"):
        quantize_q4_0(np.full((1, 32), np.nan, np.float32))
    with pytest.raises(ValueError, match="float16 cannot hold"):
        quantize_q4_0(np.full((1, 32), 1e7, np.float32))


def test_lora_stands_beside_four_bits_and_is_not_merged_into_them():
    net, ids = build("bloom", hidden=64).eval(), random_ids(2, 5)
    before = net(ids)[0]
    four_bit(net)
    rough = net(ids)[0]
    assert 1e-3 < distance(rough, before) < 5
    assert not adapters.trainable(net)
    part = net.blocks[0].feed_forward
    with pytest.raises(ValueError, match="32 do not divide rows of 40"):
        FourBit(nn.Linear(40, 2))
    part.up = LoRA(part.up, 2, 4.0, draws())
    close(net(ids)[0], rough)
    net(ids)[0].square().mean().backward()
    assert part.up.B.grad.abs().max() > 0
    with pytest.raises(ValueError, match="cannot take an update"):
        part.up.merge()
    assert part.up.before is None


def test_training_mode_of_parts_is_left_alone():
    net = build("bloom", dropout=0.5)
    net.eval()
    tuning.bottleneck(net, 2, draws())
    with evaluating(net):
        first = net(random_ids(1, 4))[0]
    close(first, build("bloom").eval()(random_ids(1, 4))[0])
