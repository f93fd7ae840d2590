"""What the rules of decoding do to a real model's text, for chapter 10.

    python -m tools.decoding                 all parts, some minutes on one core
    python -m tools.decoding modes           one of them

The model is the mini-LLM of the book's pages, which is stored. Nothing is trained but the pairs
of words that contrastive decoding takes for its weak model.
"""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import torch
from torch.nn.functional import normalize

from minillm.beam import beam_search
from minillm.cache import KVCache
from minillm.corpus import BOS, DATA, austen
from minillm.decoding import GREEDY, Sampling, greedy, min_p, temperature, top_k, top_p
from minillm.export import austen_page
from minillm.generation import generate
from minillm.language_model import LanguageModel
from minillm.ngram import NGram
from minillm.transformer import Transformer
from tools.modes import log_probs, modes
from tools.provenance import provenance

RESULTS = DATA / "results" / "10_decoding.json"
N_PROMPTS, PROMPT, NEW = 40, 32, 64  # texts, tokens of a prompt, tokens that are written
WIDTHS = (1, 2, 4, 8, 16, 32)

Writer = Callable[[np.ndarray], np.ndarray]  # from the ids of a prompt to the new ones


def pieces() -> list[np.ndarray]:
    """Stretches of Austen's validation chapters, each a prompt and how she went on."""
    vocabulary, length = austen_page().vocabulary, PROMPT + NEW
    found = []
    for chapter in austen("valid"):
        ids = vocabulary.encode(chapter.text)
        found += [ids[at : at + length] for at in range(0, len(ids) - length, 1000)]
    return found[:N_PROMPTS]


def repeated(ids: np.ndarray, n: int = 4) -> float:
    """The share of a text's n-grams that occurred earlier in it."""
    grams = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
    return 1 - len(set(grams)) / len(grams)


def distinct(texts: list[np.ndarray], n: int) -> float:
    """Different n-grams of all texts together, as a share of all n-grams."""
    grams = [tuple(ids[i : i + n]) for ids in texts for i in range(len(ids) - n + 1)]
    return len(set(grams)) / len(grams)


def sampled(model: LanguageModel, sampling: Sampling) -> Writer:
    """Writes by a rule of the library; the draws of all texts come from one generator."""
    generator = torch.Generator().manual_seed(0)

    def write(prompt: np.ndarray) -> np.ndarray:
        start = np.append(BOS, prompt)
        return generate(model.net, [start], NEW, sampling, generator, eos=None)[0]

    return write


def searched(model: LanguageModel, width: int) -> Writer:
    """Writes by beam search."""
    return lambda prompt: (
        beam_search(model.net, np.append(BOS, prompt), width, NEW, alpha=0.0, eos=None)[0].ids
    )


def contrastive_search(model: LanguageModel, k: int = 5, alpha: float = 0.6) -> Writer:
    """Su et al. 2022, eq. 5: of the k likeliest, the one that is likely and unlike what was said.

    Likeness is the largest cosine of a token's last state and those before it.
    """
    net = cast(Transformer, model.net)

    @torch.inference_mode()
    def write(prompt: np.ndarray) -> np.ndarray:
        cache = cast(KVCache, net.initial_state(1))
        states = net.states(torch.from_numpy(np.append(BOS, prompt))[None], cache)[0]
        ids: list[int] = []
        for _ in range(NEW):
            best = net.logits(states[-1:])[0].softmax(-1).topk(k)
            cache.reorder(torch.zeros(k, dtype=torch.int64))  # a row for each candidate
            said = normalize(states, dim=-1)
            after = net.states(best.indices[:, None], cache)[:, 0]
            likeness = (normalize(after, dim=-1) @ said.T).amax(dim=1)
            i = int(((1 - alpha) * best.values - alpha * likeness).argmax())
            cache.reorder(torch.tensor([i]))
            states = torch.cat((states, after[i : i + 1]))
            ids.append(int(best.indices[i]))
        return np.array(ids)

    return write


def contrastive_decoding(model: LanguageModel, alpha: float = 0.1) -> Writer:
    """Li et al. 2023: where a token is at least `alpha` times as likely as the best, what counts
    is how much likelier a strong model finds it than a weak one, here one that counts pairs.
    """
    weak = NGram(model.vocabulary, 2).fit(t.text for t in austen("train"))

    @torch.inference_mode()
    def write(prompt: np.ndarray) -> np.ndarray:
        ids, new, state = prompt, np.append(BOS, prompt), model.net.initial_state(1)
        for _ in range(NEW):
            logits, state = model.net(torch.from_numpy(new)[None], state)
            strong = min_p(logits[:, -1].log_softmax(-1), alpha)
            pairs = torch.from_numpy(weak.distribution(ids)).log()
            new = greedy(torch.where(strong.isfinite(), strong - pairs, strong)).numpy()
            ids = np.append(ids, new)
        return ids[len(prompt) :]

    return write


def writers(model: LanguageModel) -> Iterator[tuple[str, Writer]]:
    """Every rule that is compared."""
    for width in WIDTHS[1:]:
        yield f"beam {width}", searched(model, width)
    yield "greedy", sampled(model, GREEDY)
    yield "greedy, penalty 1.3", sampled(model, Sampling(1.3, temperature=0))
    yield "contrastive search", contrastive_search(model)
    yield "contrastive decoding", contrastive_decoding(model)
    yield "temperature 0.7", sampled(model, Sampling(temperature=0.7))
    yield "top-k 40", sampled(model, Sampling(top_k=40))
    yield "top-p 0.9", sampled(model, Sampling(top_p=0.9))
    yield "min-p 0.1", sampled(model, Sampling(min_p=0.1))
    yield "temperature 1", sampled(model, Sampling())


def texts(model: LanguageModel) -> dict[str, Any]:
    """For each rule: how likely its texts are, how varied, and one of them; and Austen's own."""
    stretches = pieces()
    rows = []

    def row(name: str, written: list[np.ndarray]) -> None:
        scores = [log_probs(model, s[:PROMPT], w) for s, w in zip(stretches, written, strict=True)]
        rows.append(
            {
                "rule": name,
                "log_prob": float(np.mean(scores)),
                "distinct_2": distinct(written, 2),
                "distinct_1": distinct(written, 1),
                "repeated_4": float(np.mean([repeated(w) for w in written])),
                "example": model.vocabulary.decode(written[0]),
            }
        )
        print({k: v for k, v in rows[-1].items() if k != "example"}, flush=True)

    for name, write in writers(model):
        row(name, [write(stretch[:PROMPT]) for stretch in stretches])
    row("Austen", [stretch[PROMPT:] for stretch in stretches])
    prompt = model.vocabulary.decode(stretches[0][:PROMPT])
    return {"prompts": len(stretches), "prompt": prompt, "new": NEW, "rows": rows}


def shapes(model: LanguageModel) -> list[dict[str, Any]]:
    """At every 3rd token of the stretches: the entropy in bits, also at temperature 0.7; what three
    rules keep, and is Austen's word in it?
    """
    rows = []
    for stretch in pieces():
        with torch.inference_mode():
            logits = model.net(torch.from_numpy(np.append(BOS, stretch))[None])[0][0]
        for at in range(PROMPT, len(stretch), 3):
            row = logits[at][None]
            p = row.softmax(-1)[0]
            cold = temperature(row, 0.7).softmax(-1)[0]
            bits, cooled = (round(-float((q * q.log2()).nansum()), 3) for q in (p, cold))
            entry: dict[str, Any] = {
                "bits": bits,
                "best": round(float(p.max()), 4),
                "cooled": cooled,
            }
            kept = {"top_k": top_k(row, 40), "top_p": top_p(row, 0.9), "min_p": min_p(row, 0.1)}
            for name, z in kept.items():
                inside = z[0].isfinite()
                entry[name] = int(inside.sum())
                entry[f"{name}_mass"] = round(float(p[inside].sum()), 4)
                entry[f"{name}_right"] = bool(inside[int(stretch[at])])
            rows.append(entry)
    return rows


def store(name: str, value: Any, origin: dict[str, str]) -> None:
    """Put one part into the file, and where it comes from."""
    measured = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    measured.setdefault("provenance", {})[name] = origin | {"seed": "0"}
    measured[name] = value
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n")


def main() -> None:
    """Measure the parts that are named, or all, and write each as soon as it is there."""
    torch.set_num_threads(1)
    model = austen_page()
    parts: dict[str, Callable[[LanguageModel], Any]] = {
        "modes": modes,
        "shapes": shapes,
        "texts": texts,
    }
    origin = provenance()
    for name in sys.argv[1:] or parts:
        store(name, parts[name](model), origin)


if __name__ == "__main__":
    main()
