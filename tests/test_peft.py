"""With the same numbers put in, our methods and the package peft give the same, forward and in
gradients. It is no requirement of the course: `pip install peft accelerate` runs these tests.
"""

import importlib.util

import pytest
import torch

from minillm import tuning
from minillm.finetuning import LoRA
from minillm.soft_prompts import prefix, prompt
from tests.small_models import build, close, normal, random_ids

installed = all(importlib.util.find_spec(name) for name in ("peft", "accelerate"))
pytestmark = [
    pytest.mark.skipif(not installed, reason="peft is not installed"),
    pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning"),
]


def draws():
    return torch.Generator().manual_seed(0)


def theirs(**more):
    """The LLaMA row as `transformers` has it, with our weights, and ours."""
    from transformers import LlamaConfig, LlamaForCausalLM

    net = build("llama", fused=False).eval()
    config = LlamaConfig(
        vocab_size=61, hidden_size=32, intermediate_size=40, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=24,
        rms_norm_eps=1e-6, attn_implementation="eager", bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    other, weights = LlamaForCausalLM(config).eval(), {}
    for i, block in enumerate(net.blocks):
        layer = f"model.layers.{i}."
        q, k, v = block.attention.qkv.weight.chunk(3)
        gate, up = block.feed_forward.up.weight.chunk(2)
        for name, tensor in {
            "self_attn.q_proj": q, "self_attn.k_proj": k, "self_attn.v_proj": v,
            "self_attn.o_proj": block.attention.out.weight, "mlp.gate_proj": gate,
            "mlp.up_proj": up, "mlp.down_proj": block.feed_forward.down.weight,
            "input_layernorm": block.attention_norm.weight,
            "post_attention_layernorm": block.feed_forward_norm.weight,
        }.items():  # fmt: skip
            weights[f"{layer}{name}.weight"] = tensor.detach().clone()
    weights["model.embed_tokens.weight"] = net.embedding.token.weight.detach().clone()
    weights["model.norm.weight"] = net.norm.weight.detach().clone()
    weights["lm_head.weight"] = net.head.weight.detach().clone()
    other.load_state_dict(weights)
    return net, other


def same_loss(net, other, pairs, **more):
    """Equal logits of both, and equal gradients of the paired parameters."""
    ids = random_ids(2, 6)
    got, want = net(ids, **more)[0], other(input_ids=ids).logits[:, -6:]
    close(got, want, 1e-5 * want.abs().max().item())
    weights = normal(*want.shape, seed=3)
    (got * weights).mean().backward()
    (want * weights).mean().backward()
    for mine, gradient in pairs():
        scale = gradient.abs().max().item()
        assert scale > 0
        close(mine, gradient, 1e-5 * scale)


def test_lora_equals_peft():
    from peft import LoraConfig, get_peft_model

    net, other = theirs()
    modules = {"q": "q_proj", "v": "v_proj", "out": "o_proj", "down": "down_proj"}
    tuning.lora(net, list(modules), 3, 7.0, draws())
    other = get_peft_model(
        other,
        LoraConfig(r=3, lora_alpha=7, target_modules=list(modules.values()), lora_dropout=0.0),
    ).eval()

    def both():
        for name, part in net.named_modules():
            if isinstance(part, LoRA):
                short = name.rpartition(".")[2]
                where = "mlp" if short == "down" else "self_attn"
                path = f"base_model.model.model.layers.{name.split('.')[1]}.{where}"
                yield part, other.get_submodule(f"{path}.{modules[short]}")

    for i, (mine, his) in enumerate(both()):
        mine.B.data = normal(*mine.B.shape, seed=i)
        his.lora_A["default"].weight.data = mine.A.data.clone()
        his.lora_B["default"].weight.data = mine.B.data.clone()

    def gradients():
        for mine, his in both():
            yield mine.A.grad, his.lora_A["default"].weight.grad
            yield mine.B.grad, his.lora_B["default"].weight.grad

    same_loss(net, other, gradients)
    assert len(list(both())) == 8
    want = net(random_ids(2, 6))[0]
    tuning.merged(net)
    merged = other.merge_and_unload()
    close(net(random_ids(2, 6))[0], merged(input_ids=random_ids(2, 6)).logits, 1e-4)
    close(net(random_ids(2, 6))[0], want, 1e-4)


def test_prompt_equals_peft():
    from peft import PromptTuningConfig, get_peft_model

    net, other = theirs()
    net = prompt(net, 3, draws())
    other = get_peft_model(other, PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3))
    his = other.prompt_encoder["default"].embedding.weight
    his.data = net.prompt.data.clone()
    same_loss(net, other.eval(), lambda: [(net.prompt.grad, his.grad)])


def test_prefix_equals_peft_where_positions_are_shifted_as_there():
    from peft import PrefixTuningConfig, get_peft_model

    net, other = theirs()
    prefix(net, 3, draws())
    other = get_peft_model(other, PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3))
    his = other.prompt_encoder["default"].embedding.weight  # (m, layers 2 C)

    def packed(of):
        pairs = [
            getattr(block.attention, name).detach() if of == "data"
            else getattr(block.attention, name).grad
            for block in net.blocks for name in ("k", "v")
        ]  # fmt: skip
        return torch.stack(pairs).permute(2, 0, 1, 3).reshape(3, -1)  # from (4, H, m, D)

    his.data = packed("data").clone()
    positions = torch.arange(3, 9).expand(2, 6)
    same_loss(net, other.eval(), lambda: [(packed("grad"), his.grad)], positions=positions)


def test_ia3_equals_peft():
    from peft import IA3Config, get_peft_model

    net, other = theirs()
    tuning.ia3(net)
    modules = ["k_proj", "v_proj", "down_proj"]
    other = get_peft_model(
        other, IA3Config(target_modules=modules, feedforward_modules=["down_proj"])
    ).eval()
    factors = [
        (part, other.base_model.model.model.layers[i])
        for i, block in enumerate(net.blocks)
        for part in (block.attention.qkv, block.feed_forward.down)
    ]
    for i, (part, _) in enumerate(factors):
        part.factor.data = 1 + 0.5 * normal(*part.factor.shape, seed=i)

    def pairs():
        for part, layer in factors:
            if part.inputs:
                yield part.factor, [layer.mlp.down_proj.ia3_l["default"]]
            else:
                attention = layer.self_attn
                yield (
                    part.factor,
                    [
                        attention.k_proj.ia3_l["default"],
                        attention.v_proj.ia3_l["default"],
                    ],
                )

    for mine, his in pairs():
        for numbers, parameter in zip(mine.data.chunk(len(his)), his, strict=True):
            parameter.data = numbers.reshape(parameter.shape).clone()

    def gradients():
        for mine, his in pairs():
            yield mine.grad, torch.cat([p.grad.flatten() for p in his])

    same_loss(net, other, gradients)
