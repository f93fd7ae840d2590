"""Time and memory of byte-level BPE: ours, `tokenizers`, `rustbpe` and `tiktoken`, on one text.

    python benchmarks/bench_tokenizer.py --out benchmarks/results/tokenizer.md

Every turn is a process of its own, and the rows of a table take turns. The naive trainer, which
counts all pairs again before each merge, needs minutes: `--naive-vocab 512` shortens it. The
report is printed; `--out FILE` keeps it.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from turns import Contestant, Figures, best_seconds, compete, keep, machine, run, table

INTRODUCTION = """
The chapters of the novels of Jane Austen that belong to the training split, {megabytes:.1f} MB of
UTF-8; {pieces:,} pieces between merges, {distinct:,} of them distinct; the same pattern for all.
Trained merges equal those of `tokenizers` and, with bytes in the order of their values, of
`rustbpe`; ids equal those of `tokenizers` and `tiktoken`: `tests/test_tokenizer.py`.

Each turn is a process, timed without start, imports and reading of files. minillm runs one thread;
`tokenizers` and `rustbpe` train, and everyone's batches run, on all cores, unless the row says
"one thread". The naive trainer is a loop over the distinct pieces in Python that counts every pair
again before each merge. Cold: the first pass of a process over the chapters; the other figures are
the fastest of five passes after it. A batch is all paragraphs in one call (minillm has none: a
loop). minillm returns NumPy arrays, the others lists, or objects that hold more than the ids."""

# The jobs. Each runs in a process of its own and returns its figures.


def prepare(folder: Path, vocab_size: int) -> Figures:
    """Write what the jobs read: the chapters, our tokenizer, its tokens and its pattern."""
    from minillm.corpus import austen
    from minillm.tokenizer import Tokenizer

    chapters = [chapter.text for chapter in austen("train")]
    tokenizer = Tokenizer.train(chapters, vocab_size)
    tokenizer.save(folder / "tokenizer.json")
    tokens = [token.hex() for token in tokenizer.tokens]
    write(folder / "chapters.json", chapters)
    write(folder / "tokens.json", [tokens, tokenizer.patterns[0]])
    pieces = Counter(piece for chapter in chapters for piece in tokenizer.cut(chapter))
    return {
        "megabytes": len("".join(chapters).encode()) / 1e6,
        "pieces": pieces.total(),
        "distinct": len(pieces),
    }


def train_minillm(folder: Path, vocab_size: int) -> Figures:
    """Seconds from texts to a tokenizer."""
    from minillm.tokenizer import Tokenizer

    chapters = read(folder / "chapters.json")
    return {"texts to merges": seconds(lambda: Tokenizer.train(chapters, vocab_size))}


def train_naive(folder: Path, vocab_size: int) -> Figures:
    """Seconds of a trainer that counts every pair again before each merge."""
    from minillm.bpe import merge
    from minillm.pretokenizer import compile_pattern

    chapters, pattern = read(folder / "chapters.json"), pattern_of(folder)

    def train() -> None:
        cut = compile_pattern(pattern).findall
        counts = Counter(piece for chapter in chapters for piece in cut(chapter))
        words = [list(piece.encode()) for piece in counts]
        for token in range(256, vocab_size - 2):
            pairs: Counter[tuple[int, int]] = Counter()
            for word, n in zip(words, counts.values(), strict=True):
                for pair in pairwise(word):
                    pairs[pair] += n
            best = min(pairs, key=lambda pair: (-pairs[pair], pair))
            words = [merge(word, best, token) for word in words]

    return {"texts to merges": seconds(train)}


def train_tokenizers(folder: Path, vocab_size: int) -> Figures:
    """Seconds of `tokenizers`."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    chapters, pattern = read(folder / "chapters.json"), pattern_of(folder)

    def train() -> None:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(pattern), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=["<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(chapters, trainer)

    return {"texts to merges": seconds(train)}


def train_rustbpe(folder: Path, vocab_size: int) -> Figures:
    """Seconds of `rustbpe`."""
    chapters = read(folder / "chapters.json")
    return {"texts to merges": seconds(lambda: rustbpe_trained(folder, chapters, vocab_size))}


def encode_minillm(folder: Path, vocab_size: int) -> Figures:
    """MB/s of our tokenizer."""
    from minillm.tokenizer import Tokenizer

    tokenizer = Tokenizer.load(folder / "tokenizer.json")
    return speeds(
        folder,
        tokenizer.encode,
        lambda texts: [tokenizer.encode(text) for text in texts],
        tokenizer.decode,
    )


def encode_tokenizers(folder: Path, vocab_size: int) -> Figures:
    """MB/s of `tokenizers`; text that looks like a special token is text, as with ours."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    return speeds(
        folder,
        lambda text: tokenizer.encode(text).ids,
        tokenizer.encode_batch_fast,
        tokenizer.decode,
    )


def encode_tiktoken(folder: Path, vocab_size: int) -> Figures:
    """MB/s of `tiktoken`."""
    import tiktoken

    tokens, pattern = read(folder / "tokens.json")
    encoding = tiktoken.Encoding(
        "course",
        pat_str=pattern,
        mergeable_ranks={bytes.fromhex(token): i for i, token in enumerate(tokens) if i > 1},
        special_tokens={"<s>": 0, "</s>": 1},
    )
    batch = partial(encoding.encode_ordinary_batch, num_threads=os.cpu_count() or 1)
    return speeds(folder, encoding.encode_ordinary, batch, encoding.decode)


def encode_rustbpe(folder: Path, vocab_size: int) -> Figures:
    """MB/s of `rustbpe`, which cannot read merges and learns its own."""
    tokenizer = rustbpe_trained(folder, read(folder / "chapters.json"), vocab_size)
    return speeds(folder, tokenizer.encode, tokenizer.batch_encode, tokenizer.decode)


JOBS: dict[str, Callable[[Path, int], Figures]] = {
    job.__name__: job
    for job in (
        prepare,
        train_minillm,
        train_naive,
        train_tokenizers,
        train_rustbpe,
        encode_minillm,
        encode_tokenizers,
        encode_tiktoken,
        encode_rustbpe,
    )
}


def rustbpe_trained(folder: Path, chapters: list[str], vocab_size: int) -> Any:
    """A tokenizer of `rustbpe`; it has no special tokens."""
    import rustbpe

    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(iter(chapters), vocab_size - 2, pattern=pattern_of(folder))
    return tokenizer


def speeds(
    folder: Path,
    encode: Callable[[str], Any],
    encode_batch: Callable[[list[str]], Any],
    decode: Callable[[Any], str],
) -> Figures:
    """MB/s of UTF-8, cold and warm, in texts of different lengths, and back."""
    chapters = read(folder / "chapters.json")
    whole = "\n".join(chapters)
    paragraphs = whole.split("\n")
    megabytes = len(whole.encode()) / 1e6

    cold = megabytes / seconds(lambda: [encode(text) for text in chapters])
    ids = encode(whole)
    ways = {
        "chapter by chapter": lambda: [encode(text) for text in chapters],
        "paragraph by paragraph": lambda: [encode(text) for text in paragraphs],
        "paragraphs in a batch": lambda: encode_batch(paragraphs),
        "all in one text": lambda: encode(whole),
        "decoding": lambda: decode(ids),
    }
    warm = {name: megabytes / best_seconds(way, repeats=5) for name, way in ways.items()}
    return {"chapter by chapter, cold": cold, **warm}


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def pattern_of(folder: Path) -> str:
    """The pattern that cuts the text."""
    return read(folder / "tokens.json")[1]


def read(path: Path) -> Any:
    """What a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, value: object) -> None:
    """Write a JSON file."""
    path.write_text(json.dumps(value), encoding="utf-8")


# The report.


def run_job(
    folder: Path, vocab_size: int, name: str, threads: int | None = None
) -> tuple[Figures, float]:
    """Run one of the jobs in a process of its own, the peers on so many threads."""
    prefix = ["env", f"RAYON_NUM_THREADS={threads}"] if threads else []
    arguments = ["--job", name, "--folder", str(folder), "--vocab", str(vocab_size)]
    out, _, megabytes = run([*prefix, sys.executable, __file__, *arguments])
    return json.loads(out), megabytes


def line_up(args: argparse.Namespace, folder: Path) -> dict[str, list[Contestant]]:
    """For each table its contestants; the others are compared with the first."""
    job = partial(run_job, folder, args.vocab)
    few = partial(run_job, folder, args.naive_vocab)

    def field(names: list[str], verb: str) -> list[Contestant]:
        return [Contestant(name, partial(job, f"{verb}_{name}"), args.turns) for name in names]

    peers = field(["tokenizers", "minillm", "rustbpe"], "train")
    alone = [
        Contestant(f"{name}, one thread", partial(job, f"train_{name}", 1), args.turns)
        for name in ("tokenizers", "rustbpe")
    ]
    return {
        f"Training {args.vocab:,} tokens, seconds": peers + alone,
        f"Training {args.naive_vocab:,} tokens, seconds": [
            Contestant("minillm", partial(few, "train_minillm"), args.turns),
            Contestant("naive", partial(few, "train_naive"), 1),
        ],
        f"Encoding with {args.vocab:,} tokens, MB/s": field(
            ["tokenizers", "minillm", "tiktoken", "rustbpe"], "encode"
        ),
    }


def report(args: argparse.Namespace, folder: Path) -> list[str]:
    """Measure everything; the lines of the report."""
    computer = machine("numpy", "tokenizers", "tiktoken", "rustbpe")
    head = f"{computer} Made by `benchmarks/bench_tokenizer.py`."
    sizes, _ = run_job(folder, args.vocab, "prepare")
    lines = ["# Byte-level BPE: time and memory", "", head, INTRODUCTION.format(**sizes)]
    for title, contestants in line_up(args, folder).items():
        lines += ["", f"## {title}", "", *table(compete(contestants))]
    return lines


def main() -> None:
    """Run one job, or measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vocab", type=int, default=4096, help="tokens, special ones included")
    parser.add_argument("--naive-vocab", type=int, default=4096, help="of the naive trainer")
    parser.add_argument("--turns", type=int, default=7, help="of each but the naive trainer")
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        print(json.dumps(JOBS[args.job](args.folder, args.vocab)))
        return
    with tempfile.TemporaryDirectory() as folder:
        keep(report(args, Path(folder)), args.out)


if __name__ == "__main__":
    main()
