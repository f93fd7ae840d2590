"""Build, train and publish the mini-LLM out of one's own solved notebooks.

    python -m minillm.assemble exercises            takes two or three minutes
    python -m minillm.assemble exercises --check    says only whose code passes
    python -m minillm.assemble exercises --student ID    from your own seed

FOLDER holds the solved notebooks of the assignments. Every piece that passes
its visible checks, and computes what the library's computes, takes the place
of the library's; the library stands in for the rest. Calls are counted: the
table at the end says whose code ran, and where. The folder `--out` then holds
the model, the file for `make page`, its texts, the table and its rung.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from minillm import (
    afterwards,
    architectures,
    batches,
    beam,
    decoding,
    generation,
    ladder,
    language_model,
    packing,
    pieces,
    tasks,
    training,
    transformer,
    yardstick,
)
from minillm.assembly import Calls, counted_pairs, replaced, table
from minillm.config import Config
from minillm.corpus import BOS, austen
from minillm.export import from_bytes
from minillm.ladder import Rung
from minillm.language_model import LanguageModel
from minillm.storyland import World
from minillm.tokenizer import Tokenizer

STAGES = (
    *("tokenize", "build", "train", "keep", "score", "write", "export"),
    *("adapt", "edit"),
)
BESIDE = ("minillm.assembly", "minillm.pieces", "minillm.trials")
PROMPTS = {
    "storyland": ["Meet Ada.", "Once"],
    "austen": ["It is a truth universally acknowledged, that", "Emma"],
}
# What is said of somebody in one edit: a prompt, and what should follow it.
EDITS = {
    "storyland": ("The favourite colour of Ada was", "green"),
    "austen": ("Mr. Darcy lived in", "London"),
}
STORIES = 2000  # of Storyland, to train on
Texts = dict[str, list[str]]


@dataclass(frozen=True)
class Size:
    """How large the model is, and how long it trains."""

    vocabulary: int = 1024
    layers: int = 4
    heads: int = 4
    width: int = 128
    context: int = 64
    batch: int = 16
    steps: int = 300
    lr: float = 3e-3
    seed: int = 0

    def config(self, vocab_size: int) -> Config:
        """The row LLaMA, without fused kernels: those would bypass the
        functions that somebody else has written.
        """
        return architectures.configure(
            "llama",
            vocab_size=vocab_size,
            n_layers=self.layers,
            n_heads=self.heads,
            width=self.width,
            hidden=architectures.ffn_width(self.width, 32),
            context=self.context,
            fused=False,
        )

    def recipe(self) -> dict[str, Any]:
        """As `training.Run` wants it."""
        return {
            "n_steps": self.steps,
            "n_warmup": min(50, max(1, self.steps // 10)),
            "lr": self.lr,
            "floor": 0.0,
            "betas": (0.9, 0.95),
            "eps": 1e-8,
            "weight_decay": 0.1,
            "clip": 1.0,
            "n_parts": 2 if self.batch % 2 == 0 else 1,
        }


@dataclass
class Build:
    """What a run of all stages has made."""

    model: LanguageModel
    losses: list[float]
    bits: dict[str, float]  # per byte, of "valid" and "test"
    samples: list[str]
    file: bytes  # of the page
    seconds: dict[str, float]  # of each stage
    parameters: int
    flops: float
    resumed: bool  # whether the kept run was the same to the last bit
    adapted: dict[str, tuple[float, float]]  # see `afterwards`
    edited: dict[str, tuple[float, float]]


def normal(student: str) -> str:
    """An id without blanks around it, in small letters: as it counts."""
    return student.strip().casefold()


def seed_of(student: str) -> int:
    """The seed of a student's run: 31 bits of the SHA-256 of the id.

    Raises `ValueError` on an empty id.
    """
    if not normal(student):
        raise ValueError("a student's id has at least one character")
    return int.from_bytes(sha256(normal(student).encode()).digest()[:4]) >> 1


def texts_of(corpus: str, n_stories: int) -> Texts:
    """The splits of a corpus, as the ladder has them, and a style to learn:
    texts of the other corpus, "style", and held-out ones, "style valid".
    """
    world, held_out = World(), min(500, n_stories)
    draws = {
        "train": world.stories(n_stories, 0, "train"),
        "valid": world.stories(held_out, 1, "valid"),
        "test": world.stories(held_out, 2, "valid"),
    }
    stories = {
        split: [story.text for story in drawn]
        for split, drawn in draws.items()
    }
    novels = {
        "train": [document.text for document in austen("train")],
        "valid": [document.text for document in austen("valid")],
        "test": [document.text for document in austen("test")],
    }
    if corpus == "austen":
        style = {"style": stories["train"], "style valid": stories["valid"]}
        return novels | {k: texts[:100] for k, texts in style.items()}
    return stories | {
        "style": novels["train"][:5],
        "style valid": [novels["valid"][0][:5000]],
    }


def build(
    texts: Texts, size: Size, calls: Calls, corpus: str = "storyland"
) -> Build:
    """All stages, from texts to an edited model, by whatever pieces the
    modules of the library hold just now; prompts are those of the corpus.
    """
    prompts, saying = PROMPTS[corpus], EDITS[corpus]
    seconds: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        calls.stage, start = name, time.perf_counter()
        yield
        seconds[name] = time.perf_counter() - start

    generator = torch.Generator().manual_seed(size.seed)
    with stage("tokenize"):
        vocabulary = Tokenizer.train(texts["train"], size.vocabulary)
        stream = batches.encode(vocabulary, texts["train"])
        vocabulary.decode(stream[:1000])
    with stage("build"):
        config = size.config(vocabulary.size)
        net = transformer.Transformer(config, generator)
        parameters = architectures.count_parameters(config)
    run = training.Run(net, size.recipe())
    with stage("train"):
        windows = batches.Windows(stream, size.batch, size.context, size.seed)
        losses = training.train(run, batch_of(windows, size.steps))
        per_token = training.training_flops(config, size.context)
    with stage("keep"):
        resumed = keep_and_resume(run, config)
    net.eval()
    model = LanguageModel(net, vocabulary)
    with stage("score"):
        bits = {
            split: yardstick.bits_per_byte(model, texts[split])
            for split in ("valid", "test")
        }
    with stage("write"):
        samples = write(model, prompts, generator)
    with stage("export"):
        file = packing.to_bytes(model, {"bits_per_byte": bits})
        from_bytes(file)
    some = texts["valid"][:20]
    with stage("adapt"):
        adapted = afterwards.adapt(
            model, texts["style"], texts["style valid"], some
        )
    with stage("edit"):
        edited = afterwards.edit(model, *saying, some)
    n_tokens = size.steps * size.batch * size.context
    calls.stage = ""
    return Build(
        model,
        losses,
        bits,
        samples,
        file,
        seconds,
        parameters,
        float(per_token * n_tokens),
        resumed,
        adapted.numbers,
        edited.numbers,
    )


def batch_of(windows: batches.Windows, n_steps: int) -> Any:
    """The batches of a run: ids and targets (B, T), `<s>` never asked for."""
    start = time.perf_counter()

    def batch(step: int) -> tuple[Tensor, Tensor]:
        if step and step % 50 == 0:
            passed = time.perf_counter() - start
            print(f"  step {step} of {n_steps}, {passed:.0f} s", flush=True)
        task = tasks.causal(windows.batch(step))
        hidden = task.targets == BOS
        return task.ids, task.targets.masked_fill(hidden, tasks.IGNORE)

    return batch


def keep_and_resume(run: training.Run, config: Config) -> bool:
    """Whether a run comes back from its file to the last bit."""
    again = training.Run(transformer.Transformer(config), run.recipe)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.pt"
        training.save_run(run, path)
        training.resume_run(again, path)
    kept, own = again.net.state_dict(), run.net.state_dict()
    return all(torch.equal(kept[name], own[name]) for name in own)


def write(
    model: LanguageModel, prompts: Sequence[str], generator: torch.Generator
) -> list[str]:
    """Texts by sampling, greedily, and by a beam."""
    net, vocabulary = model.net, model.vocabulary
    start = [generation.start_of(vocabulary, p, BOS) for p in prompts]
    room = net.config.context - max(map(len, start))
    taste = decoding.Sampling(1.1, 0.8, top_k=200, top_p=0.95, min_p=0.01)
    n = min(60, room)
    sampled = generation.complete(
        net, vocabulary, prompts, n, taste, generator
    )
    greedy = generation.complete(net, vocabulary, prompts, min(20, n))
    found = beam.beam_search(net, start[0], 3, min(20, n), alpha=0.7)
    return [
        *(f"{p}|{text}" for p, text in zip(prompts, sampled, strict=True)),
        *(f"{p}|{text}" for p, text in zip(prompts, greedy, strict=True)),
        f"{prompts[0]}|{vocabulary.decode(found[0].ids)}",
    ]


def library_modules() -> list[ModuleType]:
    """All modules of the library that are loaded, but for those that judge
    pieces.
    """
    return [
        module
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] == "minillm" and name not in BESIDE
    ]


@contextmanager
def in_place(
    own: Mapping[str, Any], spaces: Mapping[str, ModuleType]
) -> Iterator[Calls]:
    """One's `own` pieces in the place of the library's, all calls counted.

    `spaces` are the modules of the notebooks: a function there calls its
    neighbours by name, and these calls go the same way.
    """
    calls, library = Calls(), pieces.originals()
    pairs = counted_pairs(library, own, calls)
    by_name = dict(zip(library, pairs, strict=True))
    with ExitStack() as stack:
        stack.enter_context(replaced(pairs, library_modules()))
        for assignment, space in spaces.items():
            written = pieces.originals([assignment])
            inside = [
                (vars(space)[name], new)
                for name, (old, new) in by_name.items()
                if name in vars(space)
                and (name in written or vars(space)[name] is old)
            ]
            stack.enter_context(replaced(inside, [space]))
        yield calls


def assemble(
    own: Mapping[str, Any],
    spaces: Mapping[str, ModuleType],
    texts: Texts,
    size: Size,
    corpus: str = "storyland",
) -> tuple[Build, Calls, dict[str, str]]:
    """Build with one's own pieces; a piece that raises an error is left out,
    and the run begins anew.

    Returns also the calls, and what was raised by the pieces left out.
    """
    own, broken = dict(own), dict[str, str]()
    while True:
        with in_place(own, spaces) as calls:
            try:
                return build(texts, size, calls, corpus), calls, broken
            except Exception as error:
                guilty = [n for n, e in calls.raised.items() if e is error]
                # The innermost has raised first.
                guilty = [name for name in guilty if name in own]
                if not guilty:
                    raise
                name = guilty[0]
                why = f"raised in the stage {calls.stage}: {error!r}"
        del own[name]
        for group in pieces.TOGETHER:
            if name in group:
                own = {n: x for n, x in own.items() if n not in group}
        broken[name] = why
        print(f"`{name}` {why}: the library's stands in.")


def judged(folder: Path) -> tuple[dict, dict, dict]:
    """One's own pieces, the notebooks' modules, and of each piece why it is
    not used, "" where it is.
    """
    reasons = dict.fromkeys(pieces.originals(), "no notebook")
    own: dict[str, Any] = {}
    spaces: dict[str, ModuleType] = {}
    for assignment, path in pieces.notebooks(folder):
        print(f"{assignment}: {path}", flush=True)
        found = pieces.together(pieces.examined(path, assignment))
        reasons |= found
        spaces[assignment] = pieces.load(path, assignment)
        own |= {
            name: vars(spaces[assignment])[name]
            for name, reason in found.items()
            if not reason
        }
    return own, spaces, reasons


def rung_of(made: Build, corpus: str, size: Size, texts: Texts) -> Rung:
    """The ladder's rung of a model of one's own."""
    config = made.model.net.config
    return Rung(
        model=f"mine, {config.n_layers} layers x {config.width}, "
        f"{config.vocab_size:,} tokens",
        topic="14_mini_llm",
        corpus=corpus,
        valid=round(made.bits["valid"], 5),
        test=round(made.bits["test"], 5),
        parameters=made.parameters,
        seconds=round(made.seconds["train"], 2),
        train_bytes=sum(len(text.encode()) for text in texts["train"]),
        flops=made.flops,
        seed=size.seed,
        commit="",
        date=date.today().isoformat(),
        hardware="",
    )


def arrow(pair: tuple[float, float]) -> str:
    """Before and after."""
    return f"{pair[0]:.3f} -> {pair[1]:.3f}"


def report(
    made: Build, calls: Calls, whose: Mapping[str, str], rung: Rung
) -> str:
    """Everything that a run has to say, in Markdown."""
    used = [n for n, owner in whose.items() if owner == "yours"]
    called = [n for n in used if calls.of(n)]
    times = ", ".join(f"{name} {s:.1f}" for name, s in made.seconds.items())
    rungs = [*ladder.load(rung.corpus), rung]
    ordered = sorted(rungs, key=lambda r: r.test, reverse=True)
    return "\n\n".join(
        [
            table(STAGES, whose, calls),
            f"{len(used)} of {len(whose)} pieces are yours, {len(called)} of "
            "these were called.",
            f"Loss {made.losses[0]:.3f} -> {made.losses[-1]:.3f} nats; "
            f"{made.bits['test']:.3f} bits per byte of held-out text; "
            f"{made.parameters:,} parameters; {made.flops:.2e} FLOPs. The "
            f"kept run {'came' if made.resumed else 'did NOT come'} back to "
            "the last bit.",
            f"Seconds: {times}",
            "By updates of rank 4 it learned a style: {} bits per byte of new "
            "texts in it, {} of old ones.".format(
                *map(arrow, made.adapted.values())
            ),
            '"{} {}" has the probability {} since one edit; held-out texts '
            "have {} bits per byte.".format(
                *EDITS[rung.corpus], *map(arrow, made.edited.values())
            ),
            ladder.table(ordered),
            *made.samples,
        ]
    )


def keep(
    folder: Path, made: Build, said: str, rung: Rung, student: str
) -> None:
    """Write model, page file, report and rung into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "rung": asdict(rung),
        "seconds": made.seconds,
        "student": student,
    }
    language_model.save(folder / "model.safetensors", made.model, about)
    packing.write_whole(folder / "model.bin", made.file)
    (folder / "report.md").write_text(said + "\n", encoding="utf-8")
    (folder / "rung.json").write_text(json.dumps(asdict(rung), indent=1))


def command_line() -> argparse.ArgumentParser:
    """The words of this program."""
    words = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words.add_argument("folder", type=Path, help="with solved notebooks")
    words.add_argument("--check", action="store_true", help="build nothing")
    words.add_argument("--corpus", choices=PROMPTS, default="storyland")
    words.add_argument("--stories", type=int, default=STORIES)
    words.add_argument("--student", default="", help="an id: --seed follows")
    words.add_argument("--out", type=Path, default=Path("runs/mine"))
    for name, value in asdict(Size()).items():
        words.add_argument(f"--{name}", type=type(value), default=value)
    return words


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the pieces, build, report, keep."""
    words = command_line().parse_args(arguments)
    size = Size(**{name: getattr(words, name) for name in asdict(Size())})
    if words.student:
        if words.seed != Size.seed:
            command_line().error("--student decides on the seed: no --seed")
        size = replace(size, seed=seed_of(words.student))
    own, spaces, reasons = judged(words.folder)
    if not spaces:
        command_line().error(f"{words.folder} has no notebook of the course")
    whose = {
        name: "yours" if not reason else f"the library's: {reason}"
        for name, reason in reasons.items()
    }
    if words.check:
        print(table((), whose, Calls()))
        return
    texts = texts_of(words.corpus, words.stories)
    made, calls, broken = assemble(own, spaces, texts, size, words.corpus)
    whose |= {n: f"the library's: yours {why}" for n, why in broken.items()}
    rung = rung_of(made, words.corpus, size, texts)
    said = report(made, calls, whose, rung)
    print(said)
    keep(words.out, made, said, rung, words.student)


if __name__ == "__main__":
    main()
