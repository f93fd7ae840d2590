"""Measure the whole pipeline for chapter 14: `python -m tools.capstone`, ten quiet minutes.

It builds the model of `make mine` twice, with plain functions, which students' pieces need, and
with fused kernels; then it stores the weights in fewer and fewer bits. What it finds, seconds of
each stage, calls of each piece, bits per byte, is in `data/results/14_mini_llm.json`.
"""

import argparse
import json
from collections import Counter
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import torch

from minillm import assemble, packing
from minillm.assemble import PROMPTS, Build, Size
from minillm.corpus import BOS, DATA
from minillm.language_model import LanguageModel
from minillm.transformer import Transformer
from minillm.windowed import continue_text
from minillm.yardstick import bits_per_byte
from tools.provenance import provenance

BITS = (8, 6, 5, 4, 3, 2)
SCORED = 30  # held-out stories for each number of bits
LENGTH = 50  # tokens that are written with each


def built(texts: assemble.Texts, size: Size, fused: bool) -> tuple[Build, Counter]:
    """A build by the library's pieces, with plain functions or with fused kernels."""
    plain = Size.config

    def config(self: Size, vocab_size: int) -> Any:
        return replace(plain(self, vocab_size), fused=fused)

    with mock.patch.object(Size, "config", config), assemble.in_place({}, {}) as calls:
        made = assemble.build(texts, size, calls, PROMPTS["storyland"])
    return made, calls.number


def rounded(model: LanguageModel, bits: int, per_row: bool = True) -> LanguageModel:
    """The model with each matrix in so many bits, one scale for a row or for all of it."""
    most = 2 ** (bits - 1) - 1
    net = Transformer(model.net.config)
    weights = {}
    for name, weight in model.net.state_dict().items():
        if weight.ndim == 2:
            axes = {"dim": 1, "keepdim": True} if per_row else {}
            scale = weight.abs().amax(**axes) / most
            weight = (weight / scale.clamp(min=1e-12)).round() * scale
        weights[name] = weight
    net.load_state_dict(weights)
    return LanguageModel(net.eval(), model.vocabulary)


def written(model: LanguageModel) -> str:
    """What the model writes behind a prompt, always with the same numbers."""
    prompt = PROMPTS["storyland"][0]
    ids = [BOS, *model.vocabulary.encode(prompt).tolist()]
    u = np.random.default_rng(14).random(LENGTH)
    return prompt + model.vocabulary.decode(continue_text(model.net, ids, LENGTH, u))


def matrices_of(model: LanguageModel) -> dict[str, torch.Tensor]:
    """Its matrices: what is stored in fewer bits."""
    return {k: w for k, w in model.net.state_dict().items() if w.ndim == 2}


def far_apart(model: LanguageModel) -> dict[str, Any]:
    """Two rows of the matrix whose rows differ most: the ones of the largest and of the smallest
    largest weight.
    """
    weights = matrices_of(model)
    largest = {k: w.abs().amax(dim=1) for k, w in weights.items()}
    name = max(largest, key=lambda k: float(largest[k].max() / largest[k].min()))
    rows = [int(largest[name].argmax()), int(largest[name].argmin())]
    some = [[round(w, 5) for w in weights[name][i].tolist()] for i in rows]
    return {"matrix": name, "rows": rows, "weights": some}


def measure(size: Size, stories: int) -> dict[str, Any]:
    """Everything that the chapter shows."""
    command = f"python -m tools.capstone --steps {size.steps} --stories {stories}"
    begun = provenance()  # the state of the repository that is measured
    torch.set_num_threads(1)
    texts = assemble.texts_of("storyland", stories)
    made, calls = built(texts, size, fused=False)
    fused, _ = built(texts, size, fused=True)
    some = texts["valid"][:SCORED]
    rows = {"per row": True, "per matrix": False}
    models = {
        kind: {"float32": made.model} | {str(n): rounded(made.model, n, per_row) for n in BITS}
        for kind, per_row in rows.items()
    }
    matrices = matrices_of(made.model)
    codes, _ = packing.quantize_rows(made.model.net.head.weight.detach().double().numpy())
    return {
        "size": vars(size) | {"stories": stories},
        "parameters": made.parameters,
        "flops": made.flops,
        "file_bytes": len(made.file),
        "losses": [round(x, 4) for x in made.losses[:: max(1, size.steps // 60)]],
        "bits_per_byte": made.bits,
        "seconds": {"plain": made.seconds, "fused": fused.seconds},
        "calls": {f"{stage} {name}": n for (stage, name), n in calls.items()},
        "rounded": {
            kind: {n: bits_per_byte(model, some) for n, model in each.items()}
            for kind, each in models.items()
        },
        "written": {
            kind: {n: written(model) for n, model in each.items()} for kind, each in models.items()
        },
        "far_apart": far_apart(made.model),
        "numbers": {
            "parameters": sum(w.numel() for w in matrices.values()),
            "rows": sum(len(w) for w in matrices.values()),
            "matrices": len(matrices),
        },
        "codes": np.bincount(codes.ravel().astype(int) + 127, minlength=255).tolist(),
        "samples": made.samples,
        "provenance": {"command": command, "seed": size.seed} | begun,
    }


def main() -> None:
    """Measure and write."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--steps", type=int, default=Size.steps)
    words.add_argument("--stories", type=int, default=2000)
    args = words.parse_args()
    found = measure(Size(steps=args.steps), args.stories)
    path = DATA / "results" / "14_mini_llm.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({k: found[k] for k in ("bits_per_byte", "seconds", "rounded")}, indent=1))


if __name__ == "__main__":
    main()
