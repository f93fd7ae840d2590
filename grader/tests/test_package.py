"""The package by itself: what it brings, how it is installed, and the assignment it begins with."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from grader import begin
from grader.__main__ import main
from grader.authoring import build_exercises
from grader.authoring.assignment import course_folder
from grader.authoring.trial import trial
from grader.authoring.variants import submission, untouched
from grader.course import Course

HOME = Path(__file__).parents[1]
SETTINGS = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = {
    path: ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(HOME.rglob("*.py"))
    if not {"tests", "build"} & set(path.relative_to(HOME).parts)
}


def test_every_package_is_installed_and_the_tests_are_not():
    folders = {path.parent for path in MODULES if path.name == "__init__.py"}
    names = {".".join(["grader", *folder.relative_to(HOME).parts]) for folder in folders}
    assert set(SETTINGS["tool"]["setuptools"]["packages"]) == names


def test_every_module_that_is_imported_is_a_dependency():
    brought = re.findall(r"^[\w-]+", "\n".join(SETTINGS["project"]["dependencies"]), re.M)
    modules = {name.lower().replace("-", "_") for name in brought}
    modules |= {"dateutil", "sqlalchemy", "traitlets", "nbformat", "nbconvert", "markupsafe"}
    modules |= {"markdown_it", "IPython", "grader", *sys.stdlib_module_names}
    optional = {"torch", "dask", "distributed", "dask_jobqueue", "matplotlib"}
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= modules | optional, path


def test_no_module_knows_the_library_of_a_course():
    for path in MODULES:
        names = re.findall(r"(?:import|from) +(?:minillm|tools)\b", path.read_text("utf-8"))
        assert names == [], path


def imports() -> dict[str, set[str]]:
    """What each module outside of the engine imports at its top, of the package."""
    names = {
        ".".join(["grader", *path.relative_to(HOME).with_suffix("").parts]).removesuffix(
            ".__init__"
        ): tree
        for path, tree in MODULES.items()
    }
    found = {}
    for name, tree in names.items():
        nodes = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
        pairs = [(node.module or "", alias.name) for node in nodes for alias in node.names]
        found[name] = {f"{m}.{a}" if f"{m}.{a}" in names else m for m, a in pairs} & set(names)
    return {name: needed for name, needed in found.items() if "engine" not in name}


def test_no_two_modules_need_each_other():
    known = imports()
    while known:
        free = {n for n, needed in known.items() if not needed & (known.keys() - {n})}
        assert free, f"these import each other: {', '.join(sorted(known))}"
        known = {name: needed for name, needed in known.items() if name not in free}


def test_every_class_and_module_has_a_name_of_its_own():
    classes = [n.name for t in MODULES.values() for n in t.body if isinstance(n, ast.ClassDef)]
    modules = [p.name for p in MODULES if p.name != "__init__.py" and p.parent.name != "wire"]
    for names in (classes, modules):
        assert sorted(names) == sorted(set(names))


@pytest.fixture
def started(tmp_path, monkeypatch) -> Path:
    """A course that has nothing but a new assignment."""
    monkeypatch.delenv("MINILLM_COURSE", raising=False)
    (tmp_path / "solutions" / "old").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "solutions" / "old")
    assert main(["new", "02_medians"]) == 0
    return tmp_path / "solutions" / "02_medians" / "02_medians.md"


def test_a_course_is_found_around_the_current_folder(started, monkeypatch):
    assert course_folder() == started.parents[2]
    monkeypatch.setenv("MINILLM_COURSE", str(started.parent))
    assert course_folder() == started.parent


def test_a_new_assignment_builds_and_passes(started):
    assert started.read_text().splitlines()[12] == "# Assignment 2: medians"
    assert build_exercises.main(["02_medians"]) == 0
    outcomes = trial(submission(started), started)
    assert [outcome.check for outcome in outcomes if outcome.earned != outcome.points] == []
    assert sum(outcome.earned for outcome in trial(untouched(started), started)) == 0
    assert max(outcome.points for outcome in outcomes) == 5
    text = started.read_text()
    for part in ("### BEGIN PROBE", "### BEGIN HIDDEN", "<summary>Hint", '"written"'):
        assert part in text
    assert "# %% wrong: " in (started.parent / "variants" / "middle.py").read_text()


def test_a_new_assignment_needs_a_free_name(started, capsys):
    assert main(["new", "02_medians"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["new", "medians"]) == 1
    assert "no name such as 02_tokenizers" in capsys.readouterr().err
    assert begin.TEMPLATE.is_dir()
    assert Course.here().root == started.parents[2]


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(HOME.parent)}
    command = f"{sys.executable} -u -m grader --help | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True, text=True, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.slow
def test_pip_installs_a_working_command(tmp_path):
    """In an environment with nothing else, from the package index."""

    def run(*command: str | Path, **more: str) -> str:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | more
        done = subprocess.run(
            list(map(str, command)), cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "venv", "venv")
    programs = tmp_path / "venv" / "bin"
    constraints = HOME.parent / "constraints.txt"
    run(programs / "pip", "install", "-q", "-c", constraints, HOME)
    run("cp", "-r", HOME / "tests" / "data" / "demo_course", "course")
    (tmp_path / "course" / "gradebook").mkdir()
    assert "usage: grader" in run(programs / "grader", "--help")
    course = {"MINILLM_COURSE": str(tmp_path / "course")}
    run(programs / "grader", "new", "02_medians", **course)
    run(programs / "python", "-m", "grader.authoring.build_exercises", **course)
    (tmp_path / "class.csv").write_text("id,name,email\nada,Ada,ada@example.org\n")
    exercise = tmp_path / "course" / "exercises" / "02_medians" / "02_medians.ipynb"
    (tmp_path / "downloads").mkdir()
    run("cp", exercise, "downloads/ada.ipynb")
    words = ["--roster", "class.csv", "--from", "downloads"]
    printed = run(programs / "grader", "grade", "02_medians", *words, **course)
    assert "1 of 1 students graded; mean 0.0" in printed
