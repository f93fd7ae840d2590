"""Word vectors: ours against gensim's, on the same words, one thread each.

    python benchmarks/bench_word2vec.py

Every turn is a process of its own with its own seed, and the rows take turns, so that whatever
else the machine does meets them all. The report is printed; `--out FILE` keeps it.
"""

import argparse
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

from turns import Contestant, Figures, compete, keep, machine, run, table

EPOCHS, DIM, WINDOW, NEGATIVE, RATE, SAMPLE, MIN_COUNT = 5, 100, 5, 5, 0.025, 1e-3, 5
PLAIN_SHARE = 10  # the plain form trains on one paragraph of so many, one epoch
MRR = "mean reciprocal rank"
INTRODUCTION = """
Skip-gram with negative sampling on the training chapters of Jane Austen, lower-case words, a
sequence is a paragraph: {epochs} epochs, {dim} dimensions, a window of {window}, {negative}
negatives, subsampling with {sample} by the rule of the released code, words that occur {min_count}
times, the same rate falling from {rate}. gensim 4.4.0 runs its compiled loop with one worker.

*Words per second* counts all words of the text, those that are dropped included, by the process's
own CPU time from lists of words or ids to vectors. *Mean reciprocal rank* is that of {pairs}
related words among the neighbours of their partner (`data/eval/relations.tsv`: synonyms,
opposites, two sexes; both words occur 50 times). `minillm.sgns` shares 64 negatives in a block of
256 tokens; `word2vec.train` is the plain form that students write, for one epoch of {pairs_plain}
pairs."""

# The jobs. Each runs in a process of its own; only jobs import NumPy, minillm or gensim.


def paragraphs() -> list[str]:
    """The paragraphs of the training chapters."""
    from minillm.corpus import austen

    return [text for document in austen("train") for text in document.text.split("\n")]


def gensim(seed: int) -> Figures:
    """Gensim's Word2Vec."""
    from gensim.models import Word2Vec

    from minillm.lexicon import Lexicon, lower_words

    texts = [lower_words(text) for text in paragraphs()]
    start = time.process_time()
    model = Word2Vec(
        texts,
        vector_size=DIM,
        window=WINDOW,
        negative=NEGATIVE,
        sg=1,
        min_count=MIN_COUNT,
        sample=SAMPLE,
        alpha=RATE,
        epochs=EPOCHS,
        workers=1,
        seed=seed,
    )
    seconds = time.process_time() - start
    lexicon = Lexicon.build(paragraphs(), MIN_COUNT)
    return figures(seconds, EPOCHS * sum(map(len, texts)), model.wv[lexicon.words], lexicon)


def blocks(seed: int) -> Figures:
    """`minillm.sgns`."""
    import numpy as np

    from minillm.lexicon import Lexicon, lower_words
    from minillm.sgns import train_texts

    texts = paragraphs()
    n_words = sum(len(lower_words(text)) for text in texts)
    lexicon = Lexicon.build(texts, MIN_COUNT)
    ids = [lexicon.encode(text) for text in texts]
    start = time.process_time()
    inputs, _ = train_texts(
        ids,
        lexicon.counts,
        DIM,
        np.random.default_rng(seed),
        WINDOW,
        NEGATIVE,
        EPOCHS,
        RATE,
        SAMPLE,
    )
    seconds = time.process_time() - start
    return figures(seconds, EPOCHS * n_words, inputs, lexicon)


def plain(seed: int) -> Figures:
    """`word2vec.train` on some paragraphs, for its speed alone."""
    import numpy as np

    from minillm import word2vec
    from minillm.lexicon import Lexicon, lower_words

    texts = paragraphs()
    lexicon = Lexicon.build(texts, MIN_COUNT)
    rng = np.random.default_rng(seed)
    some = texts[::PLAIN_SHARE]
    ids = [lexicon.encode(text) for text in some]
    start = time.process_time()
    keep = word2vec.keep_probability(lexicon.counts, SAMPLE, "code")
    kept = [word2vec.subsample(text, keep, rng) for text in ids]
    pairs = np.concatenate([word2vec.skipgram_pairs(text, WINDOW, rng) for text in kept])
    noise = word2vec.noise_distribution(lexicon.counts)
    word2vec.train(pairs, noise, DIM, rng, NEGATIVE, 1, RATE)
    seconds = time.process_time() - start
    n_words = sum(len(lower_words(text)) for text in some)
    return {"words per second": n_words / seconds, "pairs": len(pairs)}


JOBS = {job.__name__: job for job in (gensim, blocks, plain)}


def figures(seconds: float, n_words: int, vectors, lexicon) -> Figures:
    """Speed and quality of one run."""
    from minillm.relations import partners, reciprocal_ranks

    pairs = partners(lexicon)
    ranks = reciprocal_ranks(vectors, pairs, lexicon.counts >= 50)
    return {"words per second": n_words / seconds, MRR: float(ranks.mean()), "pairs": len(ranks)}


def take_turn(name: str, seeds) -> tuple[Figures, float]:
    """Run a job in a process of its own, with the next seed."""
    command = [sys.executable, __file__, "--job", name, "--seed", str(next(seeds))]
    out, _, megabytes = run(command)
    return json.loads(out), megabytes


def pick(contestant: Contestant, name: str) -> Contestant:
    """The same turns with one figure of each."""
    some = [{name: each[name]} for each in contestant.figures]
    return Contestant(contestant.name, contestant.take_turn, 0, some, contestant.megabytes)


def report(n_turns: int) -> list[str]:
    """Measure everything; the lines of the report."""
    rows = {"gensim": "gensim", "minillm.sgns": "blocks", "word2vec.train": "plain"}
    contestants = compete(
        [
            Contestant(title, partial(take_turn, job, iter(range(n_turns))), n_turns)
            for title, job in rows.items()
        ]
    )
    peer, ours, simple = contestants
    text = INTRODUCTION.format(
        epochs=EPOCHS,
        dim=DIM,
        window=WINDOW,
        negative=NEGATIVE,
        sample=SAMPLE,
        min_count=MIN_COUNT,
        rate=RATE,
        pairs=int(peer.figures[0]["pairs"]),
        pairs_plain=f"{median(simple.values('pairs')):,.0f}",
    )
    speed = [pick(contestant, "words per second") for contestant in contestants]
    quality = [pick(contestant, MRR) for contestant in (peer, ours)]
    computer = machine("numpy", "gensim")
    return [
        "# Word vectors: speed and quality",
        "",
        f"{computer} Made by `benchmarks/bench_word2vec.py`.",
        text,
        "",
        "## Words per second",
        "",
        *table(speed),
        "",
        "## Relations",
        "",
        *table(quality),
    ]


def main() -> None:
    """Run one job, or measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5, help="of each, with seeds 0, 1, ...")
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # read when the jobs import NumPy
    if args.job:
        print(json.dumps(JOBS[args.job](args.seed)))
        return
    keep(report(args.turns), args.out)


if __name__ == "__main__":
    main()
