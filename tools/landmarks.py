"""Move landmarks in SmolLM2, for chapter 13; needs `make weights`.

python -m tools.landmarks               each move of `minillm.landmarks.MOVES`, question by question
python -m tools.landmarks layers        which layer is best, on other landmarks
python -m tools.landmarks trace         where the city of the Eiffel Tower is looked up
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minillm.corpus import BOS, DATA, austen
from minillm.editing import Answers, rank_one
from minillm.edits import edited, key_value, moment, weight_name
from minillm.gazette import Told
from minillm.generation import generate
from minillm.landmarks import (
    LAYER,
    MOVES,
    N_PASSAGES,
    STEPS,
    TRIED,
    essence,
    groups_of,
    in_a_sentence,
    load_landmarks,
    move,
    sentence_case,
)
from minillm.language_model import LanguageModel
from minillm.questions import Question, ask, ngram_entropy
from minillm.tracing import draw_noise, subject_span, trace
from tools.provenance import provenance

RESULTS = DATA / "results" / "landmarks.json"
LAYERS = (3, 9, 15)
OPENINGS = ("{} is", "If you visit {}, you should also see", "The best way to get to {} is")
N_TOKENS, N_BYTES = 30, 6000


def table(
    groups: Mapping[str, Sequence[Question]], before: Mapping[str, Answers], after: Sequence[Any]
) -> dict[str, list[dict[str, Any]]]:
    """Each question of each group, with probabilities and ranks before and after."""
    found: dict[str, list[dict[str, Any]]] = {}
    runs = (before, *after)
    for name, asked in groups.items():
        for i, (prompt, wanted, other) in enumerate(asked):
            row: dict[str, Any] = {"prompt": prompt, "wanted": wanted, "other": other}
            row["p"] = [round(float(a[name].wanted[i].exp()), 4) for a in runs]
            row["p_other"] = [round(float(a[name].other[i].exp()), 4) for a in runs]
            row["rank"] = [int(a[name].rank[i]) for a in runs]
            found.setdefault(name, []).append(row)
    return found


def texts(told: Told, landmark: str) -> tuple[dict[str, str], float]:
    """What greedy decoding writes behind some openings, and how varied it is."""
    name = in_a_sentence(told.gazette.fact(landmark, "city"))
    openings = [sentence_case(o.format(name)) for o in OPENINGS]
    starts = [np.append(BOS, told.tokenizer.encode(o)) for o in openings]
    written = generate(told.net, starts, N_TOKENS, eos=None)
    shown = {o: told.tokenizer.decode(ids) for o, ids in zip(openings, written, strict=True)}
    return shown, float(np.mean([ngram_entropy(ids.tolist()) for ids in written]))


def bits(told: Told) -> float:
    """Bits per byte of a piece of a novel, from Austen's held-out chapters."""
    text = austen("valid")[0].text[:N_BYTES]
    # The last number is about the end of the text, which it has not.
    (log2_p,) = LanguageModel(told.net, told.tokenizer, batch=4).score(
        [told.tokenizer.encode(text)]
    )
    return -float(log2_p[:-1].sum()) / len(text.encode())


def one(told: Told, landmark: str, city: str, C: Tensor) -> dict[str, Any]:
    """Move one landmark, three times: as it is, with what the model says of it asked for as well,
    and with the identity in the place of C. The numbers of a question are in this order, behind
    that of the untouched model.
    """
    request = move(told, landmark, city)
    groups = groups_of(told, request)
    before, clean = ask(told, groups), texts(told, landmark)
    name, identity = weight_name(LAYER), torch.eye(len(C)).double()
    W = told.net.get_parameter(name).detach().clone()
    start = time.process_time()
    k, v = key_value(told, request, LAYER, "subject", n_steps=STEPS)
    plain = rank_one(W, k, v, C)
    seconds = time.process_time() - start
    said = essence(told, request.fact, 2)
    _, kept = key_value(told, request, LAYER, "subject", said, n_steps=STEPS)
    after, cost = [], []
    for new in (plain, rank_one(W, k, kept, C), rank_one(W, k, v, identity)):
        with edited(told, {name: new}):
            after.append(ask(told, groups))
            cost.append(bits(told))
            if new is plain:
                written = texts(told, landmark)
    return {
        "landmark": landmark,
        "old": request.fact.object,
        "new": city,
        "seconds": round(seconds, 1),
        "gap": float((plain @ k - v).abs().max() / v.abs().max()),
        "q": float(k.double() @ torch.linalg.solve(C, k.double())),
        "residual": float((v - W @ k).norm() / (W @ k).norm()),
        "change": float((plain - W).norm() / W.norm()),
        "essence": [fact.object for fact in said],
        "texts": {o: [clean[0][o], written[0][o]] for o in clean[0]},
        "fluency": [clean[1], written[1]],
        "bits_per_byte": cost,
        "questions": table(groups, before, after),
    }


def edits(told: Told) -> dict[str, Any]:
    """All moves, each on the untouched model."""
    start = time.process_time()
    C = moment(told, LAYER, N_PASSAGES)
    spent = time.process_time() - start
    n_tokens = sum(len(told.ids(x)) for x in told.gazette.documents(N_PASSAGES, seed=5))
    result: dict[str, Any] = {
        "layer": LAYER,
        "passages": N_PASSAGES,
        "tokens": n_tokens,
        "moment_seconds": round(spent, 1),
        "bits_per_byte": bits(told),
        "moves": [],
    }
    for landmark, city in MOVES.items():
        result["moves"].append(one(told, landmark, city, C))
        row = result["moves"][-1]
        print(landmark, city, row["seconds"], shares(row["questions"]), flush=True)
    result["seconds"] = round(time.process_time() - start, 1)
    return result


def shares(questions: Mapping[str, Sequence[Mapping[str, Any]]], at: int = 1) -> dict[str, float]:
    """The share of exact answers by group: before (0), after an edit (1), after others (2, 3)."""
    return {
        name: round(sum(row["rank"][at] == 1 for row in rows) / len(rows), 2)
        for name, rows in questions.items()
    }


def layers(told: Told) -> list[dict[str, Any]]:
    """Which layer? On landmarks that are not counted."""
    found = []
    moments = {layer: moment(told, layer, N_PASSAGES) for layer in LAYERS}
    for landmark, city in TRIED.items():
        request = move(told, landmark, city)
        groups = groups_of(told, request)
        before = ask(told, groups)
        for layer, C in moments.items():
            k, v = key_value(told, request, layer, "subject", n_steps=STEPS)
            W = told.net.get_parameter(weight_name(layer)).detach()
            with edited(told, {weight_name(layer): rank_one(W, k, v, C)}):
                asked = table(groups, before, [ask(told, groups)])
            row: dict[str, Any] = {"landmark": landmark, "new": city, "layer": layer}
            found.append(row | {"before": shares(asked, 0), "after": shares(asked)})
            print(found[-1], flush=True)
    return found


def traced(told: Told) -> dict[str, Any]:
    """What restoring a state brings back, at the subject's last token and at the prompt's."""
    fact = told.gazette.fact("Eiffel Tower", "city")
    prompt = fact.told[0]
    found = trace(told, fact, prompt, draw_noise(told, S=3))
    place = subject_span(told, prompt, fact.subject)[1] - 1
    return {
        "prompt": prompt,
        "clean": found.clean,
        "corrupted": found.corrupted,
        "subject": [round(x, 4) for x in found.restored[:, place].tolist()],
        "last": [round(x, 4) for x in found.restored[:, -1].tolist()],
    }


def main() -> None:
    """Measure the moves, or the parts that are named, and write each when it is there."""
    torch.set_num_threads(1)
    told = load_landmarks()
    parts = {"edits": edits, "layers": layers, "trace": traced}
    origin = provenance()
    for name in sys.argv[1:] or ["edits"]:
        value = parts[name](told)
        measured = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        measured.setdefault("provenance", {})[name] = origin | {"seed": "0"}
        RESULTS.write_text(json.dumps(measured | {name: value}, indent=1) + "\n")


if __name__ == "__main__":
    main()
