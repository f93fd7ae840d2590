"""Weights under our names: against `transformers`' models, whose weights we take over."""

import numpy as np
import pytest
import torch
import transformers
from gguf import GGMLQuantizationType, quants

from minillm.architectures import configure
from minillm.gguf_settings import gguf_config
from minillm.transformer import Transformer
from minillm.weights import (
    BERT,
    LLAMA_CPP,
    counterparts,
    from_gguf,
    from_meta,
    from_transformers,
    thirds,
)
from tests.llama_cpp import write_gguf

SIZES = {"vocab_size": 50, "n_layers": 2, "n_heads": 4, "width": 32, "hidden": 64, "context": 40}
IDS = torch.tensor([[3, 41, 5, 9, 26, 5, 3], [8, 9, 7, 9, 3, 2, 3]])


def perturbed(model):
    """The same model with weights far from their start, norms and biases too."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=generator) * 0.2)
    return model.eval()


def bert(kind=transformers.BertForMaskedLM):
    config = transformers.BertConfig(
        vocab_size=50,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=40,
        attn_implementation="eager",
    )
    return perturbed(kind(config))


def llama(tied=False, n_kv_heads=2):
    config = transformers.LlamaConfig(
        vocab_size=50,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=n_kv_heads,
        intermediate_size=64,
        max_position_embeddings=40,
        tie_word_embeddings=tied,
        attn_implementation="eager",
    )
    return perturbed(transformers.LlamaForCausalLM(config))


def bloom():
    config = transformers.BloomConfig(
        vocab_size=50, hidden_size=36, n_layer=2, n_head=12, attn_implementation="eager"
    )
    return perturbed(transformers.BloomForCausalLM(config))


def ours(state_dict, config):
    model = Transformer(config)
    model.load_state_dict(from_transformers(state_dict, config))
    return model.eval()


BLOOM_SIZES = SIZES | {"n_heads": 12, "width": 36, "hidden": 144}
PAIRS = {
    "bert": (bert, configure("bert", **SIZES)),
    "llama": (llama, configure("llama", **SIZES, n_kv_heads=2)),
    "llama, tied": (
        lambda: llama(tied=True),
        configure("llama", **SIZES, n_kv_heads=2, head="tied"),
    ),
    "bloom": (bloom, configure("bloom", **BLOOM_SIZES)),
}


@torch.no_grad()
@pytest.mark.parametrize("name", PAIRS)
def test_logits_equal_those_of_the_checkpoint(name):
    build, config = PAIRS[name]
    theirs = build()
    model = ours(theirs.state_dict(), config)
    assert (model(IDS)[0] - theirs(IDS).logits).abs().max() < 1e-5


@torch.no_grad()
def test_a_bert_without_a_head_gives_equal_states():
    theirs = bert(transformers.BertModel)
    model = ours(theirs.state_dict(), configure("bert", **SIZES, head="tied"))
    assert (model.states(IDS) - theirs(IDS).last_hidden_state).abs().max() < 1e-5


def test_thirds_by_hand():
    rows = [f"{part}{head}" for head in range(2) for part in "qkv"]  # BLOOM's order, D = 1
    order = thirds(torch.arange(6), 2).tolist()
    assert [rows[i] for i in order] == ["q0", "q1", "k0", "k1", "v0", "v1"]


def test_counterparts_by_hand():
    assert counterparts("head.bias", BERT) == ["cls.predictions.bias"]
    assert counterparts("norm.weight", LLAMA_CPP) == ["output_norm.weight"]
    assert counterparts("blocks.12.attention.qkv.bias", BERT) == [
        "encoder.layer.12.attention.self.query.bias",
        "encoder.layer.12.attention.self.key.bias",
        "encoder.layer.12.attention.self.value.bias",
    ]
    with pytest.raises(ValueError, match=r"no counterpart of 'blocks.0.cross.out.weight'"):
        counterparts("blocks.0.cross.out.weight", BERT)


def test_a_checkpoint_that_does_not_fit_is_refused():
    state_dict = llama().state_dict()
    fitting = configure("llama", **SIZES, n_kv_heads=2)
    with pytest.raises(ValueError, match=r"(?s)embedding.token.weight is \(51, 32\).*\(50, 32\)"):
        from_transformers(state_dict, configure("llama", **SIZES | {"vocab_size": 51}))
    with pytest.raises(ValueError, match=r"no 'layers.2.self_attn.q_proj.weight'"):
        from_transformers(state_dict, configure("llama", **SIZES | {"n_layers": 3}, n_kv_heads=2))
    with pytest.raises(ValueError, match="head is not tied"):
        from_transformers(state_dict, configure("llama", **SIZES, n_kv_heads=2, head="tied"))
    with pytest.raises(ValueError, match="positions 'rope2d'"):
        from_transformers(state_dict, configure("chatglm", **SIZES))
    del state_dict["model.norm.weight"]
    with pytest.raises(ValueError, match=r"no 'norm.weight'"):
        from_transformers(state_dict, fitting)


KINDS = {
    "vocab_size": 50,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 40,
    "tie_word_embeddings": False,
}
LEFTOVERS = {
    "Qwen2": (
        lambda: transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**KINDS)),
        "self_attn.q_proj.bias",
    ),
    "Qwen3": (
        lambda: transformers.Qwen3ForCausalLM(transformers.Qwen3Config(**KINDS, head_dim=8)),
        "self_attn.q_norm.weight",
    ),
    "LLaMA with biases": (
        lambda: transformers.LlamaForCausalLM(
            transformers.LlamaConfig(**KINDS, attention_bias=True)
        ),
        "self_attn.q_proj.bias",
    ),
    "LLaMA that classifies": (
        lambda: transformers.LlamaForSequenceClassification(transformers.LlamaConfig(**KINDS)),
        "score.weight",
    ),
}


@pytest.mark.parametrize("name", LEFTOVERS)
def test_weights_without_a_place_are_refused(name):
    build, weight = LEFTOVERS[name]
    head = "tied" if "classifies" in name else "linear"
    with pytest.raises(ValueError, match=rf"the checkpoint has '\S*{weight}' \(\d+.*no place"):
        from_transformers(
            build().state_dict(), configure("llama", **SIZES, n_kv_heads=2, head=head)
        )


def test_layers_biases_and_heads_that_the_configuration_lacks_are_refused():
    one_layer = configure("llama", **SIZES | {"n_layers": 1}, n_kv_heads=2)
    with pytest.raises(ValueError, match=r"'model.layers.1.self_attn.q_proj.weight' \(32, 32\)"):
        from_transformers(llama().state_dict(), one_layer)
    with pytest.raises(ValueError, match="no place for it"):
        from_transformers(bloom().state_dict(), configure("bloom", **BLOOM_SIZES, bias=False))
    with pytest.raises(ValueError, match=r"'cls.predictions.bias' \(50,\)"):
        from_transformers(bert().state_dict(), configure("bert", **SIZES, head="tied"))


def test_a_bert_whose_output_weights_differ_from_its_embeddings_is_refused():
    config = configure("bert", **SIZES)
    for name in ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias"):
        state_dict = bert().state_dict()
        state_dict[name] = state_dict[name] + 1
        with pytest.raises(ValueError, match=f"has '{name}'"):
            from_transformers(state_dict, config)


@torch.no_grad()
def test_heads_that_no_logit_depends_on_are_left_out():
    theirs = bert(transformers.BertForPreTraining)
    model = ours(theirs.state_dict(), configure("bert", **SIZES))
    assert (model(IDS)[0] - theirs(IDS).prediction_logits).abs().max() < 1e-5


def test_constants_of_a_checkpoint_are_those_of_the_configuration_or_refused():
    config = configure("llama", **SIZES, n_kv_heads=2)
    name = "model.layers.0.self_attn.rotary_emb.inv_freq"
    state_dict = llama().state_dict()
    frequencies = llama().model.rotary_emb.inv_freq
    for dtype in (torch.float32, torch.float16):
        assert from_transformers(state_dict | {name: frequencies.to(dtype)}, config)
    with pytest.raises(ValueError, match="inv_freq' "):
        from_transformers(state_dict | {name: frequencies / 4}, config)
    theirs = bert(transformers.BertModel).state_dict()
    headless = configure("bert", **SIZES, head="tied")
    positions = torch.arange(40)[None]
    assert from_transformers(theirs | {"embeddings.position_ids": positions}, headless)
    with pytest.raises(ValueError, match="position_ids"):
        from_transformers(theirs | {"embeddings.position_ids": positions + 2}, headless)


@torch.no_grad()
@pytest.mark.parametrize("kind", ["F32", "Q4_1", "Q8_0"])
def test_a_llama_out_of_a_gguf_file_gives_equal_logits(tmp_path, kind):
    theirs = llama()
    file = write_gguf(tmp_path / "model.gguf", theirs, kind)
    config, weights = from_gguf(file)
    assert config == configure("llama", **SIZES, n_kv_heads=2, eps=np.float32(1e-6).item())
    model = Transformer(config).eval()
    model.load_state_dict(weights)
    for p in theirs.parameters():
        if p.ndim > 1:
            code = GGMLQuantizationType[kind]
            p.copy_(torch.from_numpy(quants.dequantize(quants.quantize(p.numpy(), code), code)))
    assert (model(IDS)[0] - theirs(IDS).logits).abs().max() < 1e-5


@torch.no_grad()
def test_rows_in_another_order_than_llama_cpp_has_them_give_other_logits(tmp_path):
    theirs = llama()
    config, weights = from_gguf(write_gguf(tmp_path / "model.gguf", theirs, permute=False))
    model = Transformer(config).eval()
    model.load_state_dict(weights)
    assert (model(IDS)[0] - theirs(IDS).logits).abs().max() > 1e-3


def test_a_gguf_file_may_say_again_what_is_so_already(tmp_path):
    plain = gguf_config(write_gguf(tmp_path / "plain.gguf", llama()))
    again = {
        "vocab_size": 50,
        "embedding_length": 32,
        "feed_forward_length": 64,
        "attention.key_length": 8,
        "rope.dimension_count": 8,
        "rope.scaling.type": "none",
        "rope.scaling.factor": 1.0,
        "rope.scale_linear": 1.0,
        "rope.scaling.original_context_length": 2048,
        "expert_count": 0,
    }
    assert gguf_config(write_gguf(tmp_path / "again.gguf", llama(), **again)) == plain


def test_settings_of_a_gguf_file(tmp_path):
    path = tmp_path / "model.gguf"
    config = gguf_config(
        write_gguf(path, llama(n_kv_heads=4), skip=["output.weight"], **{"rope.freq_base": 5e5})
    )
    assert (config.head, config.rope_theta, config.kv_heads) == ("tied", 5e5, 4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"architecture": "gpt2"}, "'llama', not 'gpt2'"),
        ({"block_count": None}, "llama.block_count is int, not None"),
        ({"block_count": 4_000_000_000}, "4000000000 blocks of 21 tensors"),
        ({"block_count": 3}, "no tensor 'blk.2.attn_q.weight'"),
        ({"block_count": 1}, "no place for .'blk.1.attn_k.weight'"),
        ({"context_length": 0.5}, "llama.context_length is int, not 0.5"),
        ({"attention.head_count": 0}, "n_heads is 0"),
        ({"attention.head_count": 2, "attention.head_count_kv": 2}, "qkv.weight is"),
        ({"rope.dimension_count": 4}, "RoPE turns all 8 channels .* not 4"),
        ({"rope.scaling.type": "linear"}, "not 8 by 'linear'"),
        ({"rope.scaling.factor": 4.0}, "llama.rope.scaling.factor is 4.0, but .* has 1.0"),
        ({"rope.scale_linear": 4.0}, "llama.rope.scale_linear is 4.0"),
        ({"rope.scaling.attn_factor": 0.5}, "attn_factor is 0.5"),
        ({"rope.freq_base_swa": 5.0}, "llama.rope.freq_base_swa is 5.0: no LLaMA here has it"),
        ({"attention.key_length": 16}, "key_length is 16, but .* has 8"),
        ({"attention.causal": 0}, "attention.causal is 0, but .* has True"),
        ({"attention.sliding_window": 8}, "sliding_window is 8, but .* has 0"),
        ({"expert_count": 4}, "expert_count is 4"),
        ({"vocab_size": 51}, "vocab_size is 51, but .* has 50"),
        ({"embedding_length": 33}, "embedding_length is 33, but .* has 32"),
        ({"logit_scale": 8.0}, "logit_scale is 8.0"),
        ({"rope.scaling.type": "yarn", "rope.scaling.factor": 2.0}, "by 'yarn'"),
        ({"skip": ["token_embd.weight"]}, "no tensor 'token_embd.weight'"),
        ({"skip": ["extra"]}, "no place for .'rope_freqs.weight'"),
    ],
    ids=lambda value: "file" if isinstance(value, dict) else value,
)
def test_a_gguf_file_that_is_no_whole_llama_is_refused(tmp_path, settings, message):
    file = write_gguf(tmp_path / "model.gguf", llama(), **settings)
    with pytest.raises(ValueError, match=message):
        from_gguf(file)


def meta_state(net: Transformer) -> dict[str, torch.Tensor]:
    """The weights of a LLaMA in the names and the order of Meta's code."""
    config, D = net.config, net.config.head_size
    ours = net.state_dict()
    back = torch.arange(D).view(2, D // 2).T.flatten()  # halves to neighbours

    def neighbours(weight: torch.Tensor) -> torch.Tensor:
        return weight.unflatten(0, (-1, D))[:, back].flatten(0, 1)

    theirs = {
        "tok_embeddings.weight": ours["embedding.token.weight"],
        "norm.weight": ours["norm.weight"],
        "output.weight": ours["head.weight"],
    }
    sizes = [config.width, *2 * [config.kv_heads * D]]
    for i in range(config.n_layers):
        old, new = f"layers.{i}.", f"blocks.{i}."
        q, k, v = ours[new + "attention.qkv.weight"].split(sizes)
        gate, up = ours[new + "feed_forward.up.weight"].chunk(2)
        parts = {
            "attention.wq": neighbours(q),
            "attention.wk": neighbours(k),
            "attention.wv": v,
            "attention.wo": ours[new + "attention.out.weight"],
            "feed_forward.w1": gate,
            "feed_forward.w2": ours[new + "feed_forward.down.weight"],
            "feed_forward.w3": up,
            "attention_norm": ours[new + "attention_norm.weight"],
            "ffn_norm": ours[new + "feed_forward_norm.weight"],
        }
        theirs |= {f"{old}{name}.weight": weight for name, weight in parts.items()}
    return theirs


@pytest.mark.parametrize("kv_heads", [1, 2, 4])
def test_metas_names_and_pairing_are_translated(kv_heads):
    config = configure(
        "llama",
        vocab_size=30,
        n_layers=2,
        n_heads=4,
        width=32,
        hidden=20,
        context=16,
        n_kv_heads=kv_heads,
    )
    net = Transformer(config, torch.Generator().manual_seed(0))
    meta = meta_state(net) | {"rope.freqs": torch.ones(4)}
    for name, weight in from_meta(meta, config).items():
        torch.testing.assert_close(weight, net.state_dict()[name])
    with pytest.raises(ValueError, match=r"no 'layers\.1\.ffn_norm\.weight'"):
        from_meta({n: w for n, w in meta.items() if n != "layers.1.ffn_norm.weight"}, config)
    with pytest.raises(ValueError, match=r"no place for \['layers\.2"):
        from_meta(meta | {"layers.2.attention.wq.weight": torch.zeros(1)}, config)
