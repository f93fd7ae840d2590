"""The settings of a LLaMA in a GGUF file, none of them unread.

A key that is not known here could change what the model computes, so it is
refused. The keys are described in `docs/gguf.md` of the ggml project.
"""

import math
from collections.abc import Mapping
from typing import Any

from minillm.architectures import configure
from minillm.config import Config
from minillm.gguf import GGUF, QuantizedTensor

USED = {  # keys behind "llama." that `gguf_config` reads
    "block_count",
    "attention.head_count",
    "attention.head_count_kv",
    "context_length",
    "attention.layer_norm_rms_epsilon",
    "rope.freq_base",
}
# Keys that may be there with a value that changes nothing.
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "rope.scaling.type": ("none",),
    "rope.scaling.factor": (1.0, 0.0),  # 0: not given
    "rope.scaling.attn_factor": (1.0,),
    "rope.scaling.finetuned": (False,),
    "rope.scale_linear": (1.0, 0.0),  # the factor in older files
    "attention.causal": (True,),
    "use_parallel_residual": (False,),
    "expert_count": (0,),
    "expert_used_count": (0,),
    "logit_scale": (1.0, 0.0),
    "embedding_scale": (1.0, 0.0),
    "residual_scale": (1.0, 0.0),
    "attention.max_alibi_bias": (0.0,),
    "attention.clamp_kqv": (0.0,),
    "attention.sliding_window": (0,),
    "attn_logit_softcapping": (0.0,),
    "final_logit_softcapping": (0.0,),
}
ABOUT = {  # what says nothing about the computation
    "rope.scaling.original_context_length",
    "tensor_data_layout",
}


def gguf_config(file: GGUF) -> Config:
    """The settings of a LLaMA in a GGUF file, its sizes by its tensors.

    Raises `ValueError` on another architecture, on a setting that is missing
    or of another type, and on one that a LLaMA here does not have.
    """
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
    V, C = matrix(file, "token_embd.weight")
    config = configure(
        "llama",
        vocab_size=V,
        n_layers=n_layers,
        n_heads=n_heads,
        n_kv_heads=setting("attention.head_count_kv", n_heads),
        width=C,
        hidden=matrix(file, "blk.0.ffn_down.weight")[1],
        context=setting("context_length"),
        eps=setting("attention.layer_norm_rms_epsilon", kind=float),
        rope_theta=setting("rope.freq_base", 10_000.0, float),
        head="linear" if "output.weight" in file.tensors else "tied",
    )
    check_others(file.metadata, config)
    return config


def check_others(metadata: Mapping[str, Any], config: Config) -> None:
    """Raise `ValueError` on a setting of a LLaMA that would be ignored."""
    turned = metadata.get("llama.rope.dimension_count", config.head_size)
    scaling = metadata.get("llama.rope.scaling.type", "none")
    if turned != config.head_size or scaling != "none":
        raise ValueError(
            f"RoPE turns all {config.head_size} channels of a head by the "
            f"same rule, not {turned} by {scaling!r}"
        )
    sizes = {  # written twice: here, and by other keys or the tensors
        "vocab_size": config.vocab_size,
        "embedding_length": config.width,
        "feed_forward_length": config.hidden,
        "attention.key_length": config.head_size,
        "attention.value_length": config.head_size,
        "rope.dimension_count": config.head_size,
    }
    expected = NEUTRAL | {name: (size,) for name, size in sizes.items()}
    for key, value in metadata.items():
        name = key.removeprefix("llama.")
        if name == key or name in USED | ABOUT:
            continue
        if name not in expected:
            raise ValueError(f"{key} is {value!r:.60}: no LLaMA here has it")
        # A longer list of layers or heads is compared as a whole, and fails.
        fits = isinstance(value, bool | int | float | str) and any(
            value == one
            if isinstance(value, str) or isinstance(one, str)
            else math.isclose(value, one)
            for one in expected[name]
        )
        if not fits:
            raise ValueError(
                f"{key} is {value!r:.60}, but a LLaMA here has "
                f"{expected[name][0]!r}"
            )


def stored(file: GGUF, name: str) -> QuantizedTensor:
    """A tensor of a file; raises `ValueError` where it is missing."""
    if name not in file.tensors:
        raise ValueError(f"the GGUF file has no tensor {name!r}")
    return file.tensors[name]


def matrix(file: GGUF, name: str) -> tuple[int, int]:
    """The shape of a tensor of two axes; raises `ValueError` on another."""
    shape = stored(file, name).shape
    if len(shape) != 2:
        raise ValueError(f"tensor {name!r} has two axes, not {len(shape)}")
    return shape[0], shape[1]
