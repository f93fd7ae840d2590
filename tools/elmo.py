"""Measure what a biLM knows of the senses of words: `python -m tools.elmo`.

Writes `data/results/05_elmo.json`, the measurements that chapter 5 shows, and
`data/models/elmo_storyland.safetensors`, the model of seed 0 in 16 bits: about five minutes on one
quiet core. Each seed is kept in `runs/elmo/` as soon as it is done; one that is there is not
repeated. MiniLM's part is measured where `make weights` has installed it, and else stays as it was.
"""

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from minillm import checkpoint, elmo, pretrained, probe, senses, states
from minillm.corpus import DATA, WordVocabulary
from tools.provenance import provenance

RESULTS = DATA / "results" / "05_elmo.json"
SETTINGS = {"width": 64, "n_layers": 2, "texts": 12_000, "steps": 400, "B": 64, "lr": 8e-3}
N_SEEDS, N_EACH, N_HELD_OUT = 5, 2, 600
# The bank sentences of the slides, and sentences in the words of the world: text, word, sense.
SLIDES = [
    (
        "very useful to protect banks or slopes from being washed away by river or rain.",
        "banks",
        "river",
    ),
    (
        "the location because it was high, about 100 feet above the bank of river.",
        "bank",
        "river",
    ),
    ("The bank has plan to branch throughout the country.", "bank", "money"),
    ("They throttled the watchman and robbed the bank.", "bank", "money"),
]
OWN = [
    ("Willows grew along the bank near the old mill.", "bank", "river"),
    ("A boat was tied up at the bank, where the reeds played.", "bank", "river"),
    ("Thieves had asked for a loan at the bank on Monday.", "bank", "money"),
    ("The clerk counted the coins of the bank until it closed.", "bank", "money"),
]


def untrained(vocab_size: int, seed: int) -> elmo.BiLM:
    """A model as it begins."""
    torch.manual_seed(seed)
    return elmo.BiLM(vocab_size, SETTINGS["width"], SETTINGS["n_layers"])


def corpus() -> tuple[WordVocabulary, list[senses.Sentence]]:
    """The sentences to learn from, and all their words."""
    rows = senses.sentences(SETTINGS["texts"], seed=0)
    return WordVocabulary.build([s.text for s in rows], min_count=1), rows


def columns(layers: Tensor, around: Tensor, y: Tensor, cuts: list[elmo.Fold]) -> dict[str, Any]:
    """The accuracies of probes on each kind of vector."""
    single = elmo.layer_accuracy(layers, y, cuts).tolist()
    halves = [elmo.layer_accuracy(half[None], y, cuts).item() for half in layers[-1].chunk(2, -1)]
    mixed, weights = probe.mix_accuracy(layers, y, cuts)
    (neighbours,) = elmo.layer_accuracy(around[None], y, cuts).tolist()
    return {
        **{f"layer {n}": accuracy for n, accuracy in enumerate(single)},
        **{"mix": mixed.item(), "neighbours": neighbours, "weights": weights.tolist()},
        **dict(zip(("forward half", "backward half"), halves, strict=True)),
    }


def random_cut(n: int) -> list[elmo.Fold]:
    """Two thirds to learn from, one third to judge by, whatever the sentences share."""
    test = torch.randperm(n, generator=torch.Generator().manual_seed(0)) % 3 == 0
    return [(~test, test)]


def by_word(model: elmo.BiLM, vocabulary: WordVocabulary) -> list[dict[str, Any]]:
    """A row for each homonym and each way to cut its sentences."""
    table = []
    for word, pair in senses.SENSES.items():
        rows = senses.crossed(N_EACH, seed=1, only=[word])
        texts, ends = [s.text for s in rows], [s.start + len(word) for s in rows]
        layers = states.vectors(model, vocabulary, texts, ends)
        weight = model.embedding.weight.detach()
        around = states.neighbours(weight, vocabulary, texts, ends)
        y = torch.tensor([pair.index(s.sense) for s in rows])
        sides = (torch.tensor([getattr(s, side) for s in rows]) for side in ("left", "right"))
        for name, cuts in (("held out", elmo.folds(*sides)), ("random", random_cut(len(rows)))):
            table.append({"word": word, "cut": name, **columns(layers, around, y, cuts)})
    return table


def bits_per_byte(model: elmo.BiLM, vocabulary: WordVocabulary) -> dict[str, float]:
    """Both directions on sentences that were not learned from, and the world's own score."""
    texts = [s.text for s in senses.sentences(N_HELD_OUT, seed=2)]
    n_bytes = sum(len(text.encode()) for text in texts)
    ids, lengths = states.collate(vocabulary, texts)
    with torch.no_grad():
        losses = elmo.direction_losses(model, ids, lengths)
    bits = losses * float((lengths - 1).sum()) / math.log(2) / n_bytes
    world = senses.world()
    return {
        "forward": bits[0].item(),
        "backward": bits[1].item(),
        "world": -sum(map(world.score, texts)) / n_bytes,
    }


def four_sentences(layers: Tensor, known: Tensor, y: Tensor) -> list[dict[str, Any]]:
    """What a probe of all `known` vectors says of four others in each layer; their cosines."""
    found = []
    for X, new in zip(known, layers, strict=True):
        train, test = states.standardised(X, new)
        w, b = elmo.fit_probe(train, y, 0.01)
        unit = torch.nn.functional.normalize(new - X.mean(0), dim=-1)
        found.append(
            {
                "p": torch.sigmoid(test.double() @ w + b).tolist(),
                "cosines": (unit @ unit.T).tolist(),
            }
        )
    return found


def ends_of(rows: list[tuple[str, str, str]]) -> list[int]:
    """Behind which character the word of each sentence ends."""
    return [text.index(word) + len(word) for text, word, _ in rows]


def bank(model: elmo.BiLM, vocabulary: WordVocabulary) -> dict[str, Any]:
    """The four sentences of the slides and four of the world's words: the probability of money."""
    rows = senses.crossed(N_EACH, seed=1, only=["bank"])
    known = states.vectors(
        model, vocabulary, [s.text for s in rows], [s.start + len("bank") for s in rows]
    )
    y = torch.tensor([s.sense == "money" for s in rows]).long()
    found = {}
    for name, four in (("slides", SLIDES), ("own", OWN)):
        texts = [text for text, _, _ in four]
        found[name] = four_sentences(
            states.vectors(model, vocabulary, texts, ends_of(four)), known, y
        )
    return found


class MiniLM:
    """A BERT of six layers, whose states of all layers are kept when it reads."""

    def __init__(self) -> None:
        self.model, self.vocabulary = pretrained.minilm()
        self.states: list[Tensor] = []
        self.model.blocks[0].register_forward_pre_hook(
            lambda _, given: self.states.append(given[0])
        )
        for block in self.model.blocks:
            block.register_forward_hook(lambda _, given, made: self.states.append(made))

    @torch.no_grad()
    def vectors(self, texts: list[str], ends: list[int], words: list[str]) -> Tensor:
        """Vectors (n_layers + 1, N, C) of one word in each text; layer 0 enters the first block.

        [CLS] stands in front, so a word behind n tokens has the place n + 1.
        """
        cls, sep = (self.vocabulary.ids[mark] for mark in ("[CLS]", "[SEP]"))
        found = []
        for text, end, word in zip(texts, ends, words, strict=True):
            n = len(self.vocabulary.encode(text[: end - len(word)]))
            self.states.clear()
            self.model.states(torch.tensor([[cls, *self.vocabulary.encode(text), sep]]))
            found.append(torch.stack([state[0, n + 1] for state in self.states]))
        return torch.stack(found, dim=1)


def minilm() -> dict[str, Any]:
    """The same two times four sentences with real weights."""
    net = MiniLM()
    rows = senses.crossed(N_EACH, seed=1, only=["bank"])
    known = net.vectors(
        [s.text for s in rows], [s.start + len("bank") for s in rows], ["bank"] * len(rows)
    )
    y = torch.tensor([s.sense == "money" for s in rows]).long()
    found = {}
    for name, four in (("slides", SLIDES), ("own", OWN)):
        texts, words = [text for text, _, _ in four], [word for _, word, _ in four]
        found[name] = four_sentences(net.vectors(texts, ends_of(four), words), known, y)
    return found


def measure(seed: int, folder: Path) -> dict[str, Any]:
    """Train with one seed, and measure before and after."""
    file = folder / f"{seed}.json"
    if file.exists():
        return json.loads(file.read_text())
    vocabulary, rows = corpus()
    ids, lengths = states.collate(vocabulary, [s.text for s in rows])
    model = untrained(vocabulary.size, seed)
    before = by_word(model, vocabulary)
    start = time.process_time()
    losses = elmo.train(
        model,
        ids,
        lengths,
        SETTINGS["steps"],
        SETTINGS["B"],
        torch.Generator().manual_seed(seed),
        SETTINGS["lr"],
    )
    if seed == 0:
        tensors = {name: w.detach().half() for name, w in model.state_dict().items()}
        about = {"words": list(vocabulary.ids), **SETTINGS, **provenance()}
        elmo.MODEL.parent.mkdir(exist_ok=True)
        checkpoint.write(elmo.MODEL, tensors, about)
        model, _ = elmo.stored()  # what is shown is measured with the weights that are kept
    found = {
        "seed": seed,
        "seconds": time.process_time() - start,
        "parameters": sum(w.numel() for w in model.parameters()),
        "losses": [sum(losses[n : n + 20]) / 20 for n in range(0, len(losses), 20)],
        "untrained": before,
        "trained": by_word(model, vocabulary),
        "bits per byte": bits_per_byte(model, vocabulary),
        "bank": bank(model, vocabulary),
    }
    file.write_text(json.dumps(found))
    return found


def main() -> None:
    """Train, measure, and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/elmo"), help="a folder for seeds")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.runs.mkdir(parents=True, exist_ok=True)
    old = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    measured: dict[str, Any] = {"provenance": provenance(), "settings": SETTINGS, "seeds": []}
    for seed in range(N_SEEDS):
        measured["seeds"].append(measure(seed, args.runs))
        print(seed, measured["seeds"][-1]["bits per byte"], flush=True)
    measured["sentences"] = {"slides": SLIDES, "own": OWN}
    try:
        measured["minilm"] = minilm()
    except FileNotFoundError as error:
        print(error)
        measured["minilm"] = old.get("minilm")
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
