"""LLaMAs of `transformers` as llama.cpp's converter stores them, by the `gguf` package."""

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, quants

from minillm import gguf


def llama_cpp_name(name):
    for ours, theirs in {
        "model.embed_tokens": "token_embd",
        "model.layers": "blk",
        "model.norm": "output_norm",
        "lm_head": "output",
        "self_attn.o_proj": "attn_output",
        "self_attn.": "attn_",
        "mlp.": "ffn_",
        "_proj": "",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }.items():
        name = name.replace(ours, theirs)
    return name


def rows_as_neighbours(weight, n_heads):
    """Rows of queries or keys as llama.cpp's converter orders them: pairs become neighbours."""
    heads = weight.reshape(n_heads, 2, weight.shape[0] // n_heads // 2, *weight.shape[1:])
    return heads.swapaxes(1, 2).reshape(weight.shape)


def rows_in_halves(weight, n_heads):
    """Undo what llama.cpp's converter did to the rows of queries and keys."""
    pairs = weight.reshape(n_heads, -1, 2, weight.shape[-1])
    return pairs.swapaxes(1, 2).reshape(weight.shape)


def write_gguf(path, model, kind="F32", skip=(), permute=True, **settings):
    """A GGUF file of a `transformers` LLaMA, written by the `gguf` package."""
    config = model.config
    kind = GGMLQuantizationType[kind]
    values = {
        "block_count": config.num_hidden_layers,
        "context_length": config.max_position_embeddings,
        "attention.head_count": config.num_attention_heads,
        "attention.head_count_kv": config.num_key_value_heads,
        "attention.layer_norm_rms_epsilon": config.rms_norm_eps,
    } | settings
    writer = GGUFWriter(path, values.pop("architecture", "llama"))
    for key, value in values.items():
        if value is not None:
            add = {int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}
            add[type(value)](f"llama.{key}", value)
    for name, weight in model.state_dict().items():
        array = weight.numpy()
        if permute and ("q_proj" in name or "k_proj" in name):
            array = rows_as_neighbours(array, array.shape[0] // 8)
        name = llama_cpp_name(name)
        if name in skip:
            continue
        quantized = array.ndim > 1 and kind is not GGMLQuantizationType.F32
        dtype = kind if quantized else GGMLQuantizationType.F32
        writer.add_tensor(name, quants.quantize(array, dtype), raw_dtype=dtype)
    if "extra" in skip:
        writer.add_tensor("rope_freqs.weight", np.ones(4, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return gguf.read(path)
