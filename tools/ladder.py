"""Measure the rungs of a topic and write them to `data/results`: `python -m tools.ladder`."""

import bz2
import gzip
import json
import lzma
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial

import numpy as np

from minillm.corpus import DATA, ByteVocabulary, WordVocabulary
from minillm.ladder import Rung
from minillm.ngram import NGram, tune_k
from minillm.storyland import World
from minillm.yardstick import bits_per_byte
from tools.provenance import provenance
from tools.texts import Texts, texts_of

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip -9": partial(gzip.compress, compresslevel=9),
    "bzip2 -9": partial(bz2.compress, compresslevel=9),
    "xz -9e": partial(lzma.compress, preset=9 | lzma.PRESET_EXTREME),
}
KS = np.logspace(-5, 0, 11).round(6).tolist()


def main() -> None:
    """Measure the rungs of counting on every corpus and write one file."""
    rungs = []
    for corpus in ("austen", "storyland"):
        for rung in ngram_rungs(corpus, texts_of(corpus)):
            print(f"{rung.corpus:10} {rung.model:40} {rung.test:.4f}")
            rungs.append(asdict(rung))
    file = DATA / "results" / "01_ngrams.json"
    file.write_text(json.dumps(rungs, indent=1) + "\n")


def ngram_rungs(corpus: str, texts: Texts) -> Iterator[Rung]:
    """The reference rungs and the n-gram models, measured one after the other."""
    yield rung(corpus, texts, "uniform over bytes", *uniform(texts))
    if corpus == "storyland":
        yield rung(corpus, texts, "the world itself", *truth(texts))
    for name, compress in COMPRESSORS.items():
        yield rung(
            corpus, texts, name, *(compressed(compress, texts, s) for s in ("valid", "test"))
        )
    over_bytes, over_words = ByteVocabulary(), WordVocabulary.build(texts["train"])
    for order in (1, 3, 5, 8):
        yield fitted(corpus, texts, f"bytes, Kneser-Ney, n = {order}", NGram(over_bytes, order))
    k, _ = tune_k(
        lambda k: NGram(over_words, 2, "add_k", k).fit(texts["train"]), texts["valid"], KS
    )
    yield fitted(
        corpus, texts, f"words, add-k, n = 2, k = {k:.2g}", NGram(over_words, 2, "add_k", k)
    )
    for order in (1, 2, 3, 5):
        yield fitted(corpus, texts, f"words, Kneser-Ney, n = {order}", NGram(over_words, order))


def uniform(texts: Texts) -> Iterator[float]:
    """Bits per byte where each of the 256 bytes and the end are equally likely."""
    for split in ("valid", "test"):
        n_bytes = sum(len(text.encode()) for text in texts[split])
        yield (n_bytes + len(texts[split])) * np.log2(257) / n_bytes


def truth(texts: Texts) -> Iterator[float]:
    """Bits per byte of the world that tells the stories: no model needs fewer on average."""
    world = World()
    for split in ("valid", "test"):
        n_bytes = sum(len(text.encode()) for text in texts[split])
        yield -sum(world.score(text) for text in texts[split]) / n_bytes


def compressed(compress: Callable[[bytes], bytes], texts: Texts, split: str) -> float:
    """What a split adds, in bits per byte, to the compressed training text."""
    border = "\0"
    train, more = (border.join(texts[s]).encode() for s in ("train", split))
    n_bytes = sum(len(text.encode()) for text in texts[split])
    return 8 * (len(compress(train + b"\0" + more)) - len(compress(train))) / n_bytes


def fitted(corpus: str, texts: Texts, name: str, model: NGram) -> Rung:
    """Fit a model, time it and measure it."""
    start = time.perf_counter()
    model.fit(texts["train"])
    seconds = time.perf_counter() - start
    valid, test = (bits_per_byte(model, texts[split]) for split in ("valid", "test"))
    return rung(corpus, texts, name, valid, test, numbers_kept(model), seconds)


def numbers_kept(model: NGram) -> int:
    """How many numbers a fitted model of counts keeps."""
    return sum(len(table) - 1 for table in [*model.alpha, *model.backoff])


def rung(
    corpus: str,
    texts: Texts,
    model: str,
    valid: float,
    test: float,
    parameters: int | None = None,
    seconds: float | None = None,
    topic: str = "01_ngrams",
    flops: float | None = None,
    seed: int | None = None,
) -> Rung:
    """A rung with its provenance."""
    return Rung(
        model=model,
        topic=topic,
        corpus=corpus,
        valid=round(float(valid), 5),
        test=round(float(test), 5),
        parameters=parameters,
        seconds=None if seconds is None else round(seconds, 2),
        train_bytes=sum(len(text.encode()) for text in texts["train"]),
        flops=flops,
        seed=0 if corpus == "storyland" and seed is None else seed,
        **provenance(),
    )


if __name__ == "__main__":
    main()
