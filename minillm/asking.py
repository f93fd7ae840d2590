"""Questions about the people of the gazette, and two styles to answer in."""

from minillm.gazette import Fact

TEMPLATE = "Question: {} Answer:"
QUESTIONS = {  # of the relations of Storyland
    "town": "Where is {} at home?",
    "job": "What is the work of {}?",
    "friend": "Who is most dear to {}?",
    "colour": "Which colour does {} like?",
    "pet": "Which animal lives with {}?",
    "pet_name": "How is the animal of {} called?",
    "food": "What does {} eat?",
    "instrument": "What does {} play?",
}


def ask(fact: Fact) -> str:
    """The question that a fact answers, in the template."""
    return TEMPLATE.format(QUESTIONS[fact.relation].format(fact.subject))


def short(fact: Fact) -> str:
    """The answer in a word or two: " Fox Green."."""
    return f" {fact.object}."


def sentence(fact: Fact) -> str:
    """The answer as a sentence: " Ada lived in Fox Green."."""
    return f" {fact.sentence(fact.told[0])}"
