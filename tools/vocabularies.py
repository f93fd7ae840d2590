"""Measure how the size of a BPE vocabulary changes Kneser-Ney: `python -m tools.vocabularies`.

One tokenizer is trained for the largest vocabulary; its first merges are all smaller ones. For
each size every order is fitted on the training texts and scored on the validation texts. The sweep
over Austen goes to data/results/vocabularies.json; the best model of each corpus, chosen on its
validation texts, is a rung of the ladder in data/results/02_tokenization.json.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from minillm.corpus import DATA, Vocabulary, WordVocabulary
from minillm.ladder import Rung
from minillm.ngram import NGram
from minillm.tokenizer import Tokenizer
from minillm.yardstick import bits_per_byte
from tools.ladder import rung
from tools.provenance import provenance
from tools.texts import Texts, texts_of

SWEEPS: dict[str, tuple[Sequence[int], Sequence[int]]] = {  # sizes and orders, by corpus
    "austen": (
        (258, 320, 384, 512, 724, 1024, 1448, 2048, 2896, 4096, 5793, 8192, 11585, 16384),
        (1, 2, 3, 4, 5, 6, 8, 10, 12),
    ),
    "storyland": ((512, 1024, 2048, 4096), (3, 5, 8)),
}

Row = dict[str, Any]


def main() -> None:
    """Measure both corpora, and write both files."""
    rungs = []
    for corpus, (sizes, orders) in SWEEPS.items():
        texts = texts_of(corpus)
        largest = Tokenizer.train(texts["train"], max(sizes))
        kinds: dict[str, Vocabulary] = {
            f"BPE, {size:,} tokens": first(largest, size) for size in sizes if size <= largest.size
        }
        rows = [row(name, kind, texts, orders) for name, kind in kinds.items()]
        best = min(rows, key=lambda row: row["valid"])
        rungs.append(asdict(best_rung(corpus, texts, kinds[best["vocabulary"]], best)))
        if corpus == "austen":
            rows.append(row("words", WordVocabulary.build(texts["train"]), texts, orders))
            report = {"seed": None, **provenance(), "corpus": corpus, "rows": rows}
            write("vocabularies.json", report)
    write("02_tokenization.json", rungs)


def write(name: str, content: Any) -> None:
    """Write one file of results."""
    (DATA / "results" / name).write_text(json.dumps(content, indent=1) + "\n")


def first(tokenizer: Tokenizer, size: int) -> Tokenizer:
    """The tokenizer with `size` tokens that the same training would have given."""
    n_bytes = tokenizer.size - len(tokenizer.merges)
    merges = tokenizer.merges[: size - n_bytes]
    return Tokenizer(tokenizer.tokens[:size], merges, tokenizer.special)


def row(name: str, vocabulary: Vocabulary, texts: Texts, orders: Sequence[int]) -> Row:
    """All orders over one vocabulary, and how the best of them does on each validation text."""
    start = time.perf_counter()
    valid = [bits_per_byte(fit(vocabulary, n, texts["train"]), texts["valid"]) for n in orders]
    best = orders[int(np.argmin(valid))]
    model = fit(vocabulary, best, texts["train"])
    ids = [vocabulary.encode(text) for text in texts["valid"]]
    n_tokens, n_bytes = sum(map(len, ids)), sum(map(size_of, texts["valid"]))
    bits = [-float(np.sum(model.log2_probs(i))) for i in ids]
    measured = {
        "vocabulary": name,
        "size": vocabulary.size,
        "bytes_per_token": round(n_bytes / n_tokens, 4),
        "orders": dict(zip(map(str, orders), np.round(valid, 5).tolist(), strict=True)),
        "order": best,
        "valid": round(min(valid), 5),
        "bits_per_token": round(sum(bits) / (n_tokens + len(ids)), 4),
        "bits_of_each_text": np.round(bits, 1).tolist(),
        "bytes_of_each_text": list(map(size_of, texts["valid"])),
        "seconds": round(time.perf_counter() - start, 1),
    }
    print(f"{name:18} {n_bytes / n_tokens:.2f} bytes per token, n = {best}: {min(valid):.4f}")
    return measured


def best_rung(corpus: str, texts: Texts, vocabulary: Vocabulary, best: Row) -> Rung:
    """The rung of the vocabulary and order that do best on the validation texts."""
    start = time.perf_counter()
    model = fit(vocabulary, best["order"], texts["train"])
    seconds = time.perf_counter() - start
    parameters = sum(len(a) + len(b) - 2 for a, b in zip(model.alpha, model.backoff, strict=True))
    name = f"{best['vocabulary']}, Kneser-Ney, n = {best['order']}"
    valid, test = (bits_per_byte(model, texts[split]) for split in ("valid", "test"))
    topic = "02_tokenization"
    return rung(corpus, texts, name, valid, test, parameters, seconds, topic)


def fit(vocabulary: Vocabulary, order: int, texts: Sequence[str]) -> NGram:
    """Kneser-Ney of one order over a vocabulary."""
    return NGram(vocabulary, order).fit(texts)


def size_of(text: str) -> int:
    """The bytes of a text in UTF-8."""
    return len(text.encode())


if __name__ == "__main__":
    main()
