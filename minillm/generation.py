"""Texts that a network writes: token by token, in batches, as a stream."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from minillm.arguments import check_count, check_token
from minillm.corpus import BOS, EOS, Vocabulary
from minillm.decoding import GREEDY, Sampling, check_generator
from minillm.detokenizer import Detokenizer
from minillm.network import Network, evaluating
from minillm.reader import Ids, Reader
from minillm.stateful import StatefulReader
from minillm.transformer import Transformer


def open_reader(
    model: Network,
    prompts: Sequence[Ids],
    max_new_tokens: int | None = None,
    sources: Sequence[Ids] | None = None,
) -> Reader | StatefulReader:
    """Whoever reads a batch of texts with this network.

    Raises `ValueError` as `generate` does.
    """
    check_count("max_new_tokens", max_new_tokens)
    # A Transformer knows padding, and reads all prompts in one pass. Others
    # carry a state: what they have read, padding too, cannot be taken back.
    if isinstance(model, Transformer):
        return Reader(model, prompts, max_new_tokens, sources)
    if sources is not None:
        raise ValueError("only an encoder-decoder reads a source")
    return StatefulReader(model, prompts, max_new_tokens)


@torch.inference_mode()
def steps(
    model: Network,
    prompts: Sequence[Ids],
    max_new_tokens: int | None = None,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
    *,
    eos: int | None = EOS,
    sources: Sequence[Ids] | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Write one token per text and step: ids (B,), and who is finished (B,).

    A text is finished with `eos`; whoever asks for the steps may mark others.
    The ids of finished texts mean nothing. The last step is that behind which
    all texts are finished, or number `max_new_tokens`. Arguments and errors
    are those of `generate`.
    """
    check_token("eos", eos, model.config.vocab_size)
    check_generator(generator)
    reader = open_reader(model, prompts, max_new_tokens, sources)
    # Finished texts are read on with the rest: the batch keeps its shape, and
    # every text the draws that it would have whoever else is done.
    finished = np.zeros(len(prompts), bool)
    ids: Tensor | None = None
    with evaluating(model):
        for _ in range(reader.room):
            logits = reader.start() if ids is None else reader.read(ids)
            ids = sampling.choose(logits, reader.ids, reader.mask, generator)
            shown = ids.cpu().numpy()  # once a token, this waits for a GPU
            if eos is not None:
                finished |= shown == eos
            # The same array each time: whoever reads the steps marks texts in
            # it that a stop string has ended.
            yield shown, finished
            if finished.all():
                return


def generate(
    model: Network,
    prompts: Sequence[Ids],
    max_new_tokens: int | None = None,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
    *,
    eos: int | None = EOS,
    sources: Sequence[Ids] | None = None,
    vocabulary: Vocabulary | None = None,
    stop: Sequence[str] = (),
) -> list[np.ndarray]:
    """Continue a batch of texts: the new ids (T,) of each, without `eos`.

    Each of the `prompts` is a row of ids, and each is continued as if it were
    alone; only the draws come from one `generator`, step by step. A text ends
    with `eos` (None: never), with the token that completes one of the
    strings `stop` in its new text (then `vocabulary` is needed), or after
    `max_new_tokens`; None fills the context. The model is in evaluation
    mode while it writes.

    Raises `ValueError` where prompt and new tokens are more than the context,
    where a prompt is empty or no row of ids of the vocabulary, where `eos` is
    none of these, where the logits are NaN or infinite, and on settings that
    do not go together.
    """
    streams = [Detokenizer(vocabulary, stop) for _ in prompts] if stop else []
    columns, n_new = [], np.zeros(len(prompts), np.int64)
    for ids, finished in steps(
        model,
        prompts,
        max_new_tokens,
        sampling,
        generator,
        eos=eos,
        sources=sources,
    ):
        columns.append(ids)
        # Counted before stop strings are looked for: the token that completes
        # one belongs to the text, `eos` does not.
        n_new += ~finished
        for row, stream in enumerate(streams):
            if not finished[row]:
                stream.push(int(ids[row]))
                finished[row] = stream.stopped
    if not columns:
        return [np.zeros(0, np.int64) for _ in prompts]
    rows = np.stack(columns, axis=1)
    # Copies: a view would keep the ids of the whole batch alive.
    return [row[:n].copy() for row, n in zip(rows, n_new, strict=True)]


def stream(
    model: Network,
    vocabulary: Vocabulary,
    prompt: str,
    max_new_tokens: int | None = None,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
    *,
    bos: int | None = BOS,
    eos: int | None = EOS,
    stop: Sequence[str] = (),
) -> Iterator[str]:
    """Continue a text piece by piece; the pieces together are the new text.

    A piece comes as soon as it is sure: it ends with a whole character, and
    with nothing that could become a string of `stop`. The text ends in front
    of the first stop string; a character that the last token leaves
    unfinished is left out. The model reads `bos` (None: nothing) and the
    prompt; the rest is as in `generate`.
    """
    pieces = Detokenizer(vocabulary, stop)
    ids = start_of(vocabulary, prompt, bos)
    for token, finished in steps(
        model, [ids], max_new_tokens, sampling, generator, eos=eos
    ):
        piece = "" if finished[0] else pieces.push(int(token[0]))
        if piece:
            yield piece
        if pieces.stopped:
            return
    if rest := pieces.close():
        yield rest


def complete(
    model: Network,
    vocabulary: Vocabulary,
    prompts: Sequence[str],
    max_new_tokens: int | None = None,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
    *,
    bos: int | None = BOS,
    eos: int | None = EOS,
    stop: Sequence[str] = (),
) -> list[str]:
    """Continue texts, all at once: the new text of each, as `stream` has it.

    Raises `ValueError` on a single string and as `generate` does.
    """
    if isinstance(prompts, str):
        raise ValueError(f"prompts are a list of texts, not {prompts!r}")
    texts = generate(
        model,
        [start_of(vocabulary, prompt, bos) for prompt in prompts],
        max_new_tokens,
        sampling,
        generator,
        eos=eos,
        vocabulary=vocabulary,
        stop=stop,
    )
    return [text_of(vocabulary, ids, stop) for ids in texts]


def start_of(vocabulary: Vocabulary, prompt: str, bos: int | None) -> Ids:
    """The ids (T,) of a text that begins, with `bos` in front."""
    ids = vocabulary.encode(prompt)
    return ids if bos is None else np.append(bos, ids)


def text_of(vocabulary: Vocabulary, ids: Ids, stop: Sequence[str] = ()) -> str:
    """The text of ids (T,) up to the first stop string, whole characters."""
    pieces = Detokenizer(vocabulary, stop)
    return "".join(pieces.push(int(i)) for i in ids) + pieces.close()
