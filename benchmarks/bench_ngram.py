"""Time and memory of n-gram models: ours, KenLM's and NLTK's, on the same tokens.

    python benchmarks/bench_ngram.py --lmplz kenlm/build/bin/lmplz --kenlm-python venv/bin/python

`--lmplz` is KenLM's estimator, `--kenlm-python` a Python that has its module `kenlm`; what is not
given is skipped by name. Every turn is a process of its own, and the rows of a table take turns,
so that whatever else the machine does meets them all. The report is printed; `--out FILE` keeps it.
"""

import argparse
import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from turns import Contestant, Figures, best_seconds, compete, keep, machine, run, table

ORDER = 5
NLTK_WORDS = 60  # NLTK scores a few words per second
INTRODUCTION = """
Order {order}, interpolated modified Kneser-Ney, unpruned, on the novels of Jane Austen; a
sequence is a paragraph. {train.words} words or {train.bytes} bytes to train on; {test.words}
words and the end of each paragraph to score.

Each turn is a process. `lmplz` is timed from start to end and runs several threads; the others
run one and are timed without Python's start and imports. minillm starts from texts, the others
from words that are cut already. Scoring is the fastest of seven runs within a process, without
the time to load or train. NLTK's Kneser-Ney is another model, with one fixed discount and
probability 0 for unknown words; it is slow, so it has one turn, scores {nltk} words, and is left
out on bytes."""

# The jobs. Each runs in a process of its own and returns its figures. Only jobs import NumPy,
# minillm, NLTK or kenlm: the peak memory of a process starts at that of the one that started it.


def prepare(folder: Path) -> Figures:
    """Write the tokens as KenLM and NLTK read them: between spaces, one paragraph per line."""
    from minillm.corpus import words

    def word_line(text: str) -> str:
        return " ".join(word.replace(" ", "▁") for word in words(text))

    def byte_line(text: str) -> str:
        return text.encode().hex(" ")

    lines = {
        "train.words": list(map(word_line, paragraphs("train"))),
        "test.words": list(map(word_line, paragraphs("test"))),
        "train.bytes": list(map(byte_line, paragraphs("train"))),
    }
    for name, of_name in lines.items():
        (folder / name).write_text("".join(f"{line}\n" for line in of_name), encoding="utf-8")
    return {name: sum(len(line.split()) for line in of_name) for name, of_name in lines.items()}


def train_words(folder: Path) -> Figures:
    """Seconds from texts to a model of words, and of these the seconds from ids to the model."""
    texts = paragraphs("train")
    start = time.perf_counter()
    vocabulary = closed_vocabulary(texts)
    ids = [vocabulary.encode(text) for text in texts]
    encoded = time.perf_counter()
    fit(AlreadyIds(vocabulary.size), ids)
    end = time.perf_counter()
    return {"texts to model": end - start, "ids to model": end - encoded}


def train_bytes(folder: Path) -> Figures:
    """Seconds from texts to a model of bytes."""
    from minillm.corpus import ByteVocabulary

    texts = paragraphs("train")
    start = time.perf_counter()
    fit(ByteVocabulary(), texts)
    return {"texts to model": time.perf_counter() - start}


def score_words(folder: Path) -> Figures:
    """Words per second on the test split."""
    from minillm.ngram import pad

    train, held_out = paragraphs("train"), paragraphs("test")
    vocabulary = closed_vocabulary(train)
    model = fit(vocabulary, train)
    stream = pad(map(vocabulary.encode, held_out))
    n = len(stream) - len(held_out)  # no BOS is scored
    ways = {
        "ids in one batch": lambda: model.score(stream),
        "texts in one batch": lambda: model.score(pad(map(vocabulary.encode, held_out))),
        "text by text": lambda: [model.log2_probs(vocabulary.encode(text)) for text in held_out],
    }
    return {name: n / best_seconds(way) for name, way in ways.items()}


def score_kenlm(folder: Path) -> Figures:
    """Words per second of KenLM's module on the test split."""
    import kenlm

    model = kenlm.Model(str(folder / "train.words.arpa"))
    lines = (folder / "test.words").read_text(encoding="utf-8").splitlines()
    n = sum(len(line.split()) + 1 for line in lines)
    ways = {
        "each word": lambda: [list(model.full_scores(line)) for line in lines],
        "sums of lines": lambda: [model.score(line) for line in lines],
    }
    return {name: n / best_seconds(way) for name, way in ways.items()}


def train_nltk(folder: Path) -> Figures:
    """Seconds in which NLTK counts for its Kneser-Ney model."""
    start = time.perf_counter()
    nltk_model(folder)
    return {"counting": time.perf_counter() - start}


def score_nltk(folder: Path) -> Figures:
    """Words per second of NLTK's Kneser-Ney model on the first words of the test split."""
    model = nltk_model(folder)
    words = (folder / "test.words").read_text(encoding="utf-8").split()
    words = words[: ORDER - 1 + NLTK_WORDS]
    start = time.perf_counter()
    for t in range(ORDER - 1, len(words)):
        model.score(words[t], words[t - ORDER + 1 : t])
    return {"each word": NLTK_WORDS / (time.perf_counter() - start)}


JOBS = {
    job.__name__: job
    for job in (
        prepare,
        train_words,
        train_bytes,
        score_words,
        score_kenlm,
        train_nltk,
        score_nltk,
    )
}


class AlreadyIds:
    """A vocabulary for sequences that are ids."""

    def __init__(self, size: int):
        self.size = size

    def encode(self, ids: Any) -> Any:
        """The same ids."""
        return ids


def paragraphs(split: str) -> list[str]:
    """The paragraphs of a split of Austen: one sequence each."""
    from minillm.corpus import austen

    return [text for document in austen(split) for text in document.text.split("\n")]


def closed_vocabulary(texts: list[str]) -> Any:
    """Every word of the texts, and `<unk>` for all others, as KenLM has it."""
    from minillm.corpus import WordVocabulary

    return WordVocabulary.build(texts, min_count=1, unknown="<unk>")


def fit(vocabulary: Any, texts: list) -> Any:
    """Our model, interpolated modified Kneser-Ney."""
    from minillm.ngram import NGram

    return NGram(vocabulary, ORDER).fit(texts)


def nltk_model(folder: Path) -> Any:
    """NLTK's model of the training words."""
    from nltk.lm import KneserNeyInterpolated
    from nltk.lm.preprocessing import padded_everygram_pipeline

    lines = (folder / "train.words").read_text(encoding="utf-8").splitlines()
    model = KneserNeyInterpolated(ORDER)
    model.fit(*padded_everygram_pipeline(ORDER, [line.split() for line in lines]))
    return model


def run_job(folder: Path, name: str, python: str = sys.executable) -> tuple[Figures, float]:
    """Run one of the jobs in a process of its own."""
    out, _, megabytes = run([python, __file__, "--job", name, "--folder", str(folder)])
    return json.loads(out), megabytes


def run_lmplz(folder: Path, program: Path, text: str, *options: str) -> tuple[Figures, float]:
    """Estimate from lines of tokens: seconds of the whole process."""
    files = ["--text", str(folder / text), "--arpa", str(folder / f"{text}.arpa")]
    _, seconds, megabytes = run([str(program), "-o", str(ORDER), "-S", "1G", *files, *options])
    return {"lines to ARPA file": seconds}, megabytes


# The report.


def line_up(args: argparse.Namespace, folder: Path) -> dict[str, list[Contestant]]:
    """For each table its contestants; the others are compared with the first."""
    job, lmplz = partial(run_job, folder), partial(run_lmplz, folder, args.lmplz)
    return {
        "Training on words, seconds": [
            Contestant("lmplz", partial(lmplz, "train.words"), args.turns),
            Contestant("minillm", partial(job, "train_words"), args.turns),
            Contestant("NLTK", partial(job, "train_nltk"), 1),
        ],
        "Training on bytes, seconds": [
            Contestant("lmplz", partial(lmplz, "train.bytes", "--discount_fallback"), args.turns),
            Contestant("minillm", partial(job, "train_bytes"), args.turns),
        ],
        "Scoring held-out words, words per second": [
            Contestant(
                "KenLM's module", partial(job, "score_kenlm", args.kenlm_python), args.turns
            ),
            Contestant("minillm", partial(job, "score_words"), args.turns),
            Contestant("NLTK", partial(job, "score_nltk"), 1),
        ],
    }


def missing(args: argparse.Namespace) -> dict[str, str]:
    """Who cannot take part, and for want of what."""
    wants = {"lmplz": not args.lmplz and "--lmplz"}
    wants["KenLM's module"] = wants["lmplz"] or (not args.kenlm_python and "--kenlm-python")
    return {name: option for name, option in wants.items() if option}


def introduction(tokens: Figures) -> str:
    """What the tables share."""
    text = INTRODUCTION.replace("{order}", str(ORDER)).replace("{nltk}", str(NLTK_WORDS))
    for name, n in tokens.items():
        text = text.replace(f"{{{name}}}", f"{n:,}")
    return text


def report(args: argparse.Namespace, folder: Path) -> list[str]:
    """Measure everything; the lines of the report."""
    tokens, _ = run_job(folder, "prepare")
    absent = missing(args)
    computer = machine("numpy", "nltk", also=[f"KenLM {args.kenlm_version}"])
    lines = [
        "# n-gram models: time and memory",
        "",
        f"{computer} Made by `benchmarks/bench_ngram.py`.",
        introduction(tokens),
        *(f"Skipped for want of `{option}`: {name}." for name, option in absent.items()),
    ]
    for title, contestants in line_up(args, folder).items():
        present = [contestant for contestant in contestants if contestant.name not in absent]
        lines += ["", f"## {title}", "", *table(compete(present))]
    return lines


def main() -> None:
    """Run one job, or measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lmplz", type=Path, help="KenLM's estimator")
    parser.add_argument("--kenlm-python", help="a Python that has KenLM's module")
    parser.add_argument("--kenlm-version", default="of unstated version", help="to be noted")
    parser.add_argument("--turns", type=int, default=7, help="of each but NLTK")
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        print(json.dumps(JOBS[args.job](args.folder)))
        return
    with tempfile.TemporaryDirectory() as folder:
        keep(report(args, Path(folder)), args.out)


if __name__ == "__main__":
    main()
