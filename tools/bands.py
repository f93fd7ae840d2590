"""Measure in which band the result of a short run lies, over five seeds: `python -m tools.bands`.

The bands are stored in data/results/bands.json. An assignment's integration test trains by the
same recipe and asks for a result within the band, widened by what another machine may change.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from minillm import log
from minillm.corpus import DATA
from tools.provenance import provenance
from tools.train import parser, train

FILE = DATA / "results" / "bands.json"
SHORT = (
    "--layers 2 --heads 4 --width 64 --context 64 --batch 16 --lr 3e-3 --warmup 20 --no-test"
    " --dtype float32 --device cpu"
)
RECIPES = {
    "austen, bytes, 200 steps": f"--corpus austen --steps 200 {SHORT}",
    "austen, bytes, 200 steps, Muon": f"--corpus austen --steps 200 {SHORT} --optimizer muon",
    "storyland, 512 tokens, 200 steps": (
        f"--corpus storyland --vocabulary 512 --steps 200 --stories 2000 {SHORT}"
    ),
}


def final(recipe: str, seed: int) -> dict[str, float]:
    """What the last lines of a run's log say: bits per byte of training and validation."""
    with tempfile.TemporaryDirectory() as out:
        words = [*recipe.split(), "--seed", str(seed), "--out", out, "--valid", "1000000"]
        train(parser().parse_args(words), score=False)
        entries = log.read(Path(out) / "log.jsonl")
    last = entries[-5:]  # fifty steps
    return {
        "training": statistics.mean(entry["train"] for entry in last),
        "validation": entries[-1]["valid"],
    }


def band(values: list[float]) -> dict[str, float]:
    """Mean, standard deviation, smallest and largest of some values."""
    figures = {
        "mean": statistics.mean(values),
        "std": statistics.stdev(values),
        "min": min(values),
        "max": max(values),
    }
    return {name: round(figure, 5) for name, figure in figures.items()}


def measure(recipe: str, n_seeds: int) -> dict[str, Any]:
    """The bands of one recipe, with their provenance."""
    results = [final(recipe, seed) for seed in range(n_seeds)]
    bands = {name: band([result[name] for result in results]) for name in results[0]}
    return {"recipe": recipe, "seeds": list(range(n_seeds)), **bands, **provenance()}


def main() -> None:
    """Measure the bands, print and store them."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--seeds", type=int, default=5)
    words.add_argument("--out", type=Path, default=FILE)
    args = words.parse_args()
    bands = {}
    for name, recipe in RECIPES.items():
        bands[name] = measure(recipe, args.seeds)
        print(f"{name}: {bands[name]['validation']}")
    args.out.write_text(json.dumps(bands, indent=1) + "\n")


if __name__ == "__main__":
    main()
