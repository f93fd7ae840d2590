import json
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from grader.tests import contain
from grader.tests.inside import USERS, as_user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")


def run_snippets(user, setting, *names):
    """The verdict on the snippets named, or on every one, by its name."""
    lines = as_user(user, "grader/tests/contain.py", setting, *names, first=True).splitlines()
    return {verdict["name"]: verdict for verdict in map(json.loads, lines)}


@pytest.mark.parametrize(
    ("setting", "user"), [*product(["namespaces", "bare"], USERS), ("old", "ordinary")]
)
def test_every_snippet_is_contained(user, setting):
    verdicts = run_snippets(user, setting)
    assert sorted(verdicts) == contain.snippets()
    assert not [v for v in verdicts.values() if any(v["dead"].values())]


@pytest.mark.parametrize(("setting", "user"), [*product(["namespaces", "bare"], USERS)])
def test_one_snippet_for_each_canary_is_contained(user, setting):
    chosen = {contain.canary(name): name for name in contain.snippets()}
    verdicts = run_snippets(user, setting, *chosen.values())
    assert {*verdicts} == {*chosen.values()}
    assert not [v for v in verdicts.values() if any(v["dead"].values())]


@pytest.mark.slow
def test_without_the_sandbox_every_harmless_snippet_succeeds():
    """Else a snippet, or the canary that watches it, would prove nothing."""
    free = [name for name in contain.snippets() if contain.may_run_free(name)]
    verdicts = {}
    with ThreadPoolExecutor(5) as pool:  # most of them wait
        for part in pool.map(lambda n: run_snippets("ordinary", "free", *free[n::5]), range(5)):
            verdicts |= part
    assert sorted(verdicts) == free
    assert len(verdicts) >= 60
    assert not [v for n, v in verdicts.items() if not v["dead"][contain.canary(n)]]


def test_every_canary_has_a_snippet_that_kills_it():
    free = [name for name in contain.snippets() if contain.may_run_free(name)]
    assert {contain.canary(name) for name in free} == set(contain.CANARIES.values())
