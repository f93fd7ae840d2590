"""No cheat pays, leaks or damages: the corpus against the split engine, and some against stock."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from attack_corpus import Attack, Outcome, attacks, parse
from attack_stock import stock_points
from attacking import HONEST
from ordinary_user import command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")

ROOT = Path(__file__).parents[2]
CORPUS = attacks()
# The sample: one of so many cheats of a course; starting a course takes seconds.
EVERY = {"demo": 4, "bait": 3}
SAMPLE = [
    attack
    for course, step in EVERY.items()
    for attack in [a for a in CORPUS if a.course == course and not a.slow][::step]
]
USERS = ["this user", "ordinary user"] if os.geteuid() == 0 else ["this user"]
STEP = 4  # one of so many of these is tried as an ordinary user


def outcomes(user: str, chosen: list[Attack]) -> list[Outcome]:
    """What the split engine gives, in a process of the user."""
    script = [
        str(ROOT / "grader" / "tests" / "attacking.py"),
        "engine",
        *(attack.name for attack in chosen),
    ]
    words = command(*script) if user == "ordinary user" else [sys.executable, *script]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    *rows, _ = map(json.loads, done.stdout.strip().split("\n"))
    for row in rows:
        del row["kind"]
    return [Outcome(**row) for row in rows]


def faults(found: list[Outcome]) -> list[str]:
    """What went as no cheat may go, a line each."""
    own_loss = {attack.name for attack in CORPUS if attack.own_loss}
    lines = [f"{o.name}: {o.earned} instead of {o.deserved}" for o in found if o.undeserved]
    lines += [f"{o.name}: {', '.join(o.harm)}" for o in found if o.harm]
    lines += [f"{o.name} was not graded: {o.fault}" for o in found if o.fault]
    lost = [o for o in found if o.lost and o.name not in own_loss]
    return lines + [f"{o.name}: only {o.earned} of {o.deserved}" for o in lost]


def test_every_cheat_is_described():
    assert len(CORPUS) >= 60
    for attack in CORPUS:
        assert attack.place in ("answer", "before", "after", "notebook"), attack.name
        assert attack.aim[-1] != ".", attack.name


def test_a_header_that_lacks_something_is_refused(tmp_path):
    (tmp_path / "cheat.py").write_text('"""aims at: something\n"""\n')
    with pytest.raises(ValueError, match=r"cheat\.py: the header"):
        parse(tmp_path / "cheat.py")


def test_no_cheat_of_a_sample_pays_leaks_or_damages():
    found = outcomes("this user", SAMPLE)
    expected = [attack.name for attack in SAMPLE] + [HONEST] * len(EVERY)
    assert sorted(o.name for o in found) == sorted(expected)
    assert faults(found) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user")
def test_no_cheat_pays_where_the_grader_is_an_ordinary_user():
    chosen = [attack for attack in SAMPLE if attack.course == "demo"][::STEP]
    assert faults(outcomes("ordinary user", chosen)) == []


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("course", sorted({attack.course for attack in CORPUS}))
def test_no_cheat_at_all_pays(course, user):
    chosen = [attack for attack in CORPUS if attack.course == course]
    assert faults(outcomes(user, chosen)) == []


def test_faults_are_found():
    bad = Outcome("a", {"p": 5.0, "q": 1.0}, {"p": 0.0, "q": 2.0}, ["leaked: x"], "it died")
    assert len(faults([bad])) == 4
    assert faults([Outcome("b", {"p": 1.0}, {"p": 1.0})]) == []


def test_cheats_pay_with_stock_nbgrader():
    attack = next(attack for attack in CORPUS if attack.name == "solution_read_from_disk")
    outcome = stock_points(attack)
    assert outcome.undeserved == 40, outcome
