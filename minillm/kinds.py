"""Four small models that differ in what they may see and what they are asked.

`python -m tools.kinds` trains them on single sentences of Storyland, with one
tokenizer, and writes them into one file; chapter 8 and its assignment read it.
"""

import json
from typing import NamedTuple

import torch
from safetensors import safe_open
from torch import Tensor

from minillm.config import Config
from minillm.corpus import BOS, DATA, EOS
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer

MODEL = DATA / "models" / "08_kinds.safetensors"


class Kinds(NamedTuple):
    """The models by structure, and their tokenizer of V - 1 ids: the encoder
    knows one id more, V - 1, which stands for a hidden token.
    """

    models: dict[str, Transformer]
    tokenizer: Tokenizer

    @property
    def mask_id(self) -> int:
        """The id of a hidden token."""
        return self.tokenizer.size

    def ids(self, text: str) -> Tensor:
        """A text as ids (T,), with `BOS` in front and `EOS` behind."""
        return torch.tensor([BOS, *self.tokenizer.encode(text), EOS])


def load_kinds() -> Kinds:
    """Read the models, in float32 and for evaluation."""
    with safe_open(MODEL, "pt") as file:
        about = json.loads(file.metadata()["about"])
        weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    models = {}
    for name, settings in about["configs"].items():
        models[name] = Transformer(Config(**settings)).eval()
        own = {
            key.removeprefix(name + "."): weight
            for key, weight in weights.items()
            if key.startswith(name + ".")
        }
        models[name].load_state_dict(own)
    return Kinds(models, Tokenizer.from_json(json.dumps(about["tokenizer"])))
