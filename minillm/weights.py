"""Weights that others have published, under the names of our parameters.

A weight that our model has no place for would change the logits if it were
dropped. It is refused, and so is a setting of a file that is not known here.
"""

import re
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from minillm.config import Config
from minillm.gguf import GGUF
from minillm.gguf_settings import gguf_config, stored
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
TOKENS = "embedding.token.weight"
BY_POSITION = {"learned": BERT, "rope": LLAMA, "alibi": BLOOM}
PREFIXES = ("", "bert.", "model.", "transformer.")  # around the bare model
# Heads of BERT beside the one for masked tokens: they read the last states,
# and neither these nor the logits depend on them.
BESIDE = re.compile(r"(bert\.)?pooler\.dense\.\w+|cls\.seq_relationship\.\w+")


def counterparts(parameter: str, names: Mapping[str, str]) -> list[str]:
    """The names of one of our parameters elsewhere, one name per part.

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
    """Sort BLOOM's rows (H * 3 * D, ...): all queries, all keys, all values.

    BLOOM stores query, key and value of the first head, then of the next.
    """
    heads = fused.unflatten(0, (n_heads, 3, -1))
    return heads.transpose(0, 1).reshape(fused.shape)


def from_transformers(
    state_dict: Mapping[str, Tensor], config: Config
) -> dict[str, Tensor]:
    """The state of our model from that of Hugging Face's `transformers`.

    Knows BERT, LLaMA and BLOOM, with their heads or without, by how `config`
    encodes positions. What no weight shows, such as the activation or a
    scaling of RoPE, is for `config` to say.

    Raises `ValueError` where something is missing or has another shape, where
    an output head that `config` ties is not tied, and where `config` has no
    place for a weight. Only BERT's pooler and its head for the next sentence
    are left out.
    """
    if config.position not in BY_POSITION:
        raise ValueError(f"no checkpoint has positions {config.position!r}")

    unused = dict(state_dict)

    def find(name: str) -> Tensor:
        for prefix in PREFIXES:
            if prefix + name in state_dict:
                unused.pop(prefix + name, None)
                return state_dict[prefix + name]
        raise ValueError(f"the checkpoint has no {name!r}")

    weights = gather(config, BY_POSITION[config.position], find)
    head, tied = unused.get("lm_head.weight"), weights[TOKENS]
    if config.head == "tied" and head is not None and not head.equal(tied):
        raise ValueError("the checkpoint's head is not tied: head='linear'")
    copies = redundant(config, weights)
    for name, tensor in unused.items():
        copy = copies.get(name.rpartition("rotary_emb.")[2])
        if BESIDE.fullmatch(name) or (copy is not None and same(tensor, copy)):
            continue
        raise ValueError(
            f"the checkpoint has {name!r} {tuple(tensor.shape)}, and a "
            "Transformer of this configuration has no place for it"
        )
    if config.position == "alibi":
        for name in weights:
            if ".qkv." in name:
                weights[name] = thirds(weights[name], config.n_heads)
    return weights


def from_meta(
    state_dict: Mapping[str, Tensor], config: Config
) -> dict[str, Tensor]:
    """The state of our LLaMA from one in the names of Meta's released code.

    Its `layers.0.attention.wq`, `wk`, `wv` are the parts of our
    `blocks.0.attention.qkv`, and `wo` is `out`; `feed_forward.w1` (the gate)
    and `w3` are those of `feed_forward.up`, and `w2` is `down`; `ffn_norm` is
    `feed_forward_norm`. Outside the layers, `tok_embeddings` is
    `embedding.token` and `output` is `head`. Meta's RoPE turns neighbouring
    channels: queries and keys need `neighbours_to_halves`. `rope.freqs` is a
    constant, and is left out.

    Raises `ValueError` that names a weight that is missing, and one that is
    left over.
    """
    unused = dict(state_dict)
    unused.pop("rope.freqs", None)

    def take(name: str) -> Tensor:
        if name not in unused:
            raise ValueError(f"the checkpoint has no {name!r}")
        return unused.pop(name)

    weights = {
        "embedding.token.weight": take("tok_embeddings.weight"),
        "norm.weight": take("norm.weight"),
        "head.weight": take("output.weight"),
    }
    D = config.head_size
    for i in range(config.n_layers):
        old, new = f"layers.{i}.", f"blocks.{i}."
        q, k, v, out = (
            take(f"{old}attention.w{part}.weight") for part in "qkvo"
        )
        # Values keep their order: they are mixed and never turned.
        q, k = neighbours_to_halves(q, D), neighbours_to_halves(k, D)
        weights[new + "attention.qkv.weight"] = torch.cat([q, k, v])
        weights[new + "attention.out.weight"] = out
        gate, down, up = (
            take(f"{old}feed_forward.w{n}.weight") for n in "123"
        )
        weights[new + "feed_forward.up.weight"] = torch.cat([gate, up])
        weights[new + "feed_forward.down.weight"] = down
        for ours, theirs in (
            ("attention_norm", "attention_norm"),
            ("feed_forward_norm", "ffn_norm"),
        ):
            weights[f"{new}{ours}.weight"] = take(f"{old}{theirs}.weight")
    if unused:
        raise ValueError(f"a LLaMA has no place for {sorted(unused)[:5]}")
    return weights


def redundant(
    config: Config, weights: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Tensors by name that a checkpoint may hold, but that no model needs.

    Each is a copy of a tied weight, or a constant that was stored.
    """
    tied = weights[TOKENS]
    copies = {
        "embeddings.position_ids": torch.arange(config.context)[None],
        "bert.embeddings.position_ids": torch.arange(config.context)[None],
    }
    if config.head == "tied":
        copies["lm_head.weight"] = tied
    if config.head == "mlm":
        copies["cls.predictions.decoder.weight"] = tied
        copies["cls.predictions.decoder.bias"] = weights["head.bias"]
    if config.position == "rope":
        channels = torch.arange(0, config.head_size, 2) / config.head_size
        copies["inv_freq"] = config.rope_theta**-channels
    return copies


def same(x: Tensor, y: Tensor) -> bool:
    """Whether two tensors are equal, up to how their type rounds."""
    rtol = 1e-5 if x.dtype == y.dtype else 0.01
    return x.shape == y.shape and torch.allclose(
        x.float(), y.float(), rtol=rtol, atol=0
    )


def from_gguf(file: GGUF) -> tuple[Config, dict[str, Tensor]]:
    """Settings and float32 state of a LLaMA in a GGUF file.

    Raises `ValueError` on another architecture, on a missing setting or
    tensor, and on one that the LLaMA row has no place for.
    """
    config = gguf_config(file)
    unused = set(file.tensors)

    def find(name: str) -> Tensor:
        unused.discard(name)
        weight = torch.from_numpy(stored(file, name).dequantize())
        if "attn_q" in name or "attn_k" in name:
            return neighbours_to_halves(weight, config.head_size)
        return weight

    weights = gather(config, LLAMA_CPP, find)
    if unused:
        raise ValueError(f"a LLaMA has no place for {sorted(unused)[:5]}")
    return config, weights
