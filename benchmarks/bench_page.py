"""Tokens per second of the mini-LLM in a page, in headless Chromium, beside the goal of 20.

    python benchmarks/bench_page.py --out benchmarks/results/page.md

The model of the book's pages, and one of the shape of `make mini-llm`, whose weights are random:
speed does not depend on them. Each reads 100 tokens behind a context of 20, in plain JavaScript.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import torch
from playwright.sync_api import sync_playwright
from turns import keep, machine

from minillm.architectures import configure
from minillm.corpus import austen
from minillm.export import PAGE
from minillm.figures.widget import FIGURES
from minillm.language_model import LanguageModel
from minillm.packing import to_bytes
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer

sys.path.insert(0, str(Path(__file__).parents[1] / "grader" / "tests"))
from browsing import serve

GOAL = 20  # tokens a second
RUN = """async ([file, n]) => {
  const m = await import("./minillm.js");
  const model = m.openModel(await m.fetchModel(file)), state = m.newState(model);
  const ids = (n) => Array.from({ length: n }, (_, i) => 2 + (i * 37) % 1000);
  m.read(model, state, ids(20));
  const begun = performance.now();
  m.read(model, state, ids(n));
  return 1000 * n / (performance.now() - begun);
}"""


def mini_llm() -> bytes:
    """The file of an untrained model of the shape of `make mini-llm`."""
    vocabulary = Tokenizer.train([text.text for text in austen("train")[:60]], 4096)
    config = configure(
        "llama",
        vocab_size=vocabulary.size,
        n_layers=6,
        n_heads=4,
        width=256,
        hidden=704,
        context=128,
    )
    net = Transformer(config, torch.Generator().manual_seed(0))
    return to_bytes(LanguageModel(net, vocabulary), {})


def measure(files: dict[str, bytes], turns: int) -> list[str]:
    """A row of a table for each model: the best of some turns."""
    rows = ["| model | megabytes | tokens/s | times the goal |", "|:--|--:|--:|--:|"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for script in FIGURES.glob("*.js"):
            (folder / script.name).symlink_to(script)
        (folder / "index.html").write_text("<!doctype html><title>x</title>")
        for i, data in enumerate(files.values()):
            (folder / f"{i}.bin").write_bytes(data)
        with serve(folder) as address, sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            page = browser.new_page()
            page.goto(f"{address}/index.html")
            for i, (what, data) in enumerate(files.items()):
                speed = max(page.evaluate(RUN, [f"{i}.bin", 100]) for _ in range(turns))
                rows.append(
                    f"| {what} | {len(data) / 1e6:.1f} | {speed:.0f} | {speed / GOAL:.1f} |"
                )
            browser.close()
    return rows


def main() -> None:
    """Measure and report."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--out", type=Path)
    words.add_argument("--turns", type=int, default=3)
    args = words.parse_args()
    files = {"of the book's pages, 4 x 128": PAGE.read_bytes(), "mini-LLM, 6 x 256": mini_llm()}
    about = machine("torch", "playwright")
    keep([about, "", *measure(files, args.turns)], args.out)


if __name__ == "__main__":
    main()
