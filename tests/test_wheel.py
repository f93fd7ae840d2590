"""The wheel of the library: whole, or without what a class is to write."""

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from repository import ROOT

from grader.authoring.assignment import assignments, path_of
from grader.authoring.trial import trial
from grader.authoring.variants import submission
from grader.authoring.weave import Answer
from tools.book.listing import course_answers
from tools.book.wheel import build, library, version, wheel_name

MODULE = '''"""A module."""

from functools import cache


@cache
def first(x):
    """The first."""
    y = x + 1
    return y


class Second:
    """The second."""

    def __init__(self):
        """Given."""
        self.n = 0

    def add(self, n):
        """To write."""
        self.n += n
        return self


def given(x):
    """Given."""
    return first(x)
'''
SOLUTION = """# An assignment

## Problem 1: {name} (5 points)

```{{code-cell}} ipython3
:answer: {name}
:weave: minillm/parts.py:{name}
{blank}
```
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of two assignments, `first` and `Second.add`."""
    (tmp_path / "minillm").mkdir()
    (tmp_path / "minillm/parts.py").write_text(MODULE)
    for name, answer, blank in (("01_a", "first", ""), ("02_b", "Second", ":blank: add\n")):
        (tmp_path / "solutions" / name).mkdir(parents=True)
        text = SOLUTION.format(name=answer, blank=blank)
        (tmp_path / "solutions" / name / f"{name}.md").write_text(text)
    return tmp_path


def without(course: Path, topic: str | None) -> str:
    return dict(library(course, topic))["minillm/parts.py"].decode()


def test_answers_from_a_topic_on_say_where_to_write_them(course):
    second = MODULE.replace(
        "        self.n += n\n        return self\n",
        '        raise NotImplementedError("write add in problem 1 of assignment 02_b")\n',
    )
    both = second.replace(
        "    y = x + 1\n    return y\n",
        '    raise NotImplementedError("write first in problem 1 of assignment 01_a")\n',
    )
    assert without(course, "02_b") == second
    assert without(course, "01_a") == both
    assert without(course, "03_c") == without(course, None) == MODULE


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is in the wheel of a class that begins."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(build(folder, ROOT, assignments(ROOT)[0])) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def python(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code with the modules of a folder in the place of the repository's."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_wheel_is_the_same_each_time_and_lists_what_it_holds(tmp_path):
    one, two = (build(tmp_path / name, ROOT) for name in "ab")
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        record = archive.read(f"minillm-{version(ROOT)}.dist-info/RECORD").decode()
        listed = dict(line.split(",", 1) for line in record.splitlines())
        assert set(listed) == set(archive.namelist())
        for name in archive.namelist():
            if not name.endswith("RECORD"):
                data = archive.read(name)
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode()
                assert listed[name] == f"sha256={digest.rstrip('=')},{len(data)}"


def test_topic_is_in_the_version():
    assert wheel_name(ROOT, "01_ngrams") == wheel_name(ROOT).replace("-py3", "+topic01-py3")


def test_every_module_of_the_wheel_can_be_imported(unpacked):
    modules = [f"minillm.{f.stem}" for f in (unpacked / "minillm").glob("[a-z]*.py")]
    assert len(modules) > 30
    done = python(unpacked, f"import minillm, {', '.join(modules)}; print(minillm.__file__)")
    assert done.stdout.strip() == str(unpacked / "minillm/__init__.py"), done.stderr


def test_library_of_the_wheel_finds_its_files(unpacked):
    code = "from minillm import corpus, figures, ladder, storyland; "
    code += "storyland.World(seed=0); print(len(corpus.austen('test')), corpus.DATA)"
    done = python(unpacked, code)
    assert done.stdout.strip().endswith(str(unpacked / "minillm/course/data")), done.stderr


def dotted(answer: Answer) -> str:
    """`minillm.ngram.pad`."""
    return f"{answer.file.removesuffix('.py').replace('/', '.')}.{answer.name}"


@pytest.fixture(scope="module")
def answers_in_wheel(unpacked: Path) -> dict[str, str]:
    """What Python says is the source of each answer, by its dotted name."""
    names = [dotted(answer) for answer in course_answers(ROOT)]
    code = f"import inspect, json, pkgutil; names = {names}; "
    code += "print(json.dumps({n: inspect.getsource(pkgutil.resolve_name(n)) for n in names}))"
    done = python(unpacked, code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("answer", course_answers(ROOT), ids=lambda answer: answer.name)
def test_answer_raises_and_names_its_problem(answers_in_wheel, answer):
    source = answers_in_wheel[dotted(answer)]
    for name in answer.methods or (answer.name,):
        place = f"problem {answer.problem} of assignment {answer.assignment}"
        assert f'raise NotImplementedError("write {name} in {place}")' in source


@pytest.mark.slow
@pytest.mark.parametrize("name", assignments(ROOT))
def test_solved_notebook_earns_full_marks_with_the_wheel_of_its_topic(name, tmp_path):
    path = path_of(name, ROOT)
    solved = submission(path)
    with zipfile.ZipFile(build(tmp_path, ROOT, name)) as archive:
        archive.extractall(tmp_path / "course")
    source = tmp_path / "course" / "solutions" / name / f"{name}.md"
    source.parent.mkdir(parents=True)
    source.write_text(path.read_text())
    outcomes = trial(solved, source, timeout_s=300)
    assert [o for o in outcomes if o.earned < o.points] == []
    assert sum(outcome.earned for outcome in outcomes) > 80
