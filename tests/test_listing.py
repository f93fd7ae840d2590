"""Objects of the library as pages show them: whole, or as much as students are given."""

from pathlib import Path

import pytest

from grader.authoring.weave import Answer
from tools.book.listing import ListingError, listing

SOURCE = '''"""A module."""

A, B = 0, 1  # two constants
C: int = 2


@cache
def double(x):
    """Twice `x`."""
    y = x + x
    return y


def triple(x):
    """Three times `x`."""
    return 3 * x


class Counter:
    """Counts."""

    def __init__(self):
        """Begin at 0."""
        self.n = 0

    def add(self, n):
        """Count `n` more."""
        self.n += n

    def read(self):
        """What was counted."""
        return self.n
'''
GIVEN = '''class Counter:
    """Counts."""

    def __init__(self):
        """Begin at 0."""
        self.n = 0

    def add(self, n):
        """Count `n` more."""

    def read(self):
        """What was counted."""
        return self.n'''
ADD = Answer("02_more", "3", "`Counter`", "pack/counts.py", "Counter", ("add",))
DOUBLE = Answer("01_first", "1a", "`double`", "pack/counts.py", "double", ())


@pytest.fixture
def show(tmp_path: Path):
    """`show(name)` is the listing of an object of SOURCE."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "counts.py").write_text(SOURCE)
    return lambda name: listing(f"pack.counts.{name}", tmp_path, [ADD, DOUBLE])


def test_answer_is_given_without_what_follows_its_docstring(show):
    found = show("double")
    assert found.answer == DOUBLE
    assert found.given == '@cache\ndef double(x):\n    """Twice `x`."""'
    assert found.text == found.given + "\n    y = x + x\n    return y"


def test_class_is_given_without_the_methods_that_students_write(show):
    found = show("Counter")
    assert found.answer == ADD
    assert found.given == GIVEN
    assert "self.n += n" in found.text


def test_method_is_an_answer_where_its_class_blanks_it(show):
    found = show("Counter.add")
    assert found.answer == ADD
    assert found.given == 'def add(self, n):\n    """Count `n` more."""'
    assert found.text == found.given + "\n    self.n += n"
    assert show("Counter.read").answer is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("triple", 'def triple(x):\n    """Three times `x`."""\n    return 3 * x'),
        ("B", "A, B = 0, 1  # two constants"),
        ("C", "C: int = 2"),
        ("Counter.read", 'def read(self):\n    """What was counted."""\n    return self.n'),
    ],
)
def test_what_is_no_answer_is_given_whole(show, name, text):
    found = show(name)
    assert found.answer is None
    assert found.given == found.text == text


@pytest.mark.parametrize("name", ["absent", "Counter.absent", "double.y"])
def test_name_that_leads_nowhere_is_refused(show, name):
    with pytest.raises(ListingError, match=name.split(".")[-1]):
        show(name)


def test_name_outside_every_module_is_refused(tmp_path):
    with pytest.raises(ListingError, match=r"no module holds 'pack\.nothing'"):
        listing("pack.nothing", tmp_path, [])


def test_answer_without_a_docstring_is_refused(tmp_path):
    (tmp_path / "counts.py").write_text("def double(x):\n    return 2 * x\n")
    answer = Answer("01_first", "1a", "`double`", "counts.py", "double", ())
    with pytest.raises(ListingError, match="docstring"):
        listing("counts.double", tmp_path, [answer])
