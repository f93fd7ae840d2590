"""The instructor's guide says what the commands are and what they print."""

import ast
import re
from collections.abc import Iterator

import pytest
from repository import ROOT

from grader.__main__ import main, parser

PAGE = (ROOT / "book" / "grading.md").read_text(encoding="utf-8")
MESSAGES = PAGE[PAGE.index("(grading-messages)=") : PAGE.index("### Exit status")]
DOTS = "\N{HORIZONTAL ELLIPSIS}"
QUOTED = re.compile(r"^\| (`+)(.+?)\1 \|", re.MULTILINE)
TELLING_LENGTH = 12  # of the words between what is filled in
LISTED = [message for _, message in QUOTED.findall(MESSAGES)]
COMMAND = re.compile(r"\.venv/bin/python -m grader ([^\n`]+)")


def nodes() -> Iterator[ast.AST]:
    """Every piece of the code of grading/."""
    for file in sorted(
        {*(ROOT / "grader").rglob("*.py")} - {*(ROOT / "grader" / "tests").rglob("*.py")}
    ):
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def text(node: ast.AST) -> str:
    """A string as it is written, with dots for what is filled in; "" where it is none."""
    if isinstance(node, ast.JoinedStr):
        parts = (getattr(part, "value", DOTS) for part in node.values)
        return "".join(part if isinstance(part, str) else DOTS for part in parts)
    value = getattr(node, "value", "") if isinstance(node, ast.Constant) else ""
    return re.sub(r"\{[^}]*\}", DOTS, value) if isinstance(value, str) else ""


def quotes(message: str, told: str) -> bool:
    """Whether the guide's `message` is the code's `told`, whatever is filled in."""
    fragments = [part.strip() for part in message.split(DOTS) if len(part.strip()) > 3]
    return all(part in told for part in fragments)


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every string of grading/."""
    return set(map(text, nodes()))


@pytest.mark.parametrize("message", LISTED)
def test_guide_explains_only_messages_that_exist(known, message):
    assert any(quotes(message, told) for told in known)


@pytest.mark.parametrize("error", ["Broken", "GradingError"])
def test_guide_explains_what_is_raised(error):
    calls = [node for node in nodes() if isinstance(node, ast.Call) and node.args]
    raised = [call for call in calls if getattr(call.func, "id", "") == error]
    told = {text(call.args[0]) for call in raised}
    told = {one for one in told if max(map(len, one.split(DOTS))) >= TELLING_LENGTH}
    assert len(told) > 5
    assert [one for one in told if not any(quotes(message, one) for message in LISTED)] == []


def test_guide_quotes_many_messages():
    assert len(LISTED) > 40


@pytest.mark.parametrize("words", COMMAND.findall(PAGE))
def test_guide_commands_are_understood(words):
    words = re.findall(r'"[^"]*"|\S+', words)
    if "--help" not in words:
        parser().parse_args([word.strip('"') for word in words])


def test_guide_lists_each_exit_status(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    table = PAGE[PAGE.index("### Exit status") :]
    listed = re.findall(r"^\| (\d+)(?:, (\d+))? \|", table, re.MULTILINE)
    told = re.findall(r"^  (\d+) ", capsys.readouterr().out, re.MULTILINE)
    assert sorted({s for pair in listed for s in pair if s} - {"143"}) == sorted(told)


def test_guide_verbs_of_make_exist():
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", PAGE)) <= verbs
