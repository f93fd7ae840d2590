"""Train the recurrent networks of chapter 4: `python -m tools.rnn JOB ...`, all without a name.

Each job trains one network on `Lanes`, on one thread, and writes its rung of the ladder into
`data/results/04_rnn.json` and how it came down into `data/results/rnn.json`. The seconds are those
that the processor worked, so that they do not depend on what else the machine had to do. The job
"gates" also writes `data/models/lstm_austen.safetensors`, which the chapter's figure reads with.
"""

import argparse
import json
import math
import time
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from minillm import language_model
from minillm.batches import Lanes, encode
from minillm.corpus import DATA, ByteVocabulary, Vocabulary
from minillm.language_model import LanguageModel
from minillm.recipe import Recipe
from minillm.recurrent import LAYERS, RNN, RNNConfig, flops_per_token
from minillm.rnn import distances
from minillm.tokenizer import Tokenizer
from minillm.trainer import Trainer
from minillm.yardstick import bits_per_byte
from tools.ladder import rung
from tools.machine import fastest_dtype, keep_memory
from tools.provenance import commit
from tools.texts import Texts, texts_of

RUNGS = DATA / "results" / "04_rnn.json"
CURVES = DATA / "results" / "rnn.json"
MODEL = DATA / "models" / "lstm_austen.safetensors"
NAMES = {"elman": "Elman", "gru": "GRU", "lstm": "LSTM"}
N_VALIDATIONS = 4
SIZE, DISTANCE = 64, 60  # of the networks whose gradients are measured, and how far back


@dataclass(frozen=True)
class Job:
    """One network, and how it is trained."""

    corpus: str
    vocabulary: int  # tokens; 258 are bytes
    kind: str
    width: int
    hidden: int
    passes: float  # over the training text
    lr: float
    n_layers: int = 1
    dropout: float = 0.0
    T: int = 64
    B: int = 16
    # Of a token's first vector. Of 0.1, 0.3 and 1.0, all three kinds learned Austen best with 0.3.
    table_std: float = 0.3

    @property
    def name(self) -> str:
        """As the ladder calls it."""
        what = "bytes" if self.vocabulary == 258 else f"BPE, {self.vocabulary:,} tokens"
        size = f"{self.n_layers} x {self.hidden}" if self.n_layers > 1 else f"{self.hidden}"
        return f"{what}, {NAMES[self.kind]}, {size}"


JOBS = {
    # With first vectors of 0.1 a byte hardly moves a gate, and most cells grow where tanh is flat.
    "gates": Job("austen", 258, "lstm", 64, 256, 5, 4e-3, T=128, table_std=1.0),
    **{
        f"austen-{kind}": Job("austen", 2048, kind, 128, 256, 0.6, lr)
        for kind, lr in (("lstm", 3e-3), ("gru", 3e-3), ("elman", 2e-3))
    },
    **{
        f"storyland-{kind}": Job("storyland", 2048, kind, 128, 256, 0.15, lr)
        for kind, lr in (("lstm", 3e-3), ("gru", 3e-3), ("elman", 2e-3))
    },
    # With 0.3 it was no better at half of its run: 1.425 bits per byte against 1.420.
    "best": Job("austen", 4096, "lstm", 256, 512, 6, 3e-3, dropout=0.25, table_std=0.1),
}


@cache
def prepared(corpus: str, size: int) -> tuple[Texts, Vocabulary, np.ndarray]:
    """The texts of a corpus, bytes or a tokenizer trained on them, and the stream of ids."""
    texts = texts_of(corpus)
    train = texts["train"]
    vocabulary = ByteVocabulary() if size == 258 else Tokenizer.train(train, size)
    return texts, vocabulary, encode(vocabulary, train)


def trainer_of(job: Job, stream: np.ndarray, dtype: str, seed: int) -> Trainer:
    """The course's trainer, with the job's network and lanes."""
    config = RNNConfig(job.vocabulary, job.kind, job.width, job.hidden, job.n_layers, job.dropout)
    lanes = Lanes(stream, job.B, job.T, seed)
    recipe = Recipe(
        n_steps=round(job.passes * lanes.n_batches),
        n_warmup=50,
        lr=job.lr,
        floor=0.02,
        weight_decay=0.01,
        betas=(0.9, 0.99),
        dtype=dtype,
        seed=seed,
    )
    net = RNN(config, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        net.embedding.weight.mul_(job.table_std / 0.1)
    return Trainer(net, lanes, recipe)


def train(
    trainer: Trainer, model: LanguageModel, texts: Texts
) -> tuple[list[dict[str, float]], float]:
    """Train to the end; what was measured on the way, and the processor's seconds."""
    n_steps = trainer.recipe.n_steps
    n_bytes = sum(len(text.encode()) for text in texts["train"])
    lanes = trainer.batches
    per_step = 3 * flops_per_token(trainer.net.config) * lanes.B * lanes.T  # type: ignore[attr-defined]
    tokens_per_byte = (len(lanes.stream) - len(texts["train"])) / n_bytes  # type: ignore[attr-defined]
    points, start, off = [], time.process_time(), 0.0
    for report in trainer.run(math.ceil(n_steps / N_VALIDATIONS)):
        paused = time.process_time()
        points.append(
            {
                "step": report.step,
                "flops": report.step * per_step,
                "seconds": round(paused - start - off, 1),
                "train": report.loss / math.log(2) * tokens_per_byte,
                "valid": bits(model, texts["valid"]),
            }
        )
        print({name: round(value, 4) for name, value in points[-1].items()}, flush=True)
        off += time.process_time() - paused
    return points, points[-1]["seconds"]


def bits(model: LanguageModel, texts: list[str]) -> float:
    """Bits per byte of texts that are worked on together, as `bits_per_byte` gives them."""
    scores = model.score([model.vocabulary.encode(text) for text in texts])
    return float(-sum(map(np.sum, scores)) / sum(len(text.encode()) for text in texts))


def merge(file: Path, entry: dict[str, Any]) -> None:
    """Put an entry in place of the one of the same corpus and model, or at the end."""
    entries = json.loads(file.read_text()) if file.exists() else []
    others = [e for e in entries if (e["corpus"], e["model"]) != (entry["corpus"], entry["model"])]
    ordered = sorted([*others, entry], key=lambda e: (e["corpus"], e["model"]))
    file.write_text(json.dumps(ordered, indent=1) + "\n")


def measure(name: str, job: Job, measured: str, seed: int = 0) -> None:
    """Train and score one job, and keep what came out of the commit that is `measured`."""
    texts, vocabulary, stream = prepared(job.corpus, job.vocabulary)
    dtype = fastest_dtype()
    trainer = trainer_of(job, stream, dtype, seed)
    model = LanguageModel(trainer.net, vocabulary, batch=32)  # type: ignore[arg-type]
    print(name, job.name, trainer.recipe.n_steps, "steps", dtype, flush=True)
    points, seconds = train(trainer, model, texts)
    valid, test = points[-1]["valid"], bits(model, texts["test"])
    shortest = [min(texts["test"], key=len)]  # on this one with all that the yardstick checks
    assert math.isclose(bits(model, shortest), bits_per_byte(model, shortest), rel_tol=1e-4)
    n_parameters = sum(p.numel() for p in trainer.net.parameters())
    flops = points[-1]["flops"]
    result = rung(
        job.corpus,
        texts,
        job.name,
        valid,
        test,
        n_parameters,
        seconds,
        "04_rnn",
        flops,
        seed,
    )
    hardware = result.hardware.rsplit(", ", 1)[0] + ", one thread"
    result = replace(result, hardware=hardware, commit=measured)
    merge(RUNGS, asdict(result))
    about = {"settings": asdict(job), "dtype": dtype, "commit": result.commit, "date": result.date}
    merge(CURVES, {"corpus": job.corpus, "model": job.name, **about, "points": points})
    print(result, flush=True)
    if name == "gates":
        language_model.save(MODEL, model, about | {"test": test})


def gradients(measured: str) -> None:
    """How strongly the last state depends on earlier inputs, before training: 64 units, torch's
    initial weights, the bias of the LSTM's forget gates as it is named.
    """
    torch.manual_seed(0)
    x, zeros = torch.randn(8, DISTANCE + 1, SIZE), torch.zeros(8, SIZE)
    result: dict[str, Any] = {"lstm": []}
    for kind in ("elman", "gru"):
        layer = LAYERS[kind](SIZE, SIZE, batch_first=True)
        result[kind] = relative(distances(layer, x, zeros))
    lstm = LAYERS["lstm"](SIZE, SIZE, batch_first=True)
    for bias in np.arange(-1, 5.5, 0.5).tolist():
        with torch.no_grad():
            for name in ("bias_ih_l0", "bias_hh_l0"):
                getattr(lstm, name)[SIZE : 2 * SIZE] = bias if name == "bias_ih_l0" else 0
        result["lstm"].append([bias, relative(distances(lstm, x, (zeros, zeros)))])
    result["about"] = {"seed": 0, "units": SIZE, "commit": measured, "torch": torch.__version__}
    (DATA / "results" / "04_gradients.json").write_text(json.dumps(result) + "\n")


def relative(norms: torch.Tensor) -> list[float]:
    """Each against that of the last input, to four digits."""
    return [float(f"{value:.4g}") for value in (norms / norms[0]).tolist()]


def main() -> None:
    """Measure the jobs that are named."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("jobs", nargs="*", metavar="JOB", help=", ".join([*JOBS, "gradients"]))
    names = words.parse_args().jobs or [*JOBS, "gradients"]
    measured = commit()  # now: the results of the first jobs change the working tree
    torch.set_num_threads(1)
    keep_memory()
    for name in names:
        if name == "gradients":
            gradients(measured)
            continue
        measure(name, JOBS[name], measured)


if __name__ == "__main__":
    main()
