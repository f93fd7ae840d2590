"""What a class gets for a topic, as it arrives there: without the repository."""

import os
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from bare import bare_python
from leaks import leaks
from nbformat import NotebookNode
from repository import ROOT, make

from grader.authoring.assignment import AssignmentError, assignments, cells, kind, path_of
from grader.authoring.variants import fill, solution_answers
from tools.book.bundle import full_name
from tools.book.wheel import wheel_name

TOPIC = assignments(ROOT)[0]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked bundle of the first topic."""
    done = make("bundle", f"TOPIC={TOPIC[:2]}")
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    folder = tmp_path_factory.mktemp("class")
    shutil.unpack_archive(ROOT / "_build" / "bundle" / f"{TOPIC}.zip", folder)
    return folder / TOPIC


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python without the library."""
    return bare_python(tmp_path_factory.mktemp("venv"))


def run(python: Path, file: Path) -> NotebookNode:
    """The notebook with what its cells print; a cell that fails ends only itself."""
    command = [python, "-m", "nbconvert", "--execute", "--allow-errors", "--inplace"]
    command += ["--to", "notebook", file.name]
    env = os.environ | {"PIP_NO_INDEX": "1", "PYTHONPATH": ""}
    done = subprocess.run(
        command, cwd=file.parent, env=env, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return nbformat.read(file, as_version=4)


def errors(cell: NotebookNode) -> list[str]:
    return [out.evalue for out in cell.outputs if out.output_type == "error"]


@pytest.mark.slow
def test_bundle_holds_what_a_class_needs_and_no_answer(bundle):
    library = wheel_name(ROOT, TOPIC)
    assert {path.name for path in bundle.iterdir()} == {
        *("HOWTO.md", "book", f"{TOPIC}.ipynb", library)
    }
    howto = (bundle / "HOWTO.md").read_text()
    assert library in howto
    assert len(howto.splitlines()) < 70
    assert (bundle / "book" / "book" / f"{TOPIC}.html").is_file()
    assert not (bundle / "book" / "book" / "grading.html").exists()
    assert leaks(bundle) == []


@pytest.mark.slow
def test_released_notebook_runs_from_the_bundle_alone(bundle, python):
    made = run(python, bundle / f"{TOPIC}.ipynb")
    assert errors(made.cells[0]) == []
    assert [error for cell in cells(made, "given") for error in errors(cell)] == []
    for cell in cells(made, "check"):
        assert errors(cell) != []
        assert "not attempted" in errors(cell)[0]


@pytest.mark.slow
def test_solved_notebook_passes_its_checks_from_the_bundle_alone(bundle, python):
    file = bundle / "solved.ipynb"
    notebook = nbformat.read(bundle / f"{TOPIC}.ipynb", as_version=4)
    nbformat.write(fill(notebook, solution_answers(path_of(TOPIC, ROOT))), file)
    made = run(python, file)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    assert [error for cell in code for error in errors(cell)] == []
    assert sum(kind(cell) == "check" for cell in code) > 10


def test_topic_is_a_number_or_a_name():
    assert full_name(TOPIC[:2], ROOT) == full_name(TOPIC, ROOT) == TOPIC
    with pytest.raises(AssignmentError, match="TOPIC is the number or the name of one of"):
        full_name("99", ROOT)
