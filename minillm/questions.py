"""What an edit did: to the fact, to its paraphrases, to everything else."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from minillm.editing import Answers, fact_probe
from minillm.edits import Request
from minillm.gazette import Fact, Told
from minillm.rivals import Memory

Question = tuple[str, str, str]  # prompt, wanted object, other object


def questions(
    told: Told, request: Request, n: int = 24
) -> dict[str, list[Question]]:
    """Groups of (prompt, wanted object, other object) that judge an edit.

    efficacy      the prompt that was edited
    told          the fact's other told prompts
    untold        its untold prompts
    neighbours    other people with the same object of the same relation
    relation      up to `n` people with another object of that relation
    person        the other facts of the edited person
    """
    fact, new = request
    others = [f for f in told.gazette.facts if f.relation == fact.relation]
    same = [f for f in others if f.object == fact.object and f != fact]
    rest = [f for f in others if f.object not in (fact.object, new)]
    own = [f for f in told.gazette.of(fact.subject) if f != fact]

    def kept(facts: Sequence[Fact]) -> list[Question]:
        return [(p, f.object, new) for f in facts for p in f.told[:2]]

    groups = {
        "efficacy": [(fact.told[0], new, fact.object)],
        "told": [(p, new, fact.object) for p in fact.told[1:]],
        "untold": [(p, new, fact.object) for p in fact.untold],
        "neighbours": kept(same),
        "relation": kept(rest[:n]),
        "person": kept(own),
    }
    return {name: asked for name, asked in groups.items() if asked}


def ask(
    told: Told,
    groups: Mapping[str, Sequence[Question]],
    memory: Memory | None = None,
) -> dict[str, Answers]:
    """What the model answers to groups of `questions`, asked all at once."""
    flat = [question for asked in groups.values() for question in asked]
    prompts = [q[0] for q in flat] * 2
    objects = [q[1] for q in flat] + [q[2] for q in flat]
    if memory is None:
        log_p, rank = fact_probe(told.net, told.tokenizer, prompts, objects)
    else:
        log_p, rank = memory.probe(prompts, objects)
    answers, start, N = {}, 0, len(flat)
    for name, asked in groups.items():
        here = slice(start, start + len(asked))
        start += len(asked)
        other = log_p[N:][here]
        answers[name] = Answers(log_p[:N][here], other, rank[:N][here])
    return answers


def ripple(fact: Fact, new: str) -> list[Question]:
    """Of a pet: a prompt of another relation in which the pet is named, with
    what should be said now, and what was said before the edit.
    """
    if fact.relation != "pet":
        raise ValueError(f"a ripple is known of pets, not of {fact.relation}")
    return [(f"{fact.subject} had named the", new, fact.object)]


def ngram_entropy(ids: Sequence[int]) -> float:
    """How varied a text is: the mean of the entropies of its pairs and
    triples of tokens in bits, triples counted twice. Meng et al. 2022 call it
    fluency; a text that repeats itself has a low one.
    """
    total = 0.0
    for n, weight in ((2, 1 / 3), (3, 2 / 3)):
        grams = Counter(zip(*(ids[i:] for i in range(n)), strict=False))
        N = grams.total()
        total += weight * sum(c / N * math.log2(N / c) for c in grams.values())
    return total
