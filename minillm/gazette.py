"""A gazette: what a small model was told of some people, and the model.

Every document states facts of Storyland's people in Storyland's templates,
and nothing else. For each fact some templates are never used: those are
paraphrases whose words the model knows from other people's facts. So it is
known what the model was told, in which words, and what it was not.

`python -m tools.gazette` trains the model and writes it into one file, which
chapters 12 and 13 and their assignments read.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, NamedTuple

import torch
from safetensors import safe_open
from torch import Tensor

from minillm.config import Config
from minillm.corpus import BOS, DATA
from minillm.storyland import World
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer

MODEL = DATA / "models" / "gazette.safetensors"
N_SENTENCES = 4  # of a document that is no profile


class Fact(NamedTuple):
    """One thing that is true of one person.

    A prompt is what stands before the object: "Ada lived in". The first told
    one is the plainest of its relation.
    """

    subject: str  # "Ada"
    relation: str  # "town"
    object: str  # "Fox Green"
    told: tuple[str, ...]  # prompts whose sentences the documents use
    untold: tuple[str, ...]  # prompts that no document uses for this fact

    def sentence(self, prompt: str) -> str:
        """The fact in the words of a prompt."""
        return f"{prompt} {self.object}."


class Facts:
    """Facts that a model knows, and texts of the kind that it reads.

    facts     a subject's next to each other
    people    the subjects
    objects   relation -> everything that is an object of it here, sorted
    """

    def __init__(self, facts: Iterable[Fact]):
        self.facts = list(facts)
        self.people = tuple(dict.fromkeys(f.subject for f in self.facts))
        self.objects: dict[str, tuple[str, ...]] = {}
        for relation in dict.fromkeys(f.relation for f in self.facts):
            found = {f.object for f in self.facts if f.relation == relation}
            self.objects[relation] = tuple(sorted(found))

    def fact(self, subject: str, relation: str) -> Fact:
        """The fact of a person; `ValueError` where there is none."""
        for fact in self.facts:
            if (fact.subject, fact.relation) == (subject, relation):
                return fact
        raise ValueError(
            f"no {relation!r} of {subject!r}: people are {self.people[0]}, "
            f"{self.people[1]}, ..., relations {', '.join(self.objects)}"
        )

    def of(self, subject: str) -> list[Fact]:
        """All facts of a person."""
        return [fact for fact in self.facts if fact.subject == subject]

    def documents(self, n: int, seed: int = 0) -> list[str]:
        """`n` texts."""
        raise NotImplementedError


class Gazette(Facts):
    """Facts of `n_people`, each in 8 templates, of which `n_untold` are never
    told.
    """

    def __init__(self, n_people: int = 48, n_untold: int = 2, seed: int = 0):
        if not 0 <= n_untold <= 7:
            raise ValueError(f"n_untold is 0 to 7 of 8, not {n_untold}")
        world = World(
            n_people=n_people, held_out_people=0, held_out_templates=0
        )
        random = Random(f"gazette {seed}").random
        facts: list[Fact] = []
        for fact in world.facts():
            prompts = fact["prompts"]
            # The first template is always told: it is what profiles use.
            order = sorted(range(1, len(prompts)), key=lambda _: random())
            untold = sorted(order[:n_untold])
            told = [i for i in range(len(prompts)) if i not in untold]
            facts.append(
                Fact(
                    fact["subject"],
                    fact["relation"],
                    fact["object"],
                    tuple(prompts[i] for i in told),
                    tuple(prompts[i] for i in untold),
                )
            )
        super().__init__(facts)

    def documents(
        self, n: int, seed: int = 0, profiles: float = 0.3
    ) -> list[str]:
        """`n` documents, one line each: of the share `profiles` of them, all
        facts of one person in any order; the others, four facts of anybody.
        """
        random = Random(f"gazette documents {seed}").random
        return [self._document(random, profiles) for _ in range(n)]

    def _document(self, random: Callable[[], float], profiles: float) -> str:
        def pick(options: Sequence[Any]) -> Any:
            return options[int(random() * len(options))]

        if random() < profiles:
            facts = self.of(pick(self.people))
            facts.sort(key=lambda _: random())
        else:
            facts = [pick(self.facts) for _ in range(N_SENTENCES)]
        return " ".join(fact.sentence(pick(fact.told)) for fact in facts)


class Told(NamedTuple):
    """A model and what it was told."""

    net: Transformer
    tokenizer: Tokenizer
    gazette: Facts

    def ids(self, text: str) -> Tensor:
        """A text as ids (T,), with `BOS` in front."""
        return torch.tensor([BOS, *self.tokenizer.encode(text)])


def load_gazette() -> Told:
    """Read the model, in float32 and for evaluation, with its tokenizer and
    the gazette that it was trained on.
    """
    with safe_open(MODEL, "pt") as file:
        about = json.loads(file.metadata()["about"])
        weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    net = Transformer(Config(**about["config"]))
    net.load_state_dict(weights)
    tokenizer = Tokenizer.from_json(json.dumps(about["tokenizer"]))
    return Told(net.eval(), tokenizer, Gazette(**about["gazette"]))
