"""What edits do to the gazette's model, for chapter 13.

    python -m tools.editing                 all parts, some ten minutes on one core
    python -m tools.editing sites           one of them

The model is `data/models/gazette.safetensors`, which `python -m tools.gazette` makes. Nothing is
trained here but what the rivals of editing train.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from random import Random
from statistics import fmean
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minillm.corpus import BOS, DATA
from minillm.decoding import Sampling
from minillm.editing import Answers, fact_probe, memit, null_space, projected, rank_one, scores
from minillm.edits import (
    Edit,
    Request,
    edited,
    key_value,
    mean_key,
    memit_edit,
    moment,
    request_rows,
    rome,
    weight_name,
)
from minillm.gazette import Fact, Told, load_gazette
from minillm.generation import generate
from minillm.language_model import LanguageModel
from minillm.questions import ask, ngram_entropy, questions, ripple
from minillm.rivals import Memory, fine_tune, patched
from minillm.tracing import draw_noise, subject_span, trace
from tools.provenance import provenance

RESULTS = DATA / "results" / "13_model_editing.json"
N_TRACED, N_EDITS, N_MANY = 40, 24, 100
N_SWEPT = 24  # facts of the sweep over layers
RELATIONS = ("town", "job", "colour", "pet", "pet_name", "food", "instrument")


def known(told: Told, prompt: int = 0) -> list[Fact]:
    """The facts that the model gets right behind all of their prompts."""
    asked = [(f, p) for f in told.gazette.facts for p in f.told + f.untold]
    _, rank = fact_probe(
        told.net, told.tokenizer, [p for _, p in asked], [f.object for f, _ in asked]
    )
    wrong = {id(f) for (f, _), r in zip(asked, rank.tolist(), strict=True) if r > 1}
    return [f for f in told.gazette.facts if id(f) not in wrong]


def requests(told: Told, n: int, seed: int = 3) -> list[Request]:
    """Known facts of different (person, relation), each with another object of its relation."""
    random = Random(f"requests {seed}").random
    pool = [f for f in known(told) if f.relation in RELATIONS]
    pool.sort(key=lambda _: random())
    found = []
    for fact in pool[:n]:
        objects = [o for o in told.gazette.objects[fact.relation] if o != fact.object]
        found.append(Request(fact, objects[int(random() * len(objects))]))
    return found


def mean_scores(found: Sequence[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """The mean over edits, group by group; a group that an edit lacks is left out of its mean."""
    names = dict.fromkeys(name for one in found for name in one)
    return {
        name: {
            kind: fmean(one[name][kind] for one in found if name in one)
            for kind in next(one[name] for one in found if name in one)
        }
        for name in names
    }


def bits(told: Told) -> float:
    """Bits per byte of documents that the model has not been trained on."""
    documents = told.gazette.documents(60, seed=9)
    model = LanguageModel(told.net, told.tokenizer)
    total = sum(s.sum() for s in model.score([told.tokenizer.encode(d) for d in documents]))
    return -float(total) / sum(len(d) for d in documents)


def fluency(told: Told, subject: str) -> float:
    """The n-gram entropy of 60 tokens that the model writes about a person."""
    start = np.append(BOS, told.tokenizer.encode(subject))
    generator = torch.Generator().manual_seed(0)
    text = generate(told.net, [start], 60, Sampling(), generator, eos=None)[0]
    return ngram_entropy(text.tolist())


def judge(
    told: Told,
    wanted: Sequence[Request],
    make: Callable[[Request], AbstractContextManager[Any]],
) -> dict[str, Any]:
    """One edit after the other, each on the untouched model."""
    found, fluent, cost, ripples = [], [], [], []
    start = time.perf_counter()
    for i, request in enumerate(wanted):
        groups = questions(told, request)
        if request.fact.relation == "pet":
            groups["ripple"] = ripple(*request)
        with make(request):
            answers = ask(told, groups)
            if "ripple" in answers:
                ripples.append(float(answers.pop("ripple").rank[0] == 1))
            found.append(scores(answers))
            if i < 8:
                fluent.append(fluency(told, request.fact.subject))
                cost.append(bits(told))
    result: dict[str, Any] = mean_scores(found)
    result |= {"fluency": fmean(fluent), "bits_per_byte": fmean(cost)}
    result |= {"ripple": fmean(ripples) if ripples else None, "ripples": len(ripples)}
    result["seconds"] = (time.perf_counter() - start) / len(wanted)
    return result


def sites(told: Told, moments: dict[int, Tensor]) -> list[dict[str, Any]]:
    """Every site and layer, what softens an edit, and the rivals, on the same requests."""
    wanted = requests(told, N_EDITS)
    table = []

    def row(name: str, make: Callable[[Request], AbstractContextManager[Any]], **more: Any) -> None:
        table.append({"edit": name, **more, **judge(told, wanted, make)})
        exact = {k: round(v["exact"], 2) for k, v in table[-1].items() if isinstance(v, dict)}
        print(name, exact, flush=True)

    def write(layer: int, site: Any, **settings: Any) -> Callable[[Request], Any]:
        return lambda r: edited(told, rome(told, r, layer, site, moments[layer], **settings))

    row("none", lambda r: edited(told, {}))
    for site in ("subject", "last"):
        for layer in moments:
            row(f"{site}, layer {layer}", write(layer, site), site=site, layer=layer)

    def own(request: Request) -> list[Fact]:
        return [f for f in told.gazette.of(request.fact.subject) if f != request.fact]

    def kept(request: Request) -> Edit:
        return rome(told, request, 0, "subject", moments[0], own(request))

    row("subject, layer 0, other facts asked for", lambda r: edited(told, kept(r)))
    row("subject, layer 0, clamp 1", write(0, "subject", clamp=1.0))
    row("last, layer 2, clamp 1", write(2, "last", clamp=1.0))
    identity = torch.eye(told.net.config.hidden).double()
    row("last, layer 2, C = I", lambda r: edited(told, rome(told, r, 2, "last", identity)))
    row("fine-tuning, all weights", lambda r: edited(told, fine_tune(told, r)))
    one = [weight_name(2)]
    row("fine-tuning, one matrix", lambda r: edited(told, fine_tune(told, r, one, lr=3e-3)))
    row("one neuron more", lambda r: patched(told, r))
    found, start = [], time.perf_counter()
    for request in wanted:
        memory = Memory(told, [request])
        found.append(scores(ask(told, questions(told, request), memory)))
    seconds = (time.perf_counter() - start) / len(wanted)
    table.append({"edit": "memory", **mean_scores(found), "seconds": seconds})
    return table


def count(told: Told, how: str, edit: Edit, wanted: Sequence[Request]) -> dict[str, Any]:
    """What many edits on one model did: a row of the table of `many`."""
    n = len(wanted)
    changed = {(r.fact.subject, r.fact.relation) for r in wanted}
    rest = [f for f in told.gazette.facts if (f.subject, f.relation) not in changed]
    groups = {
        "efficacy": [(r.fact.told[0], r.new, r.fact.object) for r in wanted],
        "untold": [(p, r.new, r.fact.object) for r in wanted for p in r.fact.untold],
        "rest": [(f.told[0], f.object, f.object) for f in rest],
    }
    with edited(told, edit):
        exact = {key: exact_share(a) for key, a in ask(told, groups).items()}
        first = groups["efficacy"][: max(1, n // 10)]
        exact["first"] = exact_share(ask(told, {"first": first})["first"])
        found = {"how": how, "n": n, **exact, "bits_per_byte": bits(told)}
    print(found, flush=True)
    return found


def exact_share(answers: Answers) -> float:
    """The share of a group that greedy decoding gets right."""
    return float((answers.rank == 1).double().mean())


def many(told: Told, moments: dict[int, Tensor]) -> list[dict[str, Any]]:
    """1, 10 and 100 edits on one model, in one layer at the last token: one after the other, all
    deltas at once, and together.
    """
    layer, site = 2, "last"
    name, C = weight_name(layer), moments[layer]
    W = told.net.get_parameter(name).detach().clone()
    table = []

    def row(how: str, edit: Edit) -> None:
        table.append(count(told, how, edit, wanted))

    pool = requests(told, N_MANY, seed=8)
    for n in (1, 10, N_MANY):
        wanted = pool[:n]
        row("none", {})
        pairs = [key_value(told, r, layer, site) for r in wanted]
        summed = W.clone()
        for k, v in pairs:
            summed += rank_one(W, k, v, C) - W
        row("ROME, deltas added", {name: summed})
        turn: Edit = {name: W}
        for request in wanted:
            with edited(told, turn):
                # The next edit sees the model that the ones before have left.
                turn = rome(told, request, layer, site, C)
        row("ROME, one after the other", turn)
        K, V = (torch.stack(columns, dim=1) for columns in zip(*pairs, strict=True))
        for L in (1, 100, 1000):
            row(f"MEMIT, one layer, L = {L}", {name: memit(W, K, V, C, L)})
        spread = memit_edit(told, wanted, [2, 3], site, moments, 100)
        row("MEMIT, layers 2 and 3, L = 100", spread)
    return table


def null_spaces(told: Told, moments: dict[int, Tensor]) -> list[dict[str, Any]]:
    """The same edits together, changed only in directions that the old keys use little."""
    layer, site = 2, "last"
    name, C = weight_name(layer), moments[layer]
    W = told.net.get_parameter(name).detach().clone()
    pool, table = requests(told, N_MANY, seed=8), []
    pairs = [key_value(told, r, layer, site) for r in pool]
    for share in (1e-3, 1e-2, 1e-1):
        P = null_space(C, share)
        for n in (1, 10, N_MANY):
            K, V = (torch.stack(columns, dim=1) for columns in zip(*pairs[:n], strict=True))
            W_new = projected(W, K, V, P, 1e-2 * float((K.T @ P.float() @ K).diagonal().mean()))
            found = count(told, f"null space, {share:.1%}", {name: W_new}, pool[:n])
            kept = (P @ K.double()).square().sum() / K.double().square().sum()
            found |= {"share": share, "directions": int(P.trace().round()), "of_keys": float(kept)}
            table.append(found)
    return table


def ways(
    told: Told, moments: dict[int, Tensor]
) -> dict[str, Callable[[Request], AbstractContextManager[Any]]]:
    """Edits to compare, by the names of their rows."""

    def write(layer: int, site: Any) -> Callable[[Request], Any]:
        return lambda r: edited(told, rome(told, r, layer, site, moments[layer]))

    one = [weight_name(2)]
    return {
        "none": lambda r: edited(told, {}),
        "subject, layer 0": write(0, "subject"),
        "last, layer 2": write(2, "last"),
        "fine-tuning, all weights": lambda r: edited(told, fine_tune(told, r)),
        "fine-tuning, one matrix": lambda r: edited(told, fine_tune(told, r, one, lr=3e-3)),
        "one neuron more": lambda r: patched(told, r),
    }


def ripples(told: Told, moments: dict[int, Tensor]) -> list[dict[str, Any]]:
    """Every pet becomes another animal: do sentences about the pet's name follow?

    follows   "... had named the" goes on with the new animal
    stays     it goes on with the old one
    name      asked by the new animal ("The goat of ..."), the pet still has its name
    """
    random = Random("ripples").random
    animals = told.gazette.objects["pet"]
    wanted = []
    for fact in (f for f in known(told) if f.relation == "pet"):
        others = [o for o in animals if o != fact.object]
        wanted.append(Request(fact, others[int(random() * len(others))]))
    table = []

    def row(
        name: str,
        make: Callable[[Request], AbstractContextManager[Any]],
        memory: Callable[[Request], Memory | None] = lambda r: None,
    ) -> None:
        ranks: dict[str, list[float]] = {}
        for request in wanted:
            fact, new = request
            named = told.gazette.fact(fact.subject, "pet_name").object
            groups = {
                "efficacy": [(fact.told[0], new, fact.object)],
                "follows": ripple(fact, new),
                "stays": [(p, fact.object, new) for p, *_ in ripple(fact, new)],
                "name": [(f"The {new} of {fact.subject} answered to the name of", named, named)],
            }
            with make(request):
                for key, answers in ask(told, groups, memory(request)).items():
                    ranks.setdefault(key, []).append(exact_share(answers))
        shares = {key: fmean(values) for key, values in ranks.items()}
        table.append({"edit": name, "n": len(wanted), **shares})
        print(table[-1], flush=True)

    found = ways(told, moments)
    for name, make in found.items():
        row(name, make)
    row("memory", found["none"], lambda r: Memory(told, [r]))
    return table


def loud(told: Told, moments: dict[int, Tensor]) -> list[dict[str, Any]]:
    """Questions about other people, alone and behind the sentence that an edit has made true.

    right     the share of exact answers, as before the edit
    new       the share of answers that are the new object, which is wrong of them all
    """
    wanted, table = requests(told, N_EDITS), []

    def row(name: str, make: Callable[[Request], AbstractContextManager[Any]]) -> None:
        shares: dict[str, list[float]] = {}
        for request in wanted:
            fact, new = request
            groups = questions(told, request)
            asked = groups.get("neighbours", []) + groups["relation"]
            with make(request):
                for front, place in (("", "alone"), (f"{fact.told[0]} {new}. ", "behind")):
                    both = {
                        f"right, {place}": [(front + p, true, other) for p, true, other in asked],
                        f"new, {place}": [(front + p, other, true) for p, true, other in asked],
                    }
                    for key, answers in ask(told, both).items():
                        shares.setdefault(key, []).append(exact_share(answers))
        table.append({"edit": name, **{key: fmean(values) for key, values in shares.items()}})
        print(table[-1], flush=True)

    for name, make in ways(told, moments).items():
        if name != "fine-tuning, one matrix":
            row(name, make)
    return table


def tracing(told: Told, noise: Tensor) -> dict[str, Any]:
    """The mean picture of many facts by kind of token, for the stream and its two sublayers."""
    facts = requests(told, N_TRACED, seed=5)
    sums: dict[str, dict[str, list[list[float]]]] = {}
    levels = []
    for fact, _ in facts:
        prompt = next(p for p in fact.told if not p.startswith(fact.subject))
        _first, end = subject_span(told, prompt, fact.subject)
        for part in ("stream", "feed_forward", "attention"):
            window = 1 if part == "stream" else 2
            found = trace(told, fact, prompt, noise, None if part == "stream" else part, window)
            effect = found.restored - found.corrupted
            T = effect.shape[1]
            if part == "stream":
                levels.append((found.clean, found.corrupted))
            kinds = {"subject": [end - 1], "between": [*range(end, T - 1)], "last": [T - 1]}
            for kind, where in kinds.items():
                if where and (kind != "last" or end < T):
                    values = effect[:, where].mean(1).tolist()
                    sums.setdefault(part, {}).setdefault(kind, []).append(values)
    return {
        "facts": len(facts),
        "clean": fmean(c for c, _ in levels),
        "corrupted": fmean(c for _, c in levels),
        "effect": {
            part: {kind: np.mean(values, 0).tolist() for kind, values in kinds.items()}
            for part, kinds in sums.items()
        },
    }


def layers(told: Told, moments: dict[int, Tensor], noise: Tensor) -> dict[str, Any]:
    """Does the trace of a fact say in which layer its edit works best? (Hase et al. 2023)"""
    points = []
    for request in requests(told, N_SWEPT, seed=6):
        prompt = request.fact.told[0]
        found = trace(told, request.fact, prompt, noise)
        effect = (found.restored - found.corrupted) / max(1e-3, found.clean - found.corrupted)
        span = subject_span(told, prompt, request.fact.subject)
        groups = questions(told, request)
        for site, place in (("subject", span[1] - 1), ("last", effect.shape[1] - 1)):
            for layer in moments:
                edit = rome(told, request, layer, site, moments[layer])  # type: ignore[arg-type]
                with edited(told, edit):
                    result = scores(ask(told, groups))
                point = {"site": site, "layer": layer, "effect": float(effect[layer, place])}
                point |= {"magnitude": result["efficacy"]["magnitude"]}
                points.append(point | {"score": result["score"]["exact"]})
    correlation = {}
    for site in ("subject", "last"):
        own = [p for p in points if p["site"] == site]
        for goal in ("magnitude", "score"):
            pairs = np.array([[p["effect"], p[goal]] for p in own])
            within = pairs.copy()
            for layer in moments:
                here = [p["layer"] == layer for p in own]
                within[here] -= pairs[here].mean(0)
            correlation[f"{site}, {goal}"] = {
                "over all": float(np.corrcoef(pairs.T)[0, 1]),
                "within layers": float(np.corrcoef(within.T)[0, 1]),
            }
    means = [
        {
            "site": site,
            "layer": layer,
            **{
                key: fmean(p[key] for p in points if p["site"] == site and p["layer"] == layer)
                for key in ("effect", "magnitude", "score")
            },
        }
        for site in ("subject", "last")
        for layer in moments
    ]
    return {"facts": N_SWEPT, "correlation": correlation, "means": means}


def figures(told: Told, moments: dict[int, Tensor], noise: Tensor) -> dict[str, Any]:
    """What the two figures show: traces of some facts, and edits at several strengths."""
    chosen = requests(told, 8, seed=11)
    traces = []
    for request in chosen[:4]:
        fact = request.fact
        for other in told.gazette.of(fact.subject)[:2]:
            prompt = next(p for p in other.told if not p.startswith(fact.subject))
            ids = told.ids(prompt)
            found = trace(told, other, prompt, noise)
            pieces = ["<s>", *(told.tokenizer.decode([i]) for i in ids[1:].tolist())]
            traces.append(
                {
                    "prompt": prompt,
                    "object": other.object,
                    "tokens": pieces,
                    "span": subject_span(told, prompt, other.subject),
                    "clean": round(found.clean, 4),
                    "corrupted": round(found.corrupted, 4),
                    "restored": [[round(x, 4) for x in row] for row in found.restored.tolist()],
                }
            )
    strengths = [i / 8 for i in range(17)]
    edits = []
    for request in chosen[4:]:
        groups = questions(told, request)
        if "neighbours" not in groups:
            continue
        one: dict[str, Any] = {
            "fact": request.fact.sentence(request.fact.told[0]),
            "new": request.new,
            "at": {},
        }
        for site, layer in (("subject", 0), ("last", 2)):
            edit = rome(told, request, layer, site, moments[layer])  # type: ignore[arg-type]
            name = weight_name(layer)
            W = told.net.get_parameter(name).detach().clone()
            curves: dict[str, list[float]] = {}
            for s in strengths:
                with edited(told, {name: W + s * (edit[name] - W)}):
                    for key, answers in ask(told, groups).items():
                        p = float(answers.wanted.exp().mean())
                        curves.setdefault(key, []).append(round(p, 4))
            one["at"][site] = curves
        edits.append(one)
    return {"traces": traces, "strengths": strengths, "edits": edits}


def shares(told: Told, moments: dict[int, Tensor]) -> dict[str, Any]:
    """The q of real keys, and so what MEMIT writes of a single edit at some weights L."""
    found = {}
    for site, layer in (("subject", 0), ("last", 2)):
        q = []
        for request in requests(told, N_EDITS):
            k = mean_key(told, layer, request_rows(told, request, site)).double()  # type: ignore[arg-type]
            q.append(float(k @ torch.linalg.solve(moments[layer], k)))
        found[site] = {"layer": layer, "q": fmean(q), "smallest": min(q), "largest": max(q)}
    return found


def store(name: str, value: Any, origin: dict[str, str]) -> None:
    """Put one part into the file, and where it comes from."""
    measured = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    measured.setdefault("provenance", {})[name] = origin | {"seed": "0"}
    measured[name] = value
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n")


def main() -> None:
    """Measure the parts that are named, or all, and write each as soon as it is there."""
    torch.set_num_threads(1)
    told = load_gazette()
    moments = {layer: moment(told, layer) for layer in range(told.net.config.n_layers)}
    noise = draw_noise(told)
    parts: dict[str, Callable[[], Any]] = {
        "tracing": lambda: tracing(told, noise),
        "shares": lambda: shares(told, moments),
        "sites": lambda: sites(told, moments),
        "many": lambda: many(told, moments),
        "null_space": lambda: null_spaces(told, moments),
        "ripples": lambda: ripples(told, moments),
        "loud": lambda: loud(told, moments),
        "layers": lambda: layers(told, moments, noise),
        "figures": lambda: figures(told, moments, noise),
    }
    origin = provenance()
    for name in sys.argv[1:] or parts:
        started = time.perf_counter()
        store(name, parts[name](), origin)
        print(name, round(time.perf_counter() - started), "s", flush=True)


if __name__ == "__main__":
    main()
