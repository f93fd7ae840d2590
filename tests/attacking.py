'''The cheats of `tests/attacks/`, and what each of them gets: from the split engine, from nbgrader.

A file is one cheat, a docstring header and then the code that a student hands in:

    """aims at: the names of the check, through the caller's frame
    cell: tally
    worth: 0
    """

- `aims at` (needed): one sentence on what the cheat tries.
- `cell` (needed): the id of the answer cell that gets the code. `before X` and `after X` put it
  into a cell of the student's own beside cell X; the answer of the problem then returns nothing.
  With `notebook X` the code is run by the test and defines `change(notebook)`, which edits the
  file that is handed in; X is the problem that it aims at.
- `worth` (needed): the points that the work deserves.
- `course`: a course of `tests/data` (default: `demo`); `austen`, which is assignment 1; `ngrams` or
  `sampling`, its first five or six problems.
- `rest: own loss`: the cheat breaks its author's later answers, so they may earn less.
- `stock: no`: unsafe outside a sandbox; never run with nbgrader.

@COURSE@, @ASSIGNMENT@, @PORT@ (of a listener on this machine) and @LEAK@ (a folder that everybody
can write) are filled in. Every cheat works on a copy of a course, with a class in it.

    outcomes = list(engine_outcomes(attacks("demo")))    all of them in one worker
    stock_points(attack)                                 points from nbgrader, and the harm done
    python tests/attacking.py stock|engine [NAME ...]    the same, printed
'''

import ast
import atexit
import contextlib
import copy
import dataclasses
import functools
import hashlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.assignment import cells, grade_id, problem, read  # noqa: E402
from tools.build_exercises import build, checked_source  # noqa: E402
from tools.rules import region_lines  # noqa: E402
from tools.variants import fill, solution_answers  # noqa: E402

FOLDER = Path(__file__).parent / "attacks"
HEADER = re.compile(r"^([a-z ]+):[ \t]*(.+?)[ \t]*$", re.MULTILINE)
KEYS = {"aims at", "cell", "worth", "course", "rest", "stock"}
LIVE = re.compile("html|javascript|svg|latex|markdown|json|widget")  # kinds of outputs
TELLING_LENGTH = 16  # a shorter line of a hidden check may stand in a student's own output
ALONE_S = 120.0  # for one notebook in nbgrader
# Assignment 1 without the problems from this one to 7, which take seconds; what 8 is worth then.
CUTS = {"ngrams": (6, 20), "sampling": (7, 10)}
LEFT_BEHIND_S = 8.0  # for a process that a notebook left
CLASSMATE = "classmate"
LARGE = "01_ngrams"


@dataclass(frozen=True)
class Attack:
    """One cheat."""

    name: str
    aim: str
    cell: str  # id of a cell
    place: str  # "answer", "before", "after" or "notebook"
    worth: float  # points that the work deserves
    course: str
    source: str
    own_loss: bool = False
    stock: bool = True

    @property
    def problem(self) -> str:
        """The problem whose points it wants."""
        return problem(self.cell)


@dataclass
class Outcome:
    """What a cheat got."""

    name: str
    earned: dict[str, float] = field(default_factory=dict)  # points by problem
    deserved: dict[str, float] = field(default_factory=dict)
    harm: list[str] = field(default_factory=list)  # what it leaked or damaged
    fault: str = ""  # why it was not graded

    @property
    def undeserved(self) -> float:
        """Points above what the work is worth."""
        return sum(max(0.0, self.earned.get(p, 0.0) - due) for p, due in self.deserved.items())

    @property
    def lost(self) -> float:
        """Points below what the work is worth."""
        return sum(max(0.0, due - self.earned.get(p, 0.0)) for p, due in self.deserved.items())

    @property
    def kind(self) -> str:
        """`undeserved points`, `harm`, `own run destroyed` or `no gain`."""
        if self.undeserved:
            return "undeserved points"
        if self.harm:
            return "harm"
        return "own run destroyed" if self.fault or self.lost else "no gain"


def attacks(*courses: str) -> list[Attack]:
    """The cheats of the courses, or all, sorted by name."""
    found = [parse(file) for file in sorted(FOLDER.glob("*.py"))]
    return [attack for attack in found if not courses or attack.course in courses]


def parse(file: Path) -> Attack:
    """The cheat in `file`; ValueError where its header is not as described above."""
    text = file.read_text(encoding="utf-8")
    module = ast.parse(text, filename=str(file))
    header = dict(HEADER.findall(ast.get_docstring(module) or ""))
    if {"aims at", "cell", "worth"} - set(header) or set(header) - KEYS:
        raise ValueError(f"{file}: the header has the lines {sorted(header)}")
    place, _, cell = header["cell"].rpartition(" ")
    return Attack(
        name=file.stem,
        aim=header["aims at"],
        cell=cell,
        place=place or "answer",
        worth=float(header["worth"]),
        course=header.get("course", "demo"),
        source="\n".join(text.split("\n")[module.body[0].end_lineno :]).strip("\n"),
        own_loss=header.get("rest") == "own loss",
        stock=header.get("stock") != "no",
    )


class Target:
    """A copy of a course in `folder` with one other student in it, and a listener."""

    def __init__(self, folder: Path, course: str) -> None:
        self.root, self.leak = folder / "course", folder / "leak"
        self.leak.mkdir(parents=True)
        self.leak.chmod(0o777)
        shutil.copytree(released_course(course), self.root, symlinks=True)
        self.source = next(self.root.glob("solutions/*/*.md"))
        self.assignment = self.source.stem
        self.private = self.root / "gradebook"
        self.released = read_exercise(self.root, self.assignment)
        self.solution = fill(copy.deepcopy(self.released), solution_answers(self.source))
        self.hand_in(CLASSMATE, self.solution)
        self.worth = points_by_problem(self.source)
        self.listener = Listener()
        self.kept = self.snapshot()

    def submitted(self, student: str) -> Path:
        """The notebook that a student handed in."""
        return self._of("submitted", student)

    def autograded(self, student: str) -> Path:
        """The notebook that the engine writes."""
        return self._of("autograded", student)

    def _of(self, step: str, student: str) -> Path:
        return self.private / step / student / self.assignment / f"{self.assignment}.ipynb"

    def hand_in(self, student: str, notebook: NotebookNode) -> None:
        """Put a notebook where a collected submission lies."""
        path = self.submitted(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def cheat(self, attack: Attack) -> NotebookNode:
        """The solution with the cheat in it."""
        words = {
            "@COURSE@": str(self.root),
            "@ASSIGNMENT@": self.assignment,
            "@PORT@": str(self.listener.port),
            "@LEAK@": str(self.leak),
        }
        source = attack.source
        for word, text in words.items():
            source = source.replace(word, text)
        answers = solution_answers(self.source)
        right = answers[attack.problem]
        answers[attack.problem] = source if attack.place == "answer" else returning_nothing(right)
        notebook = fill(copy.deepcopy(self.released), answers)
        if attack.place == "notebook":
            namespace: dict[str, Any] = {}
            exec(compile(source, attack.name, "exec"), namespace)
            namespace["change"](notebook)
        elif attack.place != "answer":
            ids = [grade_id(cell) for cell in notebook.cells]
            index = ids.index(attack.cell) + (attack.place == "after")
            notebook.cells.insert(index, nbformat.v4.new_code_cell(source))
        return notebook

    def deserved(self, attack: Attack) -> dict[str, float]:
        """Points by problem that the cheat's notebook is worth."""
        return {**self.worth, attack.problem: attack.worth}

    def snapshot(self) -> dict[str, str]:
        """A digest of each file that no submission may change, and of what is listed beside it."""
        files = [path for path in sorted(self.root.rglob("*")) if path.is_file()]
        own = self.private / "autograded"
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if own not in path.parents and "__pycache__" not in path.parts
        }

    def harm(self, student: str, ignored: Iterable[str] = ()) -> list[str]:
        """What `student`'s code leaked or damaged so far."""
        kept, now = dict(self.kept), self.snapshot()
        for name in ignored:
            kept.pop(name, None), now.pop(name, None)
        found = [f"changed: {name}" for name in kept if now.get(name) != kept[name]]
        found += [f"new file: {name}" for name in now if name not in kept and student not in name]
        found += [f"leaked: {path.name}" for path in self.leak.iterdir()]
        found += [f"sent: {self.listener.bytes} bytes"] if self.listener.bytes else []
        path = self.autograded(student)
        if path.is_file():
            notebook = nbformat.read(path, as_version=4)
            found += [f"shown: {line}" for line in shown_secrets(notebook, self.secrets())]
            found += [f"live output: {kind}" for kind in live_outputs(notebook)]
        return found

    def secrets(self) -> set[str]:
        """The hidden lines of the checks, without blanks."""
        notebook = read(self.source)
        lines = (
            line
            for c in cells(notebook, "check")
            for line in region_lines(c.source, "HIDDEN TESTS")
        )
        visible = {bare(line) for cell in self.solution.cells for line in cell.source.split("\n")}
        return {bare(line) for line in lines if len(bare(line)) >= TELLING_LENGTH} - visible

    def close(self) -> None:
        """Stop listening."""
        self.listener.close()


class Listener:
    """Counts what anybody sends to a loopback port, by TCP or UDP."""

    def __init__(self) -> None:
        self.bytes = 0
        self.stream = socket.create_server(("127.0.0.1", 0))
        self.port = self.stream.getsockname()[1]
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", self.port))
        for work in (self._accept, self._receive):
            threading.Thread(target=work, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.stream.accept()
                with connection:
                    connection.settimeout(2)
                    self.bytes += 1  # a connection alone tells something
                    with contextlib.suppress(OSError):
                        while data := connection.recv(65536):
                            self.bytes += len(data)

    def _receive(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.bytes += len(self.datagrams.recv(65536))

    def close(self) -> None:
        """Close both sockets, which ends the threads."""
        for it in (self.stream, self.datagrams):
            with contextlib.suppress(OSError):
                it.shutdown(socket.SHUT_RDWR)
            it.close()


@functools.cache
def released_course(course: str) -> Path:
    """A copy of the course as the instructor's commands leave it, removed at the end."""
    root = Path(tempfile.mkdtemp(prefix="attacked"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    _copy_course(course, root)
    source = next(root.glob("solutions/*/*.md"))
    name = source.stem
    exercise = root / "exercises" / name / f"{name}.ipynb"
    exercise.parent.mkdir(parents=True, exist_ok=True)
    exercise.write_text(build(source), encoding="utf-8")
    notebook = root / "gradebook" / "source" / name / f"{name}.ipynb"
    notebook.parent.mkdir(parents=True)
    nbformat.write(checked_source(source), notebook)
    released = stock_api(root).generate_assignment(name, force=True)
    if not released["success"]:
        raise RuntimeError(f"nbgrader cannot release {name}:\n{released['log']}")
    shutil.rmtree(root / "gradebook" / "release")
    root.chmod(0o755)
    return root


def _copy_course(course: str, root: Path) -> None:
    """Copy a course to the empty folder `root`, library included."""
    own = ROOT / "tests" / "data" / f"{course}_course"
    if own.is_dir():
        shutil.copytree(own, root, dirs_exist_ok=True)
        return
    name = LARGE
    folder = root / "solutions" / name
    folder.mkdir(parents=True)
    text = (ROOT / "solutions" / name / f"{name}.md").read_text(encoding="utf-8")
    if course in CUTS:
        first, points = CUTS[course]
        head, _, tail = text.partition(f"## Problem {first}:")
        tail = tail[tail.index("## Problem 8") :]
        text = head + tail.replace('"points": 5}', f'"points": {points}}}')
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "minillm", root / "minillm")
    (root / "data").symlink_to(ROOT / "data")


def read_exercise(root: Path, name: str) -> NotebookNode:
    """What students get."""
    return nbformat.read(root / "exercises" / name / f"{name}.ipynb", as_version=4)


def points_by_problem(source: Path) -> dict[str, float]:
    """Points that checks give for each problem of the assignment."""
    worth: Counter[str] = Counter()
    for cell in cells(read(source), "check"):
        worth[problem(grade_id(cell) or "")] += cell.metadata.nbgrader.points
    return dict(worth)


def returning_nothing(answer: str) -> str:
    """The answer with functions that do nothing."""
    tree = ast.parse(answer)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = [ast.Pass()]
    return ast.unparse(tree)


def bare(text: str) -> str:
    """Text without what quoting, colouring and wrapping change."""
    return re.sub(r"\\n|\x1b\[[\d;]*m|[\s\\'\"]", "", text)


def shown_secrets(notebook: NotebookNode, secrets: set[str]) -> list[str]:
    """Hidden lines that the outputs of the student's own cells quote and the cells do not."""
    own = [c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("locked")]
    outputs = bare(json.dumps([cell.get("outputs", []) for cell in own]))
    code = bare("".join(cell.source for cell in own))
    return sorted(secret for secret in secrets if secret in outputs and secret not in code)[:3]


def live_outputs(notebook: NotebookNode) -> list[str]:
    """Kinds of outputs that would act in the browser of whoever marks the notebook."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    return sorted(
        k for k in kinds if re.search("html|javascript|svg|latex|markdown|json|widget", k)
    )


# nbgrader itself


def stock_api(root: Path) -> Any:
    """The stock nbgrader on the course at `root`, with its own settings."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    programs = str(Path(sys.executable).parent)  # nbgrader calls the program `alembic`
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])
    config, private = Config(), root / "gradebook"
    config.CourseDirectory.course_id = "attacked"
    config.CourseDirectory.root = str(private)
    config.CourseDirectory.db_url = f"sqlite:///{private / 'gradebook.db'}"
    config.Execute.timeout = 20
    config.NbGraderAPI.log_level = "ERROR"
    return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)


def stock_points(attack: Attack) -> Outcome:
    """Grade the cheat with the stock nbgrader in a course of its own, which is removed then."""
    with tempfile.TemporaryDirectory(prefix="attack") as folder:
        target = Target(Path(folder), attack.course)
        target.hand_in(attack.name, target.cheat(attack))
        target.kept = target.snapshot()
        outcome = Outcome(attack.name, deserved=target.deserved(attack))
        database = target.private / "gradebook.db"
        before = tables(database)
        outcome.fault = _stock_autograde(target, attack.name, Path(folder, "home"))
        outcome.earned = stock_grades(target, attack.name)
        outcome.harm = target.harm(attack.name, ["gradebook/gradebook.db"])
        outcome.harm += [] if tables(database) == before else ["changed: tables of the gradebook"]
        target.close()
        return outcome


def _stock_autograde(target: Target, student: str, home: Path) -> str:
    """Run nbgrader on one submission in a process of its own; returns why it failed, or ""."""
    home.mkdir()
    work = [sys.executable, __file__, "autograde", str(target.root), target.assignment, student]
    environment = {**os.environ, "HOME": str(home), "IPYTHONDIR": str(home / "ipython")}
    environment |= {"PYTHONPATH": str(target.root), "TMPDIR": str(home)}
    with open(home / "log.txt", "w") as log:
        process = subprocess.Popen(
            work, env=environment, cwd=home, stdout=log, stderr=log, start_new_session=True
        )
        try:
            code = process.wait(ALONE_S)
        except subprocess.TimeoutExpired:
            code = -1
        _end_those_at_home(home)
    lines = (home / "log.txt").read_text(errors="replace").strip().split("\n")
    return "" if code == 0 else lines[-1][-200:] or f"exit {code}"


def _end_those_at_home(home: Path) -> None:
    """Give processes with this home folder a few seconds to end, then kill them."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("HOME") == str(home):
                with contextlib.suppress(psutil.TimeoutExpired):
                    process.wait(LEFT_BEHIND_S)
                process.kill()


def tables(database: Path) -> list[tuple]:
    """Tables and triggers of the gradebook, and how many cells it knows."""
    with contextlib.closing(sqlite3.connect(database)) as gradebook:
        found = gradebook.execute("select type, name from sqlite_master order by name").fetchall()
        return found + gradebook.execute("select count(*) from grade_cells").fetchall()


def stock_grades(target: Target, student: str) -> dict[str, float]:
    """Points by problem in the gradebook, manual marks included."""
    from nbgrader.api import Gradebook, MissingEntry

    earned: Counter[str] = Counter()
    name = target.assignment
    with (
        Gradebook(f"sqlite:///{target.private / 'gradebook.db'}") as gradebook,
        contextlib.suppress(MissingEntry),
    ):
        for grade in gradebook.find_submission_notebook(name, name, student).grades:
            earned[problem(grade.name)] += grade.score
    return {name: earned[name] for name in target.worth}


def _autograde(root: str, assignment: str, student: str) -> int:
    """Body of the process that grades with nbgrader."""
    result = stock_api(Path(root)).autograde(assignment, student, force=True, create=True)
    print(result.get("log", ""), result.get("error", ""))
    return 0 if result["success"] else 1


# The split engine


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
    from grading.attempt import Job, Limits
    from grading.course import Course
    from grading.engine.worker import Worker

    for attack in chosen:
        target.hand_in(attack.name, target.cheat(attack))
    target.hand_in("honest", target.solution)
    target.kept = target.snapshot()
    limits = Limits(cell_s=20.0 if target.assignment == LARGE else 5.0, submission_s=60.0)
    course = Course(target.root)
    with terminal() as seen, Worker(course, target.assignment, limits) as worker:
        for attack in chosen:
            attempt = worker.grade(Job(target.assignment, attack.name))
            outcome = Outcome(attack.name, deserved=target.deserved(attack))
            earned: Counter[str] = Counter()
            for check in attempt.checks:
                earned[problem(check.id)] += check.earned
            outcome.earned = {name: earned[name] for name in target.worth}
            outcome.fault = "" if attempt.status == "graded" else attempt.reason
            outcome.harm = target.harm(attack.name) + seen()
            yield outcome
        honest = worker.grade(Job(target.assignment, "honest"))
        outcome = Outcome("honest work after all of them", deserved=dict(target.worth))
        earned = Counter()
        for check in honest.checks:
            earned[problem(check.id)] += check.earned
        outcome.earned, outcome.harm = dict(earned), target.harm("honest")
        yield outcome


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
    if engine == "autograde":
        return _autograde(*names)
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
