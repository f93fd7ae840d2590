"""Make the tables of `tests/data` that hold minillm.ngram to KenLM. Only authors need it.

    python benchmarks/kenlm_reference.py --bin kenlm/build/bin --build "commit 4cb443e, g++ 12.2.0"

`--bin` is a folder with KenLM's `lmplz` and `query`, built from https://github.com/kpu/kenlm.
KenLM splits text at spaces, so the space that a word of ours carries is written as "▁".

`lmplz` finds its discounts from the adjusted counts, but for the last n-gram of each lower order
it takes the raw count. The effect is one n-gram among thousands; the tiny text is one where the
two counts agree.
"""

import argparse
import hashlib
import re
import subprocess
import tempfile
from datetime import date
from itertools import chain, product
from pathlib import Path

from minillm.corpus import austen, words

ROOT = Path(__file__).resolve().parents[1]

MAX_WORDS = 120  # of a held-out paragraph; every STEP-th of these makes a table below 150 kB
STEP = 14
TINY = [
    " the dog saw the dog",
    " the cat saw the cat",
    " the dog sat",
    " the cat saw a dog",
    " a cat sat",
    " the cat saw the cat",
    " dog ran",
    " the dog saw a cat",
]


def main() -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", type=Path, required=True, help="folder with lmplz and query")
    parser.add_argument("--build", required=True, help="KenLM's commit and compiler, to be noted")
    parser.add_argument("--out", type=Path, default=ROOT / "grader" / "tests" / "data")
    args = parser.parse_args()
    made = f"KenLM {args.build}; made by benchmarks/kenlm_reference.py, {date.today()}."
    for name, make in (("austen", austen_table), ("tiny", tiny_table)):
        head, rows = make(args.bin)
        lines = [*(f"# {line}" for line in (made, *head)), *rows]
        (args.out / f"kenlm_{name}.tsv").write_text(text_of(lines), encoding="utf-8")


def austen_table(folder: Path) -> tuple[list[str], list[str]]:
    """One row per token of some held-out paragraphs: token, log10 p at order 3, at order 5."""
    train, held_out = paragraphs("train"), paragraphs("valid") + paragraphs("test")
    asked = [line for line in held_out if len(line.split()) <= MAX_WORDS][::STEP]
    notes3, scored3 = ask(folder, 3, train, asked)
    notes5, scored5 = ask(folder, 5, train, asked)
    head = [
        "log10 probability of each token of held-out Austen paragraphs; </s> ends a paragraph.",
        f"training text: {len(train)} paragraphs, sha256 {sha256(train)}",
        *notes3,
        *notes5,
    ]
    pairs = zip(chain(*scored3), chain(*scored5), strict=True)
    rows = [f"{token}\t{p3}\t{p5}" for (token, p3), (_, p5) in pairs]
    return head, ["token\torder3\torder5", *rows]


def tiny_table(folder: Path) -> tuple[list[str], list[str]]:
    """All that an order-3 model of a few sentences says: history, word, log10 p."""
    train = [kenlm_line(text) for text in TINY]
    known = [*sorted(set(" ".join(train).split())), "<unk>"]
    histories = [" ".join(words) for n in range(3) for words in product(known, repeat=n)]
    pairs = list(product(histories, [*known, "</s>"]))
    asked = [f"{history} {word}".removesuffix("</s>").strip() for history, word in pairs]
    notes, scored = ask(folder, 3, train, asked, "--discount_fallback")
    head = [
        "log10 p(word | history) for every history of up to two words after the start <s>.",
        *(f"train {line}" for line in train),
        *notes,
    ]
    rows = [
        f"{history}\t{word}\t{tokens[len(history.split())][1]}"
        for (history, word), tokens in zip(pairs, scored, strict=True)
    ]
    return head, ["history\tword\tlog10p", *rows]


def paragraphs(split: str) -> list[str]:
    """The paragraphs of a split as KenLM reads them, one sequence each."""
    return [kenlm_line(text) for document in austen(split) for text in document.text.split("\n")]


def kenlm_line(text: str) -> str:
    """Our words of a text, between spaces."""
    return " ".join(word.replace(" ", "▁") for word in words(text))


def ask(
    folder: Path, order: int, train: list[str], lines: list[str], *options: str
) -> tuple[list[str], list[list[tuple[str, str]]]]:
    """Train on lines, then score lines: what is worth noting, and (token, log10 p) per line."""
    estimate = ["-o", str(order), "-S", "500M", *options]
    with tempfile.TemporaryDirectory() as scratch:
        arpa = f"{scratch}/model.arpa"
        log = run([folder / "lmplz", *estimate, "--arpa", arpa], train).stderr
        out = run([folder / "query", "-v", "word", arpa], lines).stdout
    notes = [f"lmplz {' '.join(estimate)} < train > arpa; query -v word arpa < held_out"]
    notes += [line for line in log.split("\n") if re.match(r"\d+ \d+ D1=", line)]
    answers = iter(re.findall(r"(\S+)=\d+ \d+ (\S+)", out))
    scored = [[next(answers) for _ in (*line.split(), "</s>")] for line in lines]
    if any(
        [token for token, _ in s[:-1]] != line.split()
        for s, line in zip(scored, lines, strict=True)
    ):
        raise ValueError("KenLM's query did not answer about the tokens that it was asked about")
    return notes, scored


def run(command: list[object], lines: list[str]) -> subprocess.CompletedProcess:
    """A program of KenLM's, given lines on standard input."""
    return subprocess.run(
        [str(part) for part in command],
        input=text_of(lines),
        text=True,
        capture_output=True,
        check=True,
    )


def sha256(lines: list[str]) -> str:
    """Of the text that KenLM was given."""
    return hashlib.sha256(text_of(lines).encode()).hexdigest()


def text_of(lines: list[str]) -> str:
    """Lines, a line end after each."""
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
