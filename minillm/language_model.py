"""A trained network and its vocabulary: on the yardstick, and in a file."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minillm import checkpoint
from minillm.arguments import check_row, check_rows
from minillm.corpus import BOS, EOS, ByteVocabulary, Vocabulary
from minillm.network import Network, State, device_of, evaluating
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer
from minillm.windows import (
    logits_at,
    read_pieces,
    read_windows,
    window_starts,
)


class LanguageModel:
    """What the yardstick asks of a model, answered by a network.

    A network without a context limit reads each text from its beginning to
    its end, some tokens at a time, the state carried on. One with a limit (a
    Transformer) reads a longer text in windows that begin `stride` tokens
    apart. Each token is scored once, in the first window that reaches it:
    with all tokens in front of it, or at least the last context - stride of
    them. A small stride gives more history for more time; None is half of the
    context. `batch` texts or windows are worked on at once.

    The logit of `<s>`, which is never predicted, is set to minus infinity, so
    that its probability is exactly 0. Logits become log-probabilities in
    float32, whatever the weights are. Raises `ValueError` on a Transformer
    that cannot read from left to right, on another vocabulary than its own,
    on a stride outside 1 to context or without a context, and on a batch
    below 1.
    """

    def __init__(
        self,
        net: Network,
        vocabulary: Vocabulary,
        stride: int | None = None,
        batch: int = 16,
    ):
        structure = getattr(net.config, "structure", "decoder")
        if structure not in ("decoder", "prefix"):
            raise ValueError(
                f"a Transformer of structure {structure!r} gives no "
                "probability to the next token of a text"
            )
        if vocabulary.size != net.config.vocab_size:
            raise ValueError(
                f"the vocabulary has {vocabulary.size} ids, the "
                f"{type(net).__name__} {net.config.vocab_size}"
            )
        if net.context is None and stride is not None:
            raise ValueError("a network that reads any length has no stride")
        if net.context is not None:
            stride = max(1, net.context // 2) if stride is None else stride
            if type(stride) is not int or not 1 <= stride <= net.context:
                raise ValueError(
                    f"the stride is from 1 to {net.context}, not {stride}"
                )
        if type(batch) is not int or batch < 1:
            raise ValueError(f"a batch is of 1 text or more, not {batch}")
        self.net, self.vocabulary = net, vocabulary
        self.stride, self.batch = stride, batch
        # What `distribution` has read last, by which weights, and the state
        # behind it.
        self._read: tuple[list[int], list[int], State] = ([], [], None)

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return device_of(self.net)

    def log_probs(self, logits: Tensor) -> Tensor:
        """Log-probabilities (N, V) in nats of logits (N, V).

        Raises `ValueError` where there is no distribution: a logit is NaN or
        infinite.
        """
        z = logits.clone() if logits.dtype == torch.float64 else logits.float()
        # Not trained, so its logit is arbitrary: it would take probability.
        z[:, BOS] = -math.inf
        best = z.amax(dim=-1)
        if not best.isfinite().all():
            row = int((~best.isfinite()).nonzero()[0])
            raise ValueError(
                f"the best logit is {float(best[row])}: the "
                f"{type(self.net).__name__} gives no distribution"
            )
        return z.log_softmax(dim=-1)

    def _checked(self, ids: np.ndarray) -> np.ndarray:
        """The ids; raises `ValueError` unless all are of the vocabulary: a
        table that is asked for row -1 would answer with its last one.
        """
        V = self.vocabulary.size
        if len(ids) and not 0 <= ids.min() <= ids.max() < V:
            raise ValueError(
                f"ids: 0 to {V - 1} is possible, these are {ids.min()} to "
                f"{ids.max()}"
            )
        return ids

    @torch.inference_mode()
    def score(self, sequences: Sequence[np.ndarray]) -> list[np.ndarray]:
        """`log2_probs` of each text (T,) of several, worked on together.

        Texts or windows of about equal lengths share a batch, so that many
        short texts cost little more than a long one.
        """
        rows = [self._checked(ids) for ids in check_rows("texts", sequences)]
        streams = [np.concatenate(([BOS], row, [EOS])) for row in rows]
        scores = [np.zeros(len(stream) - 1) for stream in streams]
        with evaluating(self.net):
            if self.stride is None:
                pieces = read_pieces(self.net, streams, self.batch)
            else:
                pieces = read_windows(
                    self.net, streams, self.stride, self.batch
                )
            for places, logits, targets in pieces:
                log_p = self.log_probs(logits).gather(1, targets[:, None])
                log2_p = log_p[:, 0].double().cpu().numpy() / math.log(2)
                start = 0
                for text, first, end in places:
                    n = end - first
                    scores[text][first:end] = log2_p[start : start + n]
                    start += n
        return scores

    def log2_probs(self, ids: np.ndarray) -> np.ndarray:
        """log2 probability (T+1,) of each token of a text (T,), then of its
        `EOS`.
        """
        return self.score([ids])[0]

    @torch.inference_mode()
    def distribution(self, ids: np.ndarray) -> np.ndarray:
        """Probability (V,) of each id to come next, after ids (T,).

        Where these go on from the ids of the last call, a network without a
        context limit reads the new ones only: a text that is drawn token by
        token is read once.
        """
        stream = [BOS, *self._checked(check_row("a text", ids)).tolist()]
        with evaluating(self.net):
            if self.stride is None:
                last = self._read_on(stream)
            else:
                context = self.net.context or 0
                start = window_starts(len(stream), context, self.stride)[-1]
                row = self._tensor(stream[start:])
                at_last = torch.zeros_like(row, dtype=torch.bool)
                at_last[:, -1] = True
                last = logits_at(self.net, row, at_last)[None]
        # In float64: NumPy draws from what sums to 1 within 1e-8 only.
        log_p = self.log_probs(last[:, -1].double())[0]
        return log_p.exp().cpu().numpy()

    def _read_on(self, stream: list[int]) -> Tensor:
        """Logits (1, T, V) of the ids that have not been read yet."""
        before, weights, state = self._read
        n = len(before)
        now = [p._version for p in self.net.parameters()]  # grows by training
        goes_on = 0 < n < len(stream) and stream[:n] == before
        if not goes_on or weights != now:
            n, state = 0, self.net.initial_state(1)
        logits, state = self.net(self._tensor(stream[n:]), state)
        self._read = (stream, now, state)
        return logits

    def _tensor(self, stream: list[int]) -> Tensor:
        return torch.tensor([stream], device=self.device)


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

    Raises `ValueError` that names a weight that is NaN or infinite, or that
    `dtype` cannot hold; a file that is there stays as it is.
    """
    weights = model.net.state_dict()
    checkpoint.check_finite(weights, "the network")
    rounded = {name: w.to(dtype) for name, w in weights.items()}
    for name, w in rounded.items():
        if not w.isfinite().all():
            raise ValueError(
                f"{dtype} cannot hold {name}, whose largest number is "
                f"{weights[name].abs().max():.6g}"
            )
    # A name and settings, no code: whoever loads brings the class.
    about = {
        "network": type(model.net).__name__,
        "config": asdict(model.net.config),
        "vocabulary": describe(model.vocabulary),
        "provenance": dict(provenance),
    }
    checkpoint.write(path, rounded, about)


def load(
    path: str | Path,
    kind: type[Network] = Transformer,
    device: torch.device | str = "cpu",
) -> LanguageModel:
    """Read a model that `save` has written; its weights become float32.

    `kind` is the class of the network. Raises what `checkpoint.read` raises,
    and `ValueError` where the file keeps another kind, or the weights are not
    those of the network that it describes.
    """
    weights, about = checkpoint.read(path)
    kept = about.get("network", "Transformer")  # old files do not say it
    if kept != kind.__name__:
        raise ValueError(
            f"{str(path)!r} keeps a network of class {kept!r}, not "
            f"{kind.__name__!r}: give `load` that class"
        )
    config = checkpoint.config_from(about["config"], kind.config_class)
    net = kind(config)  # type: ignore[call-arg]
    checkpoint.load_weights(net, weights)
    return LanguageModel(net.to(device), vocabulary_from(about["vocabulary"]))
