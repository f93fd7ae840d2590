"""A Transformer and its vocabulary, on the course's yardstick."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from minillm import checkpoint
from minillm.corpus import BOS, EOS, ByteVocabulary, Vocabulary
from minillm.tokenizer import Tokenizer
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


class Window(NamedTuple):
    """Some tokens of a text that are read at once; those from `done` on are
    to be scored.
    """

    length: int
    text: int  # its number
    start: int
    done: int


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
    def states(self, ids: np.ndarray) -> Tensor:
        """The Transformer's last states (B, T, C) of ids (B, T).

        It is in evaluation mode meanwhile: nothing is dropped out.
        """
        was_training = self.transformer.training
        self.transformer.eval()
        try:
            return self.transformer.states(
                torch.from_numpy(ids).to(self.device)
            )
        finally:
            self.transformer.train(was_training)

    @torch.inference_mode()
    def log_probs(self, states: Tensor) -> Tensor:
        """Log-probabilities (N, V) in nats behind last states (N, C)."""
        z = self.transformer.logits(states).float()
        z[:, BOS] = -math.inf
        return z.log_softmax(dim=-1)

    def score(self, sequences: Sequence[np.ndarray]) -> list[np.ndarray]:
        """`log2_probs` of each text (T,) of several, worked on together.

        Windows of equal lengths share a batch, so that many short texts cost
        little more than a long one.
        """
        context = self.transformer.config.context
        scores = [np.zeros(len(ids) + 1) for ids in sequences]
        windows: list[Window] = []
        for text, ids in enumerate(sequences):
            done = 0
            for start in window_starts(len(ids) + 1, context, self.stride):
                end = min(start + context, len(ids) + 1)
                windows.append(Window(end - start, text, int(start), done))
                done = end
        windows.sort()
        for first in range(0, len(windows), self.batch):
            rows = windows[first : first + self.batch]
            for row, found in zip(
                rows, self._read(rows, sequences), strict=True
            ):
                end = row.start + row.length
                scores[row.text][row.done : end] = found
        return scores

    def _read(
        self, windows: Sequence[Window], sequences: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """log2 probabilities of what each window has to score."""
        longest = max(window.length for window in windows)
        given = np.full((len(windows), longest), EOS)
        named = np.zeros((len(windows), longest), np.int64)
        asked = np.zeros((len(windows), longest), bool)
        for i, (length, text, start, done) in enumerate(windows):
            end = start + length
            stream = np.concatenate(([BOS], sequences[text], [EOS]))
            given[i, :length] = stream[start:end]
            named[i, :length] = stream[start + 1 : end + 1]
            asked[i, done - start : length] = True
        states = self.states(given)[torch.from_numpy(asked).to(self.device)]
        targets = torch.from_numpy(named[asked]).to(self.device)
        log_p = self.log_probs(states).gather(1, targets[:, None])[:, 0]
        sizes = asked.sum(axis=1)
        log2_p = log_p.double().cpu().numpy() / math.log(2)
        return np.split(log2_p, np.cumsum(sizes)[:-1])

    def log2_probs(self, ids: np.ndarray) -> np.ndarray:
        """log2 probability (T+1,) of each token of a text (T,), then of its
        `EOS`.
        """
        return self.score([ids])[0]

    def distribution(self, ids: np.ndarray) -> np.ndarray:
        """Probability (V,) of each id to come next, after ids (T,)."""
        stream = np.append(BOS, ids)
        context = self.transformer.config.context
        start = window_starts(len(stream), context, self.stride)[-1]
        last = self.states(stream[None, start:])[:, -1]
        return self.log_probs(last)[0].double().exp().cpu().numpy()


def describe(vocabulary: Vocabulary) -> Any:
    """A vocabulary as JSON data: "bytes", or the tokenizer's own file.

    Raises `ValueError` on another kind of vocabulary.
    """
    if isinstance(vocabulary, ByteVocabulary):
        return "bytes"
    if isinstance(vocabulary, Tokenizer):
        return json.loads(vocabulary.to_json())
    raise ValueError(
        "a ByteVocabulary or a Tokenizer is kept with a model, "
        f"not a {type(vocabulary).__name__}"
    )


def vocabulary_from(description: Any) -> Vocabulary:
    """The vocabulary that `describe` has described."""
    if description == "bytes":
        return ByteVocabulary()
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
