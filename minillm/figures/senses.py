"""Figures of chapter 5: who has read what, and homonyms in each layer."""

import base64
from typing import Any

import torch
from torch import Tensor

from minillm import elmo, senses, states
from minillm.figures.widget import Figure, packed

N_SHOWN = 24  # sentences of a word


def reading(sentence: str | None = None) -> Figure:
    """The reading heads on your sentence, or on the chapter's."""
    return Figure("reading", {"sentence": sentence} if sentence else {})


def bankmap() -> Figure:
    """The six homonyms of Storyland, by the course's biLM."""
    return Figure("bankmap", bankmap_data())


def files() -> dict[str, bytes]:
    """What the figures mount on a page."""
    return {"bankmap.json.gz": packed(bankmap_data())}


def bankmap_data() -> dict[str, Any]:
    """Vectors of the six homonyms by the stored model, for `bankmap.js`."""
    model, vocabulary = elmo.stored()
    words = []
    for word, pair in senses.SENSES.items():
        # Each beginning twice and each ending twice, in pairs that overlap.
        shown = [
            s
            for s in senses.crossed(1, seed=3, only=[word])
            if (s.right - s.left) % senses.N_SIDES < 2
        ]
        ends = [s.start + len(word) for s in shown]
        texts = [s.text for s in shown]
        layers = states.vectors(model, vocabulary, texts, ends)
        about = [{"text": s.text, "sense": s.sense} for s in shown]
        words.append(
            {
                "word": word,
                "senses": pair,
                "sentences": about,
                **plane(layers),
            }
        )
    return {"words": words}


def plane(layers: Tensor) -> dict[str, Any]:
    """Layers (n_layers, N, D) in one byte a number, and a plane for them.

    The plane is that of the two directions in which the vectors of all layers
    but the first differ most; `reach` is the largest coordinate there.
    """
    scales = layers.abs().amax((1, 2)) / 127
    codes = (layers / scales[:, None, None]).round().to(torch.int8)
    centred = layers - layers.mean(1, keepdim=True)
    _, _, directions = torch.linalg.svd(centred[1:].flatten(0, 1))
    axes = directions[:2]
    raw = base64.b64encode(codes.numpy().tobytes()).decode()
    return {
        "bytes": raw,
        "scales": scales.tolist(),
        "dim": layers.shape[-1],
        "axes": [[round(x, 5) for x in axis] for axis in axes.tolist()],
        "reach": float((centred @ axes.T).abs().max()),
    }
