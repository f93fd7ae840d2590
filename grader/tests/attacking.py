"""Cheats against the split engine and against nbgrader: what they get, and what they break.

    outcomes = list(engine_outcomes(attacks("demo")))    all of them in one worker
    stock_points(attack)                                 points from nbgrader, and the harm done
    python grader/tests/attacking.py stock|engine [NAME ...]    the same, a JSON object a line

A cheat may end without points for its problem and with full points for the rest of the notebook.
"""

import contextlib
import dataclasses
import html
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import nbformat

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from attack_corpus import Attack, Outcome, attacks  # noqa: E402
from attack_stock import stock_points  # noqa: E402
from attack_target import LARGE, Target, bare, locked  # noqa: E402

from grader import feedback  # noqa: E402
from grader.attempt import Attempt, Job, Limits  # noqa: E402
from grader.authoring.assignment import problem  # noqa: E402
from grader.course import Course  # noqa: E402
from grader.engine.worker import Worker  # noqa: E402
from grader.page.model import Page  # noqa: E402

ACTIVE = re.compile(r"<(script|img|svg)[^>]*>?[^<]*(alert|onerror|onload|fetch)")
HONEST = "honest work after all of them"
LARGEST = 3_000_000  # characters of what one submission may leave in the journal, in a notebook


def engine_outcomes(chosen: Iterable[Attack]) -> Iterator[Outcome]:
    """Grade the cheats with one worker for each course."""
    chosen = list(chosen)
    for course in dict.fromkeys(attack.course for attack in chosen):
        with tempfile.TemporaryDirectory(prefix="attack") as folder:
            Path(folder).chmod(0o755)
            target = Target(Path(folder), course)
            yield from _by_worker(target, [a for a in chosen if a.course == course])
            target.close()


def _by_worker(target: Target, chosen: list[Attack]) -> Iterator[Outcome]:
    """Every cheat in turn, and at the end honest work, which none of them may have harmed."""
    course = Course(target.root)
    limits = Limits(cell_s=20.0 if target.assignment == LARGE else 5.0, submission_s=60.0)
    for attack in chosen:
        target.hand_in(attack.name, target.cheat(attack))
    target.hand_in(HONEST, target.solution)
    target.kept = target.snapshot()
    deserved = {attack.name: target.deserved(attack) for attack in chosen}
    with terminal() as seen, Worker(course, target.assignment, limits) as worker:
        for name, points in (deserved | {HONEST: target.worth}).items():
            attempt = worker.grade(Job(target.assignment, name))
            outcome = Outcome(name, deserved=points, earned=dict.fromkeys(points, 0.0))
            for check in attempt.checks:
                outcome.earned[problem(check.id)] += check.earned
            outcome.fault = "" if attempt.status == "graded" else attempt.reason
            outcome.harm = target.harm(name) + seen() + list(_on_the_page(target, course, attempt))
            yield outcome


def _on_the_page(target: Target, course: Course, attempt: Attempt) -> Iterator[str]:
    """What a cheat did to the journal, to the graded notebook and to the page for its author."""
    path = target.autograded(attempt.student)
    if len(json.dumps(attempt.as_json())) > LARGEST:
        yield "a huge record"
    if not path.is_file() or attempt.status != "graded":
        return
    if path.stat().st_size > LARGEST:
        yield "a huge notebook"
    shared = feedback.PageContext.of(course, attempt.assignment)
    cells = feedback.cells_of(shared, attempt, {})
    page = Page(attempt.assignment, cells=cells).html
    if ACTIVE.search(page):
        yield "acts on the page"
    code = bare("".join(cell.source for cell in nbformat.read(path, 4).cells if not locked(cell)))
    text = bare(html.unescape(re.sub("<[^>]*>", "", page)))
    yield from (f"on the page: {s}" for s in target.secrets() if s in text and s not in code)


@contextlib.contextmanager
def terminal() -> Iterator[Callable[[], list[str]]]:
    """Yields a function that says whether a student's text came to the grader's terminal."""
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:

        def seen() -> list[str]:
            text = os.pread(file.fileno(), 1 << 26, 0)
            return ["written to the terminal"] if b"ATTACKED" in text else []

        os.dup2(file.fileno(), 2)
        try:
            yield seen
        finally:
            os.dup2(kept, 2)
            os.write(2, os.pread(file.fileno(), 1 << 14, 0))
            os.close(kept)


def main(arguments: list[str]) -> int:
    """Command line: see above."""
    engine, *names = arguments
    chosen = [attack for attack in attacks() if not names or attack.name in names]
    if engine == "stock":
        outcomes = (stock_points(attack) for attack in chosen if attack.stock)
    else:
        outcomes = engine_outcomes(chosen)
    kinds: Counter[str] = Counter()
    for outcome in outcomes:
        kinds[outcome.kind] += 1
        print(json.dumps({"kind": outcome.kind, **dataclasses.asdict(outcome)}), flush=True)
    print(json.dumps(kinds))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
