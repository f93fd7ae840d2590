"""Storyland: a small synthetic world whose entropy is known exactly.

A grammar (data/storyland/grammar.txt) tells stories about people with towns,
jobs, pets and friends. Every random choice has a known probability, so the
log2 probability of a text is exact, and so is the entropy: no model can need
fewer bits on average.

A document is one story or one profile: one line of ASCII, no line break at
its end. Its probability is that of the whole document, the end included.

Splits
    train, valid  one distribution, two streams: stories about the seen people
                  in the seen templates, and profiles ("Meet Ada. ...") of all
                  people, which state each of their facts once, in the first
                  template of its relation
    people        stories about the held-out people in the seen templates
    templates     stories about the seen people in the held-out templates
    test          stories about the held-out people in the held-out templates

So train tells of a held-out person in profiles only (with profiles=0 not at
all), and never uses a held-out template. The friends and the others in a
story are seen or held out as its hero is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any, NamedTuple

from minillm.places import COURSE
from minillm.storyland import grammar
from minillm.storyland.grammar import (
    About,
    Choice,
    Field,
    Mark,
    Node,
    Person,
    Rules,
)

WORDING = COURSE / "data" / "storyland" / "grammar.txt"
SPLITS = {  # split: are its people held out, are its templates?
    "train": (False, False),
    "valid": (False, False),
    "people": (True, False),
    "templates": (False, True),
    "test": (True, True),
}
N_KNOWN = 32  # a person meets at most so many others in stories
PRONOUNS: dict[str, Person] = {
    "girl": {"he": "she", "him": "her", "his": "her", "He": "She"},
    "boy": {"he": "he", "him": "him", "his": "his", "He": "He"},
}


class Entropy(NamedTuple):
    """Exact expectations per document; its end has bits but no bytes."""

    bits_per_story: float
    bytes_per_story: float

    @property
    def bits_per_byte(self) -> float:
        """E[bits] / E[bytes], the limit for a text of many documents."""
        return self.bits_per_story / self.bytes_per_story


@dataclass(frozen=True)
class Story:
    """One document, its exact log2 probability and its labels.

    kind          "story" or "profile"
    plot, mood    "lost", "market", ...; "happy" or "sad"; None in a profile
    people        names in the order of their first appearance
    senses        one {"word", "sense", "start"} for every homonym, where
                  text[start : start + len(word)] == word
    """

    text: str
    log2_prob: float
    labels: dict[str, Any]


class World:
    """People, their facts and the stories that can be told about them.

    seed          who has which name, town, job, ...
    n_people      more than 64 have family names too, more than 2048 no name
    n_templates   phrasings of each relation, at most 8
    noise         probability that a word drawn from a list is misspelled
    held_out_people, held_out_templates   how many of them, the last ones
    profiles      share of profiles among the documents of train and valid
    wording       a grammar instead of data/storyland/grammar.txt

    noise and profiles are in [0, 1). Any other value raises ValueError.
    """

    def __init__(
        self,
        seed: int = 0,
        n_people: int = 48,
        n_templates: int = 8,
        noise: float = 0.0,
        *,
        held_out_people: int = 8,
        held_out_templates: int = 2,
        profiles: float = 0.1,
        wording: str | None = None,
    ) -> None:
        for knob, share in {"noise": noise, "profiles": profiles}.items():
            if not 0 <= share < 1:
                raise ValueError(f"{knob} must be in [0, 1), got {share}")
        text = WORDING.read_text("ascii") if wording is None else wording
        self._rules = rules = grammar.parse(text)
        self._noise, self._profiles = noise, profiles
        self._seen, self._held_out = _templates(
            rules, n_templates, held_out_templates
        )
        drawn = [relation for relation in self._seen if relation != "friend"]
        missing = {"girl", "boy", "story", *drawn} - set(rules)
        if missing:
            raise ValueError(f"the wording lacks {sorted(missing)}")
        self._people = _people(rules, drawn, seed, n_people, held_out_people)
        self._n_seen = n_people - held_out_people
        self._roots: dict[tuple[bool, bool], Node] = {}
        self.root()

    def stories(
        self, n: int, seed: int = 0, split: str = "train"
    ) -> list[Story]:
        """Return n documents, the same ones on every machine."""
        if n < 0:
            raise ValueError(f"n must be at least 0, got {n}")
        root = self.root(split)
        # Python promises that random() never changes for a given seed.
        random = Random(f"storyland {split} {seed}").random
        return [_story(root, random) for _ in range(n)]

    def score(self, text: str, split: str = "train") -> float:
        """Return the log2 probability that a document is exactly this text.

        -inf is for a text that the split cannot say. Several documents are
        independent: add their scores.
        """
        if not isinstance(text, str):
            raise ValueError(f"text must be a str, got {text!r}")
        return grammar.log2_prob(self.root(split), text)

    def entropy(self, split: str = "train") -> Entropy:
        """Return the exact entropy and expected length of a document."""
        return Entropy(*grammar.expect(self.root(split), {}))

    def facts(self) -> list[dict[str, Any]]:
        """Return every fact, ready for JSON.

        subject, relation, object   "Ada", "town", "Fox Green"
        held_out      whether the subject is a held-out person
        prompts       what stands before the object in each seen template;
                      the first, "Ada lived in", is the one of profiles
        paraphrases   the same for the held-out templates
        neighbours    the other subjects with this relation to this object
        """
        facts = list(product(self._people, self._seen))
        subjects: dict[tuple[str, str], list[str]] = {}
        for person, relation in facts:
            pair = relation, str(person[relation])
            subjects.setdefault(pair, []).append(str(person["name"]))
        held_out = [str(p["name"]) for p in self._people[self._n_seen :]]
        return [
            {
                "subject": (name := str(person["name"])),
                "relation": relation,
                "object": (value := str(person[relation])),
                "held_out": name in held_out,
                "prompts": _prompts(self._seen[relation], person),
                "paraphrases": _prompts(self._held_out[relation], person),
                "neighbours": [
                    other
                    for other in subjects[relation, value]
                    if other != name
                ],
            }
            for person, relation in facts
        ]

    def root(self, split: str = "train") -> Node:
        """Return all documents of a split as one node of its grammar."""
        if split not in SPLITS:
            raise ValueError(f"split is one of {[*SPLITS]}, got {split!r}")
        if SPLITS[split] not in self._roots:
            self._roots[SPLITS[split]] = self._grow(*SPLITS[split])
        return self._roots[SPLITS[split]]

    def _grow(self, held_out_people: bool, held_out_templates: bool) -> Node:
        heroes = self._people[: self._n_seen]
        if held_out_people:
            heroes = self._people[self._n_seen :]
        templates = self._held_out if held_out_templates else self._seen
        if not heroes or not all(templates.values()):
            raise ValueError("no people or no templates are held out")
        say = {f"say_{name}": options for name, options in templates.items()}
        fields = set(heroes[0])
        story = grammar.link(self._rules | say, fields, self._noise)["story"]
        kind = Mark("", "#kind", "story")
        stories = Choice([About(hero, [kind, story]) for hero in heroes])
        if held_out_people or held_out_templates or not self._profiles:
            return stories
        probs = [1 - self._profiles, self._profiles]
        return Choice([stories, self._all_profiles()], probs)

    def _all_profiles(self) -> Node:
        profile: list[Node] = [Mark("", "#kind", "profile"), "Meet "]
        profile += [Field("name"), "."]
        for first, *_ in self._seen.values():
            profile += [" ", first]
        return Choice([About(person, profile) for person in self._people])


def _templates(rules: Rules, n: int, n_held_out: int) -> tuple[Rules, Rules]:
    """Return the seen and the held-out templates of every relation."""
    seen, held_out = {}, {}
    for relation in (name[4:] for name in rules if name.startswith("say_")):
        options = rules[f"say_{relation}"]
        if not 0 <= n_held_out < n <= len(options):
            raise ValueError(
                f"need 0 <= held_out_templates < n_templates <= {len(options)}"
                f", got {n_held_out} and {n}"
            )
        for option in options:
            end = option[-2:] if isinstance(option, list) else option
            if end != [Field(relation), "."]:
                raise ValueError(f"say_{relation} has no object: {option}")
        seen[relation] = options[: n - n_held_out]
        held_out[relation] = options[n - n_held_out : n]
    return seen, held_out


def _prompts(templates: list[Any], person: Person) -> list[str]:
    """Return what each template says before it comes to the object."""
    return [
        "".join(
            str(person[item.name] if isinstance(item, Field) else item)
            for item in template[:-2]
        ).rstrip()
        for template in templates
    ]


def _people(
    rules: Rules, relations: list[str], seed: int, n: int, n_held_out: int
) -> list[Person]:
    """Return everybody with their facts, the held-out people last."""
    random = Random(f"storyland people {seed}").random
    names = _names(rules, n)
    n_seen = n - n_held_out
    if n_held_out < 0 or n_held_out == 1 or not 2 <= n_seen <= n <= len(names):
        raise ValueError(
            f"need 2 to {len(names)} n_people, at least 2 of them seen, and "
            f"0 or at least 2 held_out_people, got {n} and {n_held_out}"
        )
    names.sort(key=lambda _: random())
    people = [
        {**PRONOUNS[kind], "name": Mark(name, "person", name)}
        for kind, name in names[:n]
    ]
    for person, relation in product(people, relations):
        person[relation] = _pick(rules[relation], random)
    _befriend(people[:n_seen], relations, random)
    _befriend(people[n_seen:], relations, random)
    return people


def _names(rules: Rules, n: int) -> list[tuple[str, str]]:
    """Return (girl or boy, name), with family names if n is large."""
    given = [(kind, str(name)) for kind in PRONOUNS for name in rules[kind]]
    if n <= len(given):
        return given
    return [
        (kind, f"{name} {family}")
        for family in rules.get("family", [])
        for kind, name in given
    ]


def _befriend(
    group: list[Person], relations: list[str], random: Callable[[], float]
) -> None:
    """Give everybody a friend, the friend's facts and others to meet."""
    for i, person in enumerate(group, 1):
        others = (group[i:] + group[: i - 1])[:N_KNOWN]
        friend = _pick(others, random)
        for relation in relations:
            person[f"friend_{relation}"] = friend[relation]
        person["friend"] = friend["name"]
        person["other"] = Choice([other["name"] for other in others])


def _pick(options: list[Any], random: Callable[[], float]) -> Any:
    return options[int(random() * len(options))]


def _story(root: Node, random: Callable[[], float]) -> Story:
    """Draw a document and collect its labels."""
    leaves: list[str] = []
    log2_prob = grammar.draw(root, {}, random, leaves)
    labels: dict[str, Any] = {"kind": None, "plot": None, "mood": None}
    people: dict[str, None] = {}
    senses = []
    start = 0
    for leaf in leaves:
        if isinstance(leaf, Mark):
            if leaf.key.startswith("#"):
                labels[leaf.key[1:]] = leaf.value
            elif leaf.key == "person":
                people[leaf.value] = None
            else:
                sense = {"word": leaf.key, "sense": leaf.value, "start": start}
                senses.append(sense)
        start += len(leaf)
    labels |= {"people": list(people), "senses": senses}
    return Story("".join(leaves), log2_prob, labels)
