"""A made class: who hands in what for an assignment, and what mark each must get.

`make_class(source, folder)` writes `class.csv`, `downloads/` and `times.csv`, when each was handed
in, to `folder` and returns the cases.
Good work comes from the assignment's solution and its variants; the rest is
what happens to files on their way from a student to a grader.
"""

import copy
import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.authoring.assignment import cells, grade_id, kind, problem
from grader.authoring.tries import outcomes
from grader.authoring.variants import Variant, right, submission, untouched, wrong
from grader.authoring.weave import woven_modules

DUE = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
NAMES = [
    'Robert "Bobby" Tables, Jr.',
    '=HYPERLINK("http://example.org";"click")',
    "+1-800-CALL",
    "-2+3",
    "@SUM(A1:A9)",
    "Ævar Þórsson",
    "李小龍",
    "Line\nBreak",
    "O'Neil; DROP TABLE grade",
    "Åsa Ångström",
]


@dataclass
class Case:
    """One student of the class."""

    id: str
    what: str  # what is handed in
    status: str  # "graded", "broken" or "missing"
    points: float | None  # from the checks; None without a mark
    reason: str = ""  # fragment of the reason that is told
    hours_late: float = 0.0
    name: str = ""
    message: str = ""  # fragment that the feedback page shows


class MadeClass:
    """The downloads of a class while they are written."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.source, self.folder = source, folder
        self.downloads = folder / "downloads"
        self.downloads.mkdir(parents=True)
        self.solution = submission(source)
        self.worth: Counter[str] = Counter()
        for cell in cells(self.solution, "check"):
            self.worth[problem(cell.id)] += cell.metadata.nbgrader.points
        self.total = sum(self.worth.values())
        first = grade_id(next(cells(self.solution, "answer")))
        self.without_first = self.total - self.worth[first]
        self.cases: list[Case] = []

    def add(
        self, what: str, content: NotebookNode | bytes | None, points: float | None, **rest: object
    ) -> Case:
        """One more student, with a notebook, the bytes of a file, or nothing."""
        number = len(self.cases) + 1
        status = "graded" if points is not None else "broken" if content is not None else "missing"
        name = NAMES[number % len(NAMES)] if number > 2 else "Ada Lovelace"
        file = rest.pop("file", None)
        case = Case(f"s{number:02d}", what, status, points, name=f"{name} {number}", **rest)
        self.cases.append(case)
        if content is not None:
            path = self.downloads / (file or f"{{id}}_{self.source.stem}.ipynb").format(id=case.id)
            self.write(path, content)
        return case

    def write(self, path: Path, content: NotebookNode | bytes) -> None:
        """Write a file, with the time of this run as downloads have it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(data)

    def changed(self, change: Callable[[NotebookNode, NotebookNode], object]) -> NotebookNode:
        """The solution after `change(notebook, its first answer cell)`."""
        notebook = copy.deepcopy(self.solution)
        change(notebook, next(cells(notebook, "answer")))
        return notebook


def make_class(source: Path, folder: Path, kinds: str = "all") -> list[Case]:
    """Write a class for the assignment at `source`: thirty students, or six for `kinds="few"`."""
    made = MadeClass(Path(source), folder)
    if kinds == "all":
        for add in (_good, _variants, _late, _mishandled, _hostile, _broken):
            add(made)
        _fill_up(made, 30)
    else:
        _good(made)
        _few(made)
    made.write(made.downloads / "nobody_x.ipynb", made.solution)
    with open(folder / "class.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "email", "lms_id"])
        for index, case in enumerate(made.cases):
            writer.writerow([case.id, case.name, f"{case.id}@example.org", 4000 + index])
    with open(folder / "times.csv", "w", encoding="utf-8", newline="") as file:
        times = [[c.id, DUE + timedelta(hours=c.hours_late or -1)] for c in made.cases]
        csv.writer(file).writerows([["id", "time"], *times])
    return made.cases


def _good(made: MadeClass) -> None:
    made.add("the solution", made.solution, made.total)
    made.add("the untouched release", untouched(made.source), 0)


def _variants(made: MadeClass) -> None:
    bad, good = wrong(made.source), right(made.source)
    for variant in [*_spread(bad, 4), *_spread(good, 2)]:
        notebook = submission(made.source, variant)
        lost = sum(o.points - o.earned for o in outcomes(made.source, variant))
        made.add(variant.name, notebook, made.total - lost, message=variant.message)


def _spread(variants: list[Variant], count: int) -> Iterator[Variant]:
    """Up to `count` of the variants, over all of them."""
    step = max(1, len(variants) // count)
    return iter(variants[::step][:count])


def _late(made: MadeClass) -> None:
    made.add("two days late", made.solution, made.total, hours_late=48)
    case = made.add("late with a forged time", made.solution, made.total, file="{id}/work.ipynb")
    case.hours_late = 3
    (made.downloads / case.id / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    os.utime(made.downloads / case.id / "work.ipynb", (1_770_000_000, 1_770_000_000))


def _mishandled(made: MadeClass) -> None:
    """Files that students damage without meaning to: all of them keep what they earned."""
    moodle = "{id}_4711_assignsubmission_file_/my homework (1).ipynb"
    made.add("renamed", made.solution, made.total, file=moodle)
    made.add("check cells deleted", made.changed(_drop_checks), made.total)
    made.add("points raised", made.changed(_raise_points), made.total)
    made.add("answer deleted", made.changed(lambda n, a: n.cells.remove(a)), made.without_first)
    made.add("answer copied", made.changed(_copy_answer), made.total)
    made.add("UTF-16", json.dumps(made.solution).encode("utf-16"), made.total)
    made.add("older format", made.changed(_downgrade), made.total)
    made.add("warns on stderr", made.changed(_warn), made.total)


def _hostile(made: MadeClass) -> None:
    """What hangs, ends or cheats: it costs the points of its own cell."""
    made.add("prints what it can see", made.changed(_print_checks), made.total)
    theft = made.changed(lambda n, a: a.update(source=_theft(made.source)))
    made.add("imports the answer", theft, made.without_first)
    endless = made.changed(lambda n, a: a.update(source="while True:\n    pass"))
    made.add("endless loop", endless, made.without_first, message="ran for too long")
    made.add("stubborn loop", made.changed(_stubborn), made.without_first)
    dead = made.changed(lambda n, a: a.update(source="import os\nos._exit(1)"))
    made.add("ends its process", dead, made.without_first)


def _broken(made: MadeClass) -> None:
    made.add("empty file", b"", None, reason="the file is empty")
    made.add("not JSON", b"def f(): ...", None, reason="it is not JSON")
    made.add("no cells", b"[1, 2]", None, reason="it has no cells")
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    made.add("another notebook", other, None, reason="another notebook")
    made.add("a PDF", b"%PDF", None, reason="only {id}_essay.pdf", file="{id}_essay.pdf")


def _few(made: MadeClass) -> None:
    made.add("warns on stderr", made.changed(_warn), made.total, hours_late=48)
    made.add("empty file", b"", None, reason="the file is empty")
    theft = made.changed(lambda n, a: a.update(source=_theft(made.source)))
    made.add("imports the answer", theft, made.without_first)
    made.add("nothing", None, None)


def _fill_up(made: MadeClass, size: int) -> None:
    made.add("nothing", None, None)
    while len(made.cases) < size:
        made.add("the solution again", made.solution, made.total)


def _drop_checks(notebook: NotebookNode, answer: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if kind(cell) != "check"]


def _raise_points(notebook: NotebookNode, answer: NotebookNode) -> None:
    for cell in cells(notebook, "check"):
        cell.metadata.nbgrader.points = 1000
        cell.source = "assert True"


def _copy_answer(notebook: NotebookNode, answer: NotebookNode) -> None:
    earlier = copy.deepcopy(answer)
    earlier.source = "raise NotImplementedError"
    notebook.cells.insert(notebook.cells.index(answer), earlier)


def _downgrade(notebook: NotebookNode, answer: NotebookNode) -> None:
    notebook.nbformat_minor = 2
    for cell in notebook.cells:
        del cell["id"]


def _warn(notebook: NotebookNode, answer: NotebookNode) -> None:
    for cell in cells(notebook, "answer"):
        cell.source += "\nimport sys\nprint('careful', file=sys.stderr)"
        name = grade_id(cell)
        wrapped = (
            f"_{name} = {name}\n\ndef {name}(*args, **kwargs):\n"
            f"    print('careful', file=sys.stderr)\n    return _{name}(*args, **kwargs)"
        )
        if f"def {name}(" in cell.source:
            cell.source += f"\n{wrapped}"


def _print_checks(notebook: NotebookNode, answer: NotebookNode) -> None:
    code = "print(globals())\nprint(globals().get('In'))"  # `In`: all that a kernel was sent
    notebook.cells.append(nbformat.v4.new_code_cell(code))


def _theft(source: Path) -> str:
    tries = [f"try:\n    from {module} import *\nexcept ImportError as error:\n    print(error)"
             for module in woven_modules(source)]  # fmt: skip
    return "\n".join(tries)


def _stubborn(notebook: NotebookNode, answer: NotebookNode) -> None:
    answer.source = (
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except KeyboardInterrupt:\n        pass"
    )
