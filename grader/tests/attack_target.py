"""What cheats are let loose on: a copy of a course with a classmate in it, and what must stay."""

import ast
import atexit
import contextlib
import copy
import functools
import hashlib
import json
import os
import re
import shutil
import socket
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from attack_corpus import Attack
from nbformat import NotebookNode

from grader.authoring.assignment import cells, grade_id, problem, read
from grader.authoring.build_exercises import build, checked_source
from grader.authoring.rules import region_lines
from grader.authoring.variants import fill, solution_answers

ROOT = Path(__file__).resolve().parents[2]
LIVE = re.compile("html|javascript|svg|latex|markdown|json|widget")  # kinds of outputs
TELLING_LENGTH = 16  # a shorter line of a hidden check may stand in a student's own output
LARGE = "01_ngrams"
# It without the problems from this one to 7, which take seconds; what problem 8 is worth then.
CUTS = {"ngrams": (6, 20), "sampling": (7, 10)}
CLASSMATE = "classmate"


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
        found = {}
        for path in files_below(self.root, {self.private / "autograded"}):
            found[str(path.relative_to(self.root))] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

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
        visible = {bare(line) for cell in self.released.cells for line in cell.source.split("\n")}
        code = {bare(line) for line in lines if not line.startswith(('"', 'f"'))}
        return {line for line in code if len(line) >= TELLING_LENGTH} - visible

    def close(self) -> None:
        """Stop listening."""
        self.listener.close()


def files_below(root: Path, ignored: set[Path]) -> Iterator[Path]:
    """Every file in `root` that is in no ignored folder and no cache of compiled modules."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = [f for f in folders if f != "__pycache__" and here / f not in ignored]
        yield from (path for name in files if (path := here / name).is_file())


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
    own = ROOT / "grader" / "tests" / "data" / f"{course}_course"
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


def locked(cell: NotebookNode) -> bool:
    """Whether a cell is the course's own."""
    return cell.metadata.get("nbgrader", {}).get("locked", False)


def shown_secrets(notebook: NotebookNode, secrets: set[str]) -> list[str]:
    """Hidden lines that the outputs of the student's own cells quote and the cells do not."""
    own = [cell for cell in notebook.cells if not locked(cell)]
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
