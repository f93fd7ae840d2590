"""Train the models of chapter 8, one of each kind: `python -m tools.kinds`.

A decoder, an encoder, a prefix model and an encoder-decoder, made of the same parts in the same
sizes, read the same sentences of Storyland, each with the objective that fits it. Writes
`data/models/08_kinds.safetensors`, and into `data/results/08_architectures.json` what each of them
gives to held-out sentences: about ten minutes on one quiet core. `--published` asks SmolLM2 and
MiniLM instead, where `make weights` has installed them, and trains nothing.
"""

import argparse
import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from minillm import batches
from minillm.architectures import configure, n_parameters
from minillm.batches import Pairs, Windows
from minillm.corpus import BOS, DATA, EOS
from minillm.kinds import MODEL, Kinds, load_kinds
from minillm.likelihood import log_likelihood, pseudo_log_likelihood
from minillm.objectives import Causal, Masked, Objective, Prefix, SequenceToSequence
from minillm.pretrained import ask_both
from minillm.recipe import Recipe
from minillm.tasks import IGNORE
from minillm.tokenizer import Tokenizer
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from tools.provenance import provenance
from tools.texts import texts_of

RESULTS = DATA / "results" / "08_architectures.json"
# Steps of training. A masked model is asked at 15 % of the places, so it takes more of them.
KINDS = {"decoder": 1000, "encoder": 4000, "prefix": 1500, "encoder-decoder": 1500}
SIZES = {"n_layers": 3, "n_heads": 4, "width": 96, "hidden": 256, "context": 64}
V, N_STORIES, B, T = 512, 3000, 16, 64
N_TESTED = 300  # sentences
SENTENCE = "Paris is the capital of France, and Rome is the capital of"
OTHERS = (
    "The Italian government sits in Rome.",
    "The French live in a republic.",
    "The cat sat on the mat.",
)


def sentences(stories: list[str]) -> list[str]:
    """The sentences of stories, each with the space before it; speech stays with its speaker."""
    return [
        s for story in stories for s in re.findall(r'(?:"[^"]*"|[^".])+\.?', story) if s.strip()
    ]


def objectives() -> dict[str, Objective]:
    """What each kind is asked."""
    return {
        "decoder": Causal(),
        "encoder": Masked(mask_id=V, vocab_size=V),
        "prefix": Prefix(),
        "encoder-decoder": SequenceToSequence(padding=BOS),
    }


def train(kind: str, texts: list[str], tokenizer: Tokenizer) -> Transformer:
    """A model of one kind."""
    vocab_size = V + (kind == "encoder")
    # The parts of one row for all: mask and objective alone differ.
    config = configure("llama", structure=kind, vocab_size=vocab_size, **SIZES)
    net = Transformer(config, torch.Generator().manual_seed(0))
    if kind == "encoder-decoder":
        halves = [cut(torch.tensor(tokenizer.encode(text))) for text in texts]
        halves = [(a, b) for a, b in halves if len(a)]
        data: Any = Pairs([a.numpy() for a, _ in halves], [b.numpy() for _, b in halves], 2 * B)
    else:
        data = Windows(batches.encode(tokenizer, texts), B, T)
    recipe = Recipe(KINDS[kind], n_warmup=100, lr=2e-3, optimizer="muon")
    trainer = Trainer(net, data, recipe, objectives()[kind])
    for report in trainer.run(every=100):
        print(kind, report.step, round(report.loss, 3), round(report.seconds), flush=True)
    return net.eval()


def cut(ids: Tensor) -> tuple[Tensor, Tensor]:
    """The first half of a text, and what follows."""
    return ids[: len(ids) // 2], ids[len(ids) // 2 :]


def masked_ahead(net: Transformer, mask_id: int) -> Callable[[Tensor], Tensor]:
    """An encoder as a predictor of the next token: it reads what is in front, then masks only.

    The only honest way to read a text from left to right with it; one pass for each token.
    """

    def predict(ids: Tensor) -> Tensor:
        T = ids.shape[1]
        seen = torch.full((T, T + 2), mask_id)
        for t in range(T):
            seen[t, : t + 1] = ids[0, : t + 1]
        seen[:, -1] = EOS
        places = torch.arange(T)
        return net(seen)[0][places, places + 1][None]

    return predict


@torch.inference_mode()
def scores(kinds: Kinds, texts: list[str]) -> dict[str, float]:
    """Bits per byte of sentences, by kind and by what was asked."""
    nets = {name: (lambda ids, net=net: net(ids)[0]) for name, net in kinds.models.items()}
    total: dict[str, float] = {}
    n_bytes = n_second = 0

    def add(name: str, log2_probs: Tensor) -> None:
        total[name] = total.get(name, 0.0) - float(log2_probs.sum())

    for text in texts:
        ids = kinds.ids(text)
        first, second = cut(ids[1:-1])
        n_bytes += len(text.encode())
        n_second += len(kinds.tokenizer.decode(second.tolist()).encode())
        add("decoder, chain rule", log_likelihood(nets["decoder"], ids))
        add("prefix, chain rule", log_likelihood(nets["prefix"], ids))
        chain = log_likelihood(masked_ahead(kinds.models["encoder"], kinds.mask_id), ids)
        add("encoder, chain rule behind masks", chain)
        pseudo = pseudo_log_likelihood(nets["encoder"], ids, kinds.mask_id)
        add("encoder, pseudo-likelihood", pseudo)
        unmasked = nets["encoder"](ids[None])[0].log_softmax(-1).gather(1, ids[:, None])[1:-1, 0]
        add("encoder, nothing hidden", unmasked / torch.log(torch.tensor(2.0)))
        decoder = log_likelihood(nets["decoder"], ids)[len(first) :]
        add("second half: decoder", decoder)
        task_ids, targets = ids[None, :-1], ids[1:].clone()
        given = torch.tensor([len(first) + 1])
        logits = kinds.models["prefix"](task_ids, prefix=given)[0][0]
        targets[: len(first)] = IGNORE
        add("second half: prefix", picked(logits, targets))
        target = torch.cat([torch.tensor([BOS]), second, torch.tensor([EOS])])
        source = first[None] if len(first) else torch.tensor([[BOS]])
        logits = kinds.models["encoder-decoder"](target[None, :-1], source=source)[0][0]
        add("second half: encoder-decoder", picked(logits, target[1:]))
    sizes = {name: n_second if name.startswith("second") else n_bytes for name in total}
    return {name: bits / sizes[name] for name, bits in total.items()}


def picked(logits: Tensor, targets: Tensor) -> Tensor:
    """log2 probabilities of the targets (T,) that count."""
    asked = targets != IGNORE
    log_p = logits[asked].log_softmax(-1).gather(1, targets[asked, None])
    return log_p / torch.log(torch.tensor(2.0))


def main() -> None:
    """Train, store, measure."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--no-train", action="store_true", help="measure the stored models again")
    words.add_argument("--published", action="store_true", help="ask SmolLM2 and MiniLM, only")
    args = words.parse_args()
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if args.published:
        asked = {"sentence": SENTENCE, **ask_both(SENTENCE, OTHERS), **provenance()}
        RESULTS.write_text(json.dumps(before | {"published": asked}, indent=1) + "\n")
        return
    stories = texts_of("storyland", N_STORIES)
    texts = {split: sentences(stories[split]) for split in ("train", "test")}
    if not args.no_train:
        start = time.perf_counter()
        tokenizer = Tokenizer.train(texts["train"], V)
        nets = {kind: train(kind, texts["train"], tokenizer) for kind in KINDS}
        weights = {
            f"{kind}.{name}": weight.half()
            for kind, net in nets.items()
            for name, weight in net.state_dict().items()
        }
        about = {
            "configs": {kind: asdict(net.config) for kind, net in nets.items()},
            "tokenizer": json.loads(tokenizer.to_json()),
            "seconds": round(time.perf_counter() - start),
        }
        save_file(weights, MODEL, {"about": json.dumps(about)})
    kinds = load_kinds()
    room = SIZES["context"] - 4  # for the two ends, and for a mask and an end
    fitting = [text for text in texts["test"] if len(kinds.ids(text)) <= room]
    chosen = fitting[:N_TESTED]
    result = {
        "seed": 0,
        "steps": KINDS,
        "sentences": len(chosen),
        "parameters": {kind: n_parameters(net.config) for kind, net in kinds.models.items()},
        "bits_per_byte": scores(kinds, chosen),
        "published": before.get("published"),
        **provenance(),
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
