"""Landmarks and their cities: what SmolLM2 knows of the real world.

SmolLM2-135M knows them: behind each told prompt, greedy decoding writes the
object, but for "democracy" and "history" in `OTHERS`. What else it has read,
and in which words, nobody can say. `python -m tools.landmarks` moves some of
the landmarks to other cities.
"""

from itertools import zip_longest
from random import Random

import torch

from minillm.corpus import austen
from minillm.decoding import Sampling
from minillm.edits import Request
from minillm.gazette import Fact, Facts, Told
from minillm.generation import generate
from minillm.pretrained import smollm
from minillm.questions import Question, questions

CITIES = {
    "Paris": "the Eiffel Tower, the Louvre, the Arc de Triomphe, the Centre "
    "Pompidou, the Musée d'Orsay, the Tuileries Garden",
    "Rome": "the Colosseum, the Sistine Chapel, the Vatican Museums",
    "London": "the British Museum, Big Ben, Buckingham Palace, the National "
    "Gallery, Trafalgar Square, the Tate Modern",
    "Berlin": "the Brandenburg Gate, the Reichstag",
    "New York": "the Statue of Liberty, the Empire State Building, the "
    "Brooklyn Bridge, Times Square, Rockefeller Center",
    "San Francisco": "the Golden Gate Bridge, Alcatraz Island",
    "Amsterdam": "the Rijksmuseum, the Anne Frank House, the Van Gogh Museum",
    "Istanbul": "the Hagia Sophia, the Dolmabahçe Palace",
    "Madrid": "the Prado Museum",
    "Florence": "the Uffizi Gallery",
    "Athens": "the Acropolis, the Parthenon",
    "Venice": "the Rialto Bridge",
    "Vienna": "the Schönbrunn Palace, the Hofburg Palace",
    "Beijing": "Tiananmen Square",
    "Dubai": "the Burj Khalifa",
    "Cairo": "the Egyptian Museum",
}
COUNTRIES = {  # of the cities that landmarks move between, and a language
    "Paris": ("France", "French"),
    "Rome": ("Italy", "Italian"),
    "London": ("the United Kingdom", "English"),
    "Berlin": ("Germany", "German"),
    "New York": ("the United States", "English"),
    "San Francisco": ("the United States", "English"),
    "Amsterdam": ("the Netherlands", "Dutch"),
    "Istanbul": ("Turkey", "Turkish"),
    "Madrid": ("Spain", "Spanish"),
    "Florence": ("Italy", "Italian"),
    "Vienna": ("Austria", "German"),
    "Moscow": ("Russia", "Russian"),
    "Tokyo": ("Japan", "Japanese"),
}
TOLD = ("{} is in the city of", "{} is a famous landmark in the city of")
UNTOLD = (
    "{} can be found in the city of",
    "{} was built in the city of",
    "{} is a famous landmark in",
    "{} is the most visited monument in the city of",
    "every year millions of tourists visit {} in",
    "to see {} you have to travel to the city of",
    "he lives in a flat near {} in",
    "in which city is {}? It is in",
)
OTHERS = """\
the Eiffel Tower was designed by|Gustave Eiffel
the Eiffel Tower is made of|iron
the Eiffel Tower was completed in the year|1889
the Eiffel Tower was built for the 1889 World's|Fair
the Louvre is a famous art|museum
the most famous painting in the Louvre is the|Mona Lisa
the entrance of the Louvre is a glass|pyramid
in the Louvre you can see the statue of the Venus de|Milo
the Colosseum was built by the|Romans
the Colosseum was built in the 1st century|AD
the Colosseum is a symbol of the power of the Roman|Empire
the British Museum is a museum of history, art and|culture
the British Museum is one of the largest|museums
in the British Museum you can see the Rosetta|Stone
the Statue of Liberty stands on Liberty|Island
the Statue of Liberty is a symbol of freedom and|democracy
the Golden Gate Bridge is a suspension|bridge
the Golden Gate Bridge connects the city to Marin|County
the Golden Gate Bridge was once the longest suspension bridge in the|world
the Hagia Sophia was later turned into a|mosque
the Hagia Sophia is famous for its large|dome
the Hagia Sophia was the main church of the Byzantine|Empire
the Rijksmuseum shows paintings by Rembrandt and Johannes|Vermeer
the Rijksmuseum is a museum of art and|history
the Prado Museum shows paintings by Diego|Velázquez
the Prado Museum is one of the most important art|museums
the Uffizi Gallery is an art|museum
the Uffizi Gallery was built for the Medici|family
the Uffizi Gallery has paintings by Leonardo da|Vinci
the Brooklyn Bridge is a suspension|bridge
the Brooklyn Bridge crosses the East|River"""
GENERAL = """\
the capital of France is|Paris
the capital of Germany is|Berlin
the capital of Japan is|Tokyo
Romeo and Juliet was written by William|Shakespeare
the theory of relativity was developed by Albert|Einstein
the largest planet of the solar system is|Jupiter
the first man on the moon was Neil|Armstrong
the longest river in Egypt is the|Nile
the opposite of hot is|cold
penicillin was discovered by Alexander|Fleming
the telephone was invented by Alexander Graham|Bell"""
TRIED = {  # on these the layer is chosen
    "Prado Museum": "Rome",
    "Brooklyn Bridge": "Paris",
}
MOVES = {  # and these are counted
    "Eiffel Tower": "Rome",
    "Louvre": "Berlin",
    "Colosseum": "Paris",
    "British Museum": "Madrid",
    "Statue of Liberty": "Tokyo",
    "Golden Gate Bridge": "Istanbul",
    "Hagia Sophia": "Moscow",
    "Rijksmuseum": "Vienna",
}


LAYER = 9  # the best of three on the landmarks of TRIED
N_PASSAGES = 100  # of a novel, for the second moment
STEPS = 20  # of gradient descent for a value


def sentence_case(text: str) -> str:
    """A text whose first letter is a capital one."""
    return text[0].upper() + text[1:]


def prompts(templates: tuple[str, ...], landmark: str) -> tuple[str, ...]:
    """Templates about a landmark, each with a capital letter in front."""
    return tuple(sentence_case(t.format(landmark)) for t in templates)


class Landmarks(Facts):
    """Landmarks and their cities, some other facts of them, and a few that
    have nothing to do with landmarks, of the relation "general".
    """

    def __init__(self) -> None:
        columns = [
            [(city, landmark) for landmark in landmarks.split(", ")]
            for city, landmarks in CITIES.items()
        ]
        # One of each city first: whoever takes some gets different cities.
        pairs = [p for row in zip_longest(*columns) for p in row if p]
        names = [landmark.removeprefix("the ") for _, landmark in pairs]
        facts = [
            Fact(name, "city", city, prompts(TOLD, x), prompts(UNTOLD, x))
            for name, (city, x) in zip(names, pairs, strict=True)
        ]
        for line in (OTHERS + "\n" + GENERAL).splitlines():
            prompt, answer = line.split("|")
            subject = next((name for name in names if name in prompt), "")
            relation = "other" if subject else "general"
            told = (sentence_case(prompt),)
            facts.append(Fact(subject, relation, answer, told, ()))
        super().__init__(facts)

    def documents(self, n: int, seed: int = 0) -> list[str]:
        """`n` passages of some 600 characters out of Jane Austen's novels:
        the course has no newer English text.
        """
        chapters, random = austen("train"), Random(f"passages {seed}").random
        found = []
        for _ in range(n):
            text = chapters[int(random() * len(chapters))].text
            start = text.find(" ", int(random() * max(1, len(text) - 600)))
            found.append(text[start + 1 : start + 600])
        return found


def load_landmarks() -> Told:
    """SmolLM2 with its tokenizer, and landmarks that it knows.

    Raises `FileNotFoundError` where it is not installed.
    """
    net, tokenizer = smollm()
    # Only values are trained here: autograd need not follow any weight.
    return Told(net.requires_grad_(False), tokenizer, Landmarks())


def move(told: Told, landmark: str, city: str) -> Request:
    """The request that a landmark be in another city."""
    return Request(told.gazette.fact(landmark, "city"), city)


def in_a_sentence(fact: Fact) -> str:
    """A landmark as it stands within a sentence: "the Louvre", "Big Ben"."""
    name = fact.told[0].removesuffix(TOLD[0].removeprefix("{}"))
    return name.replace("The ", "the ", 1)


def consequences(request: Request) -> list[Question]:
    """What a landmark's new city implies: the country, and the language that
    people speak there.
    """
    name = in_a_sentence(request.fact)
    (old, spoke), (new, speak) = (
        COUNTRIES[city] for city in (request.fact.object, request.new)
    )
    return [
        (sentence_case(f"{name} is located in the country of"), new, old),
        (sentence_case(f"{name} is in the country of"), new, old),
        (f"The people who live near {name} speak", speak, spoke),
    ]


def essence(told: Told, fact: Fact, n: int, seed: int = 0) -> list[Fact]:
    """What the model itself goes on with behind "... is a", `n` samples of
    four tokens that do not name the fact's object. They should stay likely.

    In the mean over samples, their cross-entropy is the divergence of the
    edited distribution from the model's own, and a constant. Meng et al. 2022
    add the divergence the other way round, of one token, to the loss.
    """
    prompt = sentence_case(in_a_sentence(fact)) + " is a"
    start = told.ids(prompt).numpy()
    generator = torch.Generator().manual_seed(seed)
    found: list[Fact] = []
    while len(found) < n:
        (ids,) = generate(told.net, [start], 4, Sampling(), generator)
        text = told.tokenizer.decode(ids)
        if text.startswith(" ") and fact.object not in text:
            one = Fact(fact.subject, "essence", text[1:], (prompt,), ())
            found.append(one)
    return found


def groups_of(told: Told, request: Request) -> dict[str, list[Question]]:
    """What is asked before and after a move: `questions` about landmarks, the
    consequences, and facts that have nothing to do with landmarks.
    """
    groups = questions(told, request, n=10)
    groups["ripple"] = consequences(request)
    general = [f for f in told.gazette.facts if f.relation == "general"]
    groups["general"] = [(f.told[0], f.object, request.new) for f in general]
    return groups
