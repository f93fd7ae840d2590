"""Quizzes whose right answers a cell has computed."""

import re
from collections.abc import Iterable, Mapping
from html import escape

from IPython.display import HTML


def quiz(
    questions: Mapping[str, Iterable[tuple[str, bool, str]]], start: int = 1
) -> HTML:
    """Questions with computed answers: {question: [(choice, right, why)]}.

    Text between backticks is code; the numbers begin at `start`. On a page
    `quiz.js` makes the questions interactive; without it the answers are
    folded. Raises `ValueError` unless one choice of a question is right.
    """
    items = [
        _question(text, list(choices)) for text, choices in questions.items()
    ]
    numbered = f'<ol start="{start}">{"".join(items)}</ol>'
    return HTML(f'<div class="quiz">{numbered}</div>')


def _question(text: str, choices: list[tuple[str, bool, str]]) -> str:
    n_right = sum(bool(right) for _, right, _ in choices)
    if n_right != 1:
        raise ValueError(f"{n_right} choices are right, not one, in {text!r}")
    items = "".join(_choice(*choice) for choice in choices)
    return f"<li><p>{_code(text)}</p><ul>{items}</ul></li>"


def _choice(choice: str, right: bool, why: str) -> str:
    mark, verdict = (" data-right", "Right.") if right else ("", "Wrong.")
    verdict = f'<b class="verdict">{verdict}</b>'
    folded = f"<summary>Check</summary>{verdict} {_code(why)}"
    return f"<li{mark}>{_code(choice)} <details>{folded}</details></li>"


def _code(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
