"""Train the model of chapters 12 and 13, which knows facts: `python -m tools.gazette`.

A BLOOM of 4 layers x 96 reads documents that state the facts of 48 people. Writes
`data/models/gazette.safetensors`, and into `data/results/gazette.json` how many facts it knows,
while it learns and at the end: about four minutes on one quiet core.
"""

import json
import time
from dataclasses import asdict
from typing import Any

import torch
from safetensors.torch import save_file

from minillm import batches
from minillm.architectures import configure, n_parameters
from minillm.batches import Windows
from minillm.corpus import BOS, DATA
from minillm.gazette import MODEL, Fact, Gazette
from minillm.recipe import Recipe
from minillm.tokenizer import Tokenizer
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from tools.provenance import provenance

RESULTS = DATA / "results" / "gazette.json"
WORLD = {"n_people": 48, "n_untold": 2, "seed": 0}
SIZES = {"n_layers": 4, "n_heads": 4, "width": 96, "hidden": 384, "context": 128}
V, N_DOCUMENTS, B, T, N_STEPS, SEED = 1300, 12_000, 8, 128, 1500, 0


@torch.inference_mode()
def right(net: Transformer, tokenizer: Tokenizer, asked: list[tuple[Fact, str]]) -> list[bool]:
    """For each fact and prompt: is every token of the object and the full stop the likeliest?"""
    found = []
    for fact, prompt in asked:
        start = [BOS, *tokenizer.encode(prompt)]
        answer = tokenizer.encode(f" {fact.object}.").tolist()
        logits = net(torch.tensor([start + answer]))[0][0, len(start) - 1 : -1]
        found.append(logits.argmax(-1).tolist() == answer)
    return found


def recall(net: Transformer, tokenizer: Tokenizer, gazette: Gazette) -> dict[str, Any]:
    """The share of right answers in told and untold words, and by relation."""
    was = net.training
    net.eval()
    told = [(fact, prompt) for fact in gazette.facts for prompt in fact.told]
    untold = [(fact, prompt) for fact in gazette.facts for prompt in fact.untold]
    result: dict[str, Any] = {"by_relation": {}}
    for name, asked in {"told": told, "untold": untold}.items():
        found = right(net, tokenizer, asked)
        result[name] = sum(found) / len(found)
        for relation in gazette.objects:
            own = [
                ok for ok, (fact, _) in zip(found, asked, strict=True) if fact.relation == relation
            ]
            result["by_relation"].setdefault(relation, {})[name] = sum(own) / len(own)
    net.train(was)
    return result


def main() -> None:
    """Train, count what is known, and write both files."""
    torch.set_num_threads(1)
    origin = provenance()
    gazette = Gazette(**WORLD)
    documents = gazette.documents(N_DOCUMENTS)
    tokenizer = Tokenizer.train(documents[:4000], V)
    stream = batches.encode(tokenizer, documents)
    config = configure("bloom", vocab_size=tokenizer.size, **SIZES)
    net = Transformer(config, torch.Generator().manual_seed(SEED))
    recipe = Recipe(N_STEPS, n_warmup=30, lr=2e-3, floor=0.02, optimizer="muon", seed=SEED)
    curve = []
    for report in Trainer(net, Windows(stream, B, T, SEED), recipe).run(every=150):
        known = recall(net, tokenizer, gazette)
        row = {"step": report.step, "loss": report.loss, "seconds": report.seconds}
        curve.append(row | {name: known[name] for name in ("told", "untold")})
        print({k: round(v, 3) for k, v in curve[-1].items()}, flush=True)
    net.eval()
    about = {
        "config": asdict(config),
        "gazette": WORLD,
        "tokenizer": json.loads(tokenizer.to_json()),
        "provenance": origin | {"seed": str(SEED)},
    }
    weights = {name: w.half().contiguous() for name, w in net.state_dict().items()}
    save_file(weights, MODEL, {"about": json.dumps(about)})
    net.load_state_dict({name: w.float() for name, w in weights.items()})
    measured = {
        "provenance": about["provenance"],
        "n_parameters": n_parameters(config),
        "n_facts": len(gazette.facts),
        "tokens": N_STEPS * B * T,
        "seconds": curve[-1]["seconds"],
        "curve": curve,
        "recall": recall(net, tokenizer, gazette),
    }
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s in all")
