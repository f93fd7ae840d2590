import json
import sys
from pathlib import Path

import pytest

from grader.engine import readable
from grader.engine.readable import default_read_paths
from grader.tests.inside import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")


def write_package(folder):
    """A course library: `given` and `help` are harmless, the others hold answers."""
    for name in ("__init__", "given", "answers", "help/__init__", "later/__init__", "later/deep"):
        for path in (f"{name}.py", compiled(name)):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("")
    (folder / "notes").symlink_to("answers.py")
    return folder


def compiled(name):
    parent, _, stem = name.rpartition("/")
    return f"{parent}/__pycache__/{stem}.cpython-311.pyc".lstrip("/")


WITHHELD = ["library.answers", "library.later"]


def granted(path, read):
    """Whether one of the rules covers the path."""
    return any(Path(path).resolve().is_relative_to(Path(rule).resolve()) for rule in read)


def test_only_modules_that_are_not_withheld_may_be_read(tmp_path):
    library = write_package(tmp_path / "library")
    (tmp_path / "data").mkdir()
    read, listed = default_read_paths([library], WITHHELD, [tmp_path / "data"])
    for name in ("__init__", "given", "help/__init__"):
        assert granted(library / f"{name}.py", read), name
        assert granted(library / compiled(name), read), name
    for name in ("answers", "later/__init__", "later/deep"):
        assert not granted(library / f"{name}.py", read), name
        assert not granted(library / compiled(name), read), name
    assert granted(tmp_path / "data", read)
    assert not granted(tmp_path, read)
    assert str(library) in listed


def test_a_module_whose_name_starts_alike_is_not_withheld(tmp_path):
    library = write_package(tmp_path / "library")
    (library / "answers_given.py").write_text("")
    assert granted(library / "answers_given.py", default_read_paths([library], WITHHELD, [])[0])


def test_a_copy_among_the_packages_is_withheld_too(tmp_path, monkeypatch):
    packages = tmp_path / "lib/site-packages"
    library, copy = write_package(tmp_path / "library"), write_package(packages / "library")
    (packages / "numpy").mkdir()
    (packages / "six.py").write_text("")
    monkeypatch.setattr(readable, "_packages", lambda: [str(packages)])
    for named in (library, copy):
        read, listed = default_read_paths([named], WITHHELD, [])
        assert granted(packages / "numpy/any.py", read)
        assert granted(packages / "six.py", read)
        assert granted(copy / "given.py", read)
        assert not granted(copy / "answers.py", read)
        assert not granted(copy / compiled("answers"), read)
        assert str(packages) in listed


def test_two_libraries_do_not_grant_each_others_answers(tmp_path, monkeypatch):
    packages = tmp_path / "lib/site-packages"
    first, second = write_package(packages / "library"), write_package(packages / "second")
    monkeypatch.setattr(readable, "_packages", lambda: [str(packages)])
    read, _ = default_read_paths([first, second], ["library.answers", "second.answers"], [])
    for package in (first, second):
        assert granted(package / "given.py", read)
        assert not granted(package / "answers.py", read)


def test_what_a_student_reads_does_not_hold_the_repository_or_the_users():
    read, listed = default_read_paths([ROOT / "minillm"], ["minillm.ngram"], [])
    assert not granted(ROOT / "minillm/ngram.py", read)
    for path in (ROOT, ROOT / "solutions", ROOT / "gradebook", ROOT / "minillm.egg-info"):
        assert not granted(path, [*read, *listed])
    for path in ("/etc/passwd", "/proc/self/maps", "/home", "/root", "/tmp", "/dev/shm", "/sys"):
        assert not granted(path, read)
    assert granted(json.__file__, read)
    assert granted(pytest.__file__, read)
    assert granted(ROOT / "minillm/corpus.py", read)
