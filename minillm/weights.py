"""Weights that others have published, under the names of our parameters."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from minillm.architectures import configure
from minillm.config import Config
from minillm.gguf import GGUF, QuantizedTensor
from minillm.layers import neighbours_to_halves
from minillm.transformer import Transformer

# What our modules are called in other programs. # is the number of a block;
# where + joins several modules, their rows stand one below the other in ours.
BERT = {
    "embedding.token": "embeddings.word_embeddings",
    "embedding.position": "embeddings.position_embeddings",
    "embedding.segment": "embeddings.token_type_embeddings",
    "embedding.norm": "embeddings.LayerNorm",
    "blocks.#.attention.qkv": "encoder.layer.#.attention.self.query+key+value",
    "blocks.#.attention.out": "encoder.layer.#.attention.output.dense",
    "blocks.#.attention_norm": "encoder.layer.#.attention.output.LayerNorm",
    "blocks.#.feed_forward.up": "encoder.layer.#.intermediate.dense",
    "blocks.#.feed_forward.down": "encoder.layer.#.output.dense",
    "blocks.#.feed_forward_norm": "encoder.layer.#.output.LayerNorm",
    "head": "cls.predictions",
    "head.dense": "cls.predictions.transform.dense",
    "head.norm": "cls.predictions.transform.LayerNorm",
}
LLAMA = {
    "embedding.token": "embed_tokens",
    "blocks.#.attention_norm": "layers.#.input_layernorm",
    "blocks.#.attention.qkv": "layers.#.self_attn.q_proj+k_proj+v_proj",
    "blocks.#.attention.out": "layers.#.self_attn.o_proj",
    "blocks.#.feed_forward_norm": "layers.#.post_attention_layernorm",
    "blocks.#.feed_forward.up": "layers.#.mlp.gate_proj+up_proj",
    "blocks.#.feed_forward.down": "layers.#.mlp.down_proj",
    "norm": "norm",
    "head": "lm_head",
}
BLOOM = {
    "embedding.token": "word_embeddings",
    "embedding.norm": "word_embeddings_layernorm",
    "blocks.#.attention_norm": "h.#.input_layernorm",
    "blocks.#.attention.qkv": "h.#.self_attention.query_key_value",
    "blocks.#.attention.out": "h.#.self_attention.dense",
    "blocks.#.feed_forward_norm": "h.#.post_attention_layernorm",
    "blocks.#.feed_forward.up": "h.#.mlp.dense_h_to_4h",
    "blocks.#.feed_forward.down": "h.#.mlp.dense_4h_to_h",
    "norm": "ln_f",
    "head": "lm_head",
}
LLAMA_CPP = {
    "embedding.token": "token_embd",
    "blocks.#.attention_norm": "blk.#.attn_norm",
    "blocks.#.attention.qkv": "blk.#.attn_q+attn_k+attn_v",
    "blocks.#.attention.out": "blk.#.attn_output",
    "blocks.#.feed_forward_norm": "blk.#.ffn_norm",
    "blocks.#.feed_forward.up": "blk.#.ffn_gate+ffn_up",
    "blocks.#.feed_forward.down": "blk.#.ffn_down",
    "norm": "output_norm",
    "head": "output",
}
BY_POSITION = {"learned": BERT, "rope": LLAMA, "alibi": BLOOM}
PREFIXES = ("", "bert.", "model.", "transformer.")  # around the bare model


def counterparts(parameter: str, names: Mapping[str, str]) -> list[str]:
    """What one of our parameters is called elsewhere, one name per part.

    >>> counterparts("blocks.7.feed_forward.up.weight", LLAMA_CPP)
    ['blk.7.ffn_gate.weight', 'blk.7.ffn_up.weight']

    Raises `ValueError` where `names` has none.
    """
    module, _, kind = parameter.rpartition(".")
    pattern = re.sub(r"\d+", "#", module)
    if pattern not in names:
        raise ValueError(f"there is no counterpart of {parameter!r}")
    number = re.search(r"\d+", module)
    name = names[pattern].replace("#", number[0] if number else "#")
    path, dot, parts = name.rpartition(".")
    return [f"{path}{dot}{part}.{kind}" for part in parts.split("+")]


def gather(
    config: Config, names: Mapping[str, str], find: Callable[[str], Tensor]
) -> dict[str, Tensor]:
    """All parameters of a Transformer, put together from their counterparts.

    `find` gives the tensor of a name. Raises `ValueError` on a shape that is
    not that of the configuration.
    """
    with torch.device("meta"):  # names and shapes only
        parameters = dict(Transformer(config).named_parameters())
    weights = {}
    for name, parameter in parameters.items():
        parts = [find(part) for part in counterparts(name, names)]
        weights[name] = parts[0] if len(parts) == 1 else torch.cat(parts)
        if weights[name].shape != parameter.shape:
            raise ValueError(
                f"{name} is {tuple(parameter.shape)} in this configuration, "
                f"but {tuple(weights[name].shape)} in the checkpoint"
            )
    return weights


def thirds(fused: Tensor, n_heads: int) -> Tensor:
    """Rows (H * 3 * D, ...) of query, key and value of one head after the
    other, as BLOOM has them, to all queries, all keys, all values.
    """
    heads = fused.unflatten(0, (n_heads, 3, -1))
    return heads.transpose(0, 1).reshape(fused.shape)


def from_transformers(
    state_dict: Mapping[str, Tensor], config: Config
) -> dict[str, Tensor]:
    """The state of our model from that of Hugging Face's `transformers`.

    Knows BERT, LLaMA and BLOOM, with their heads or without, by how `config`
    encodes positions. What `config` has no place for (BERT's pooler, say) is
    left out. Raises `ValueError` where something is missing, has another
    shape, or where an output head that `config` ties is not tied.
    """
    if config.position not in BY_POSITION:
        raise ValueError(f"no checkpoint has positions {config.position!r}")

    def find(name: str) -> Tensor:
        for prefix in PREFIXES:
            if prefix + name in state_dict:
                return state_dict[prefix + name]
        raise ValueError(f"the checkpoint has no {name!r}")

    weights = gather(config, BY_POSITION[config.position], find)
    head = state_dict.get("lm_head.weight")
    tied = weights["embedding.token.weight"]
    if config.head == "tied" and head is not None and not head.equal(tied):
        raise ValueError("the checkpoint's head is not tied: head='linear'")
    if config.position == "alibi":
        for name in weights:
            if ".qkv." in name:
                weights[name] = thirds(weights[name], config.n_heads)
    return weights


def from_gguf(file: GGUF) -> tuple[Config, dict[str, Tensor]]:
    """Settings and float32 state of a LLaMA in a GGUF file.

    Raises `ValueError` on another architecture, on a missing setting or
    tensor, and on one that the LLaMA row has no place for.
    """
    config = gguf_config(file)
    unused = set(file.tensors)

    def find(name: str) -> Tensor:
        unused.discard(name)
        weight = torch.from_numpy(_stored(file, name).dequantize())
        if "attn_q" in name or "attn_k" in name:
            return neighbours_to_halves(weight, config.head_size)
        return weight

    weights = gather(config, LLAMA_CPP, find)
    if unused:
        raise ValueError(f"a LLaMA has no place for {sorted(unused)[:5]}")
    return config, weights


def gguf_config(file: GGUF) -> Config:
    """The settings of a LLaMA in a GGUF file, its sizes by its tensors."""
    architecture = file.metadata.get("general.architecture")
    if architecture != "llama":
        raise ValueError(f"the architecture is 'llama', not {architecture!r}")

    def setting(name: str, default: Any = None, kind: type = int) -> Any:
        value = file.metadata.get(f"llama.{name}", default)
        if type(value) is not kind:
            raise ValueError(f"llama.{name} is {kind.__name__}, not {value!r}")
        return value

    n_layers, n_heads = setting("block_count"), setting("attention.head_count")
    if n_layers > len(file.tensors):
        raise ValueError(f"{n_layers} blocks of {len(file.tensors)} tensors")
    V, C = _stored(file, "token_embd.weight").shape
    config = configure(
        "llama",
        vocab_size=V,
        n_layers=n_layers,
        n_heads=n_heads,
        n_kv_heads=setting("attention.head_count_kv", n_heads),
        width=C,
        hidden=_stored(file, "blk.0.ffn_down.weight").shape[-1],
        context=setting("context_length"),
        eps=setting("attention.layer_norm_rms_epsilon", kind=float),
        rope_theta=setting("rope.freq_base", 10_000.0, float),
        head="linear" if "output.weight" in file.tensors else "tied",
    )
    turned = setting("rope.dimension_count", config.head_size)
    scaling = file.metadata.get("llama.rope.scaling.type", "none")
    if turned != config.head_size or scaling != "none":
        raise ValueError(
            f"RoPE turns all {config.head_size} channels of a head by the "
            f"same rule, not {turned} by {scaling!r}"
        )
    return config


def _stored(file: GGUF, name: str) -> QuantizedTensor:
    if name not in file.tensors:
        raise ValueError(f"the GGUF file has no tensor {name!r}")
    return file.tensors[name]
