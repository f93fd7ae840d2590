"""A model of LLaMA's row in the files that the ecosystem reads.

`write` makes a folder with model.safetensors, config.json and tokenizer.json
in the names and settings of Hugging Face's `transformers`, whose
`AutoModelForCausalLM.from_pretrained(folder)` then computes the same logits.
A format is a contract about names, layout, order and positions, not about
numbers alone; `weights` has the names.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from minillm import checkpoint
from minillm.architectures import TABLE, configure
from minillm.config import Config
from minillm.corpus import BOS, EOS
from minillm.language_model import LanguageModel
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer
from minillm.weights import LLAMA, counterparts, from_transformers

# What a Llama of `transformers` always does: ours has to do it, too.
FIXED = {name: TABLE["llama"][name] for name in TABLE["llama"]} | {
    "final_norm": True,
    "embedding_norm": False,
    "embedding_scale": False,
    "n_segments": 0,
}
FREE = ("eps", "head")  # what config.json says


def check(config: Config) -> None:
    """Raise `ValueError` on settings that `transformers`' Llama has not."""
    for name, value in FIXED.items():
        own = getattr(config, name)
        if name not in FREE and own != value:
            raise ValueError(f"a Llama has {name} {value!r}, not {own!r}")
    if config.head not in ("linear", "tied"):
        raise ValueError(f"a Llama has no head {config.head!r}")


def to_transformers(
    weights: Mapping[str, Tensor], config: Config
) -> dict[str, Tensor]:
    """Our parameters under the names of `transformers`.

    A fused one is cut into its parts, of which `weights.LLAMA` has the order.
    Raises `ValueError` on a configuration that is no Llama.
    """
    check(config)
    D = config.head_size
    sizes = {
        "qkv": [config.n_heads * D, config.kv_heads * D, config.kv_heads * D],
        "up": [config.hidden, config.hidden],
    }
    found = {}
    for name, weight in weights.items():
        names = counterparts(name, LLAMA)
        kind = name.split(".")[-2]
        parts = weight.split(sizes[kind]) if kind in sizes else [weight]
        for other, part in zip(names, parts, strict=True):
            # The head stands beside the bare model, all else inside of it.
            path = other if other.startswith("lm_head") else f"model.{other}"
            found[path] = part.contiguous()
    return found


def describe(config: Config) -> dict[str, Any]:
    """What config.json says. Raises `ValueError` where it is no Llama."""
    check(config)
    theta = {"rope_theta": config.rope_theta}
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": config.vocab_size,
        "hidden_size": config.width,
        "intermediate_size": config.hidden,
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "num_key_value_heads": config.kv_heads,
        "head_dim": config.head_size,
        "hidden_act": "silu",
        "max_position_embeddings": config.context,
        "rms_norm_eps": config.eps,
        # Old releases read the first, new ones the second.
        **theta,
        "rope_parameters": {"rope_type": "default", **theta},
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": config.head == "tied",
        "bos_token_id": BOS,
        "eos_token_id": EOS,
        "dtype": "float32",
    }


def write(model: LanguageModel, folder: str | Path) -> None:
    """Write a model's folder: weights in float32, settings, tokenizer.

    Raises `ValueError`, before anything is written, on a model that is no
    Llama with the course's tokenizer, and on a number that is not finite.
    """
    folder, config = Path(folder), model.net.config
    vocabulary = model.vocabulary
    if not isinstance(vocabulary, Tokenizer):
        raise ValueError(
            f"tokenizer.json holds a byte-level BPE, not a "
            f"{type(vocabulary).__name__}"
        )
    about = describe(config)
    weights = model.net.state_dict()
    checkpoint.check_finite(weights, "the network")
    tensors = to_transformers(
        {name: w.float().cpu() for name, w in weights.items()}, config
    )
    marks = {i: name for name, i in vocabulary.special.items()}
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": marks[BOS],
        "eos_token": marks[EOS],
        "clean_up_tokenization_spaces": False,
        "model_max_length": config.context,
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    for name, content in (
        ("config.json", about),
        ("tokenizer_config.json", settings),
    ):
        text = json.dumps(content, indent=1) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    vocabulary.save(folder / "tokenizer.json")


def read(folder: str | Path) -> LanguageModel:
    """The model of a folder that `write` has written.

    Raises `ValueError` where its weights are not those of its settings, or a
    setting is one that ours has not.
    """
    folder = Path(folder)
    about = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if about.get("model_type") != "llama":
        raise ValueError(f"a 'llama', not {about.get('model_type')!r}")
    config = configure(
        "llama",
        vocab_size=about["vocab_size"],
        n_layers=about["num_hidden_layers"],
        n_heads=about["num_attention_heads"],
        n_kv_heads=about["num_key_value_heads"],
        width=about["hidden_size"],
        hidden=about["intermediate_size"],
        context=about["max_position_embeddings"],
        eps=about["rms_norm_eps"],
        rope_theta=about["rope_theta"],
        head="tied" if about["tie_word_embeddings"] else "linear",
    )
    if describe(config) != about:
        wrong = [n for n, x in describe(config).items() if about.get(n) != x]
        wrong += sorted(about.keys() - describe(config).keys())
        raise ValueError(f"settings that are not known here: {wrong}")
    net = Transformer(config)
    state_dict = load_file(folder / "model.safetensors")
    with torch.no_grad():
        net.load_state_dict(from_transformers(state_dict, config))
    return LanguageModel(net.eval(), Tokenizer.load(folder / "tokenizer.json"))
