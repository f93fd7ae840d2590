"""A Transformer and its vocabulary, on the course's yardstick."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minillm import checkpoint
from minillm.corpus import BOS, EOS, ByteVocabulary, Vocabulary
from minillm.transformer import Transformer


def window_starts(n_tokens: int, context: int, stride: int) -> np.ndarray:
    """Where the windows begin that together score a text of `n_tokens`.

    The first begins at 0, each next one `stride` tokens later, until one
    reaches the end; a window holds up to `context` tokens.

    >>> window_starts(10, 4, 2)
    array([0, 2, 4, 6])
    """
    n_more = math.ceil(max(0, n_tokens - context) / stride)
    return stride * np.arange(n_more + 1)


class LanguageModel:
    """What the yardstick asks of a model, answered by a Transformer.

    A text longer than the Transformer's context is read in windows that begin
    `stride` tokens apart. Each token is scored once, in the first window that
    reaches it: with all tokens in front of it, or at least the last
    context - stride of them. A small stride gives more history for more time;
    None is half of the context. `batch` windows are worked on at once.

    The logit of `<s>`, which is never predicted, is set to minus infinity, so
    that its probability is exactly 0. Logits become log-probabilities in
    float32, whatever the weights are. Raises `ValueError` on a Transformer
    that cannot read from left to right, on another vocabulary than its own and
    on a stride outside 1 to context.
    """

    def __init__(
        self,
        transformer: Transformer,
        vocabulary: Vocabulary,
        stride: int | None = None,
        batch: int = 16,
    ):
        config = transformer.config
        stride = max(1, config.context // 2) if stride is None else stride
        if config.structure not in ("decoder", "prefix"):
            raise ValueError(
                f"a Transformer of structure {config.structure!r} gives no "
                "probability to the next token of a text"
            )
        if vocabulary.size != config.vocab_size:
            raise ValueError(
                f"the vocabulary has {vocabulary.size} ids, the Transformer "
                f"{config.vocab_size}"
            )
        if not 1 <= stride <= config.context:
            raise ValueError(
                f"the stride is from 1 to {config.context}, not {stride}"
            )
        self.transformer, self.vocabulary = transformer, vocabulary
        self.stride, self.batch = stride, batch

    @property
    def device(self) -> torch.device:
        """Where the Transformer is."""
        return next(self.transformer.parameters()).device

    @torch.inference_mode()
    def log_probs(self, ids: np.ndarray) -> Tensor:
        """Log-probabilities (B, T, V) in nats behind each of the ids (B, T).

        The Transformer is in evaluation mode while it answers.
        """
        was_training = self.transformer.training
        self.transformer.eval()
        try:
            z = self.transformer(torch.from_numpy(ids).to(self.device))
        finally:
            self.transformer.train(was_training)
        z = z.float()
        z[..., BOS] = -math.inf
        return z.log_softmax(dim=-1)

    def log2_probs(self, ids: np.ndarray) -> np.ndarray:
        """log2 probability (T+1,) of each token of a text (T,), then of its
        `EOS`.
        """
        stream = np.concatenate(([BOS], ids, [EOS]))  # (T + 2,)
        n_tokens, context = len(ids) + 1, self.transformer.config.context
        width = min(n_tokens, context)
        starts = window_starts(n_tokens, context, self.stride)
        places = starts[:, None] + np.arange(width)  # (windows, width)
        given = stream[np.minimum(places, n_tokens - 1)]
        named = stream[np.minimum(places, n_tokens - 1) + 1]
        scores = np.zeros(n_tokens)
        # Last windows first: the first window to reach a token has its say.
        for i in reversed(range(0, len(starts), self.batch)):
            rows = slice(i, i + self.batch)
            log_p = self.log_probs(given[rows])
            target = torch.from_numpy(named[rows]).to(log_p.device)
            found = log_p.gather(2, target[..., None])[..., 0].cpu().numpy()
            for start, of_window in zip(
                reversed(starts[rows]), reversed(found), strict=True
            ):
                part = scores[start : start + width]
                part[:] = of_window[: len(part)]
        return scores / math.log(2)

    def distribution(self, ids: np.ndarray) -> np.ndarray:
        """Probability (V,) of each id to come next, after ids (T,)."""
        stream = np.append(BOS, ids)
        context = self.transformer.config.context
        start = window_starts(len(stream), context, self.stride)[-1]
        log_p = self.log_probs(stream[None, start:])[0, -1]
        return log_p.double().exp().cpu().numpy()


def describe(vocabulary: Vocabulary) -> Any:
    """A vocabulary as JSON data: "bytes", or the tokenizer's own file."""
    if isinstance(vocabulary, ByteVocabulary):
        return "bytes"
    return json.loads(vocabulary.to_json())


def vocabulary_from(description: Any) -> Vocabulary:
    """The vocabulary that `describe` has described."""
    if description == "bytes":
        return ByteVocabulary()
    from minillm.tokenizer import Tokenizer

    return Tokenizer.from_json(json.dumps(description))


def save(
    path: str | Path,
    model: LanguageModel,
    provenance: Mapping[str, Any],
    dtype: torch.dtype = torch.float16,
) -> None:
    """Write a model for others: weights in `dtype`, sizes, vocabulary, and
    where it comes from, all in one file.
    """
    weights = model.transformer.state_dict()
    about = {
        "config": asdict(model.transformer.config),
        "vocabulary": describe(model.vocabulary),
        "provenance": dict(provenance),
    }
    checkpoint.write(path, {k: w.to(dtype) for k, w in weights.items()}, about)


def load(
    path: str | Path, device: torch.device | str = "cpu"
) -> LanguageModel:
    """Read a model that `save` has written; its weights become float32.

    Raises what `checkpoint.read` raises, and `ValueError` where the weights
    are not those of the model that the file describes.
    """
    weights, about = checkpoint.read(path)
    transformer = Transformer(checkpoint.config_from(about["config"]))
    checkpoint.load_weights(transformer, weights)
    vocabulary = vocabulary_from(about["vocabulary"])
    return LanguageModel(transformer.to(device), vocabulary)
