"""Settings of the grader's tests, and when its corpora run whole.

Cheats, malicious snippets and malformed files are tried one and all (WHOLE) where the grader is not
the one with which they passed last, and in the slow tier; else a fixed sample. `corpora.txt` keeps
the fingerprint of that grader; a run in which all of them pass writes it, and it is committed.
"""

import hashlib
import os
from pathlib import Path

import pytest

# Test processes share the cores, so one thread each; read when torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

GRADER = Path(__file__).parents[1]
PASSED_WITH = GRADER / "tests" / "corpora.txt"
WHOLE = {
    "test_no_cheat_at_all_pays",
    "test_every_snippet_is_contained",
    "test_every_case_is_graded_or_reported",
    "test_batch_of_all_cases_never_stops",
}
NO_SOURCE = {"__pycache__", ".ruff_cache", "build", "notebook_grader.egg-info"}
outcomes: dict[str, set[str]] = {}  # of this run, by the name of a test


def fingerprint() -> str:
    """Of all files of the grader and its tests."""
    files = (path for path in sorted(GRADER.rglob("*")) if path.is_file() and path != PASSED_WITH)
    own = [path for path in files if not NO_SOURCE & {*path.relative_to(GRADER).parts}]
    digest = hashlib.sha256()
    for path in own:
        name = str(path.relative_to(GRADER)).encode()
        digest.update(hashlib.sha256(name).digest() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave whole corpora to the slow tier where they have passed with this very grader."""
    if PASSED_WITH.is_file() and PASSED_WITH.read_text().strip() == fingerprint():
        for item in items:
            if getattr(item, "originalname", "") in WHOLE:
                item.add_marker(pytest.mark.slow)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how a test ended."""
    name = report.nodeid.split("::")[-1].split("[")[0].split("@")[0]  # @: a group of xdist
    if report.when == "call" or report.outcome != "passed":
        outcomes.setdefault(name, set()).add(report.outcome)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down the grader with which all corpora have passed, whole."""
    config = session.config
    chosen = config.option.keyword or any("::" in word for word in config.args)
    if hasattr(config, "workerinput") or chosen:
        return
    if all(outcomes.get(name) == {"passed"} for name in WHOLE):
        PASSED_WITH.write_text(f"{fingerprint()}\n")
