"""What README.md and CONTRIBUTING.md promise: verbs, files, links, the tree."""

import re
import subprocess
from importlib.metadata import distributions

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from repository import ROOT, make

import minillm

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
VERB = re.compile(r"^([a-z-]+):.*?## ", re.MULTILINE)
COMMAND = re.compile(r"^ *make ([a-z-]+)|`make ([a-z-]+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)\)")  # within the repository
PLACE = re.compile(r"`((?:[a-z_]+/)+[\w./-]*\.\w+)`")  # a file named in the text
TO_COME = re.compile(r"NN_|^gradebook/|^_build/")  # a pattern, what a class has, what is built
TREE = re.compile(r"^(\S+) {2,}\S", re.MULTILINE)


def read(name: str) -> str:
    """The text of a file at the repository's root."""
    return (ROOT / name).read_text(encoding="utf-8")


def verbs() -> set[str]:
    """The verbs of the Makefile that carry a help text."""
    return set(VERB.findall(read("Makefile")))


def tree() -> set[str]:
    """The names in README's tree, folders without their slash."""
    block = read("README.md").split("## The tree")[1].split("```")[1]
    return {name.rstrip("/") for name in TREE.findall(block)}


def committed() -> set[str]:
    """The names at the top of the repository, as git knows them."""
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, text=True, capture_output=True, check=True
    )
    return {line.split("/")[0] for line in listing.stdout.splitlines()}


def test_readme_is_short():
    assert len(read("README.md").splitlines()) <= 150
    assert len(read("Makefile").splitlines()) <= 90


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_are_verbs_of_the_makefile(document):
    named = {a or b for a, b in COMMAND.findall(read(document))}
    assert named, f"{document} names no command"
    assert named <= verbs()


def test_every_verb_is_listed_by_help():
    shown = make("help")
    assert shown.returncode == 0
    assert set(re.findall(r"make ([a-z-]+) ", shown.stdout)) == verbs()
    phony = re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == verbs()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_and_named_files_exist(document):
    text = read(document)
    named = LINK.findall(text) + PLACE.findall(text)
    assert named, f"{document} names no file"
    absent = [name for name in named if not (ROOT / name).exists()]
    assert [name for name in absent if not TO_COME.search(name)] == []


def test_tree_names_what_is_there():
    ignored = {line.strip("/") for line in read(".gitignore").splitlines()}
    assert {name for name in tree() if not (ROOT / name).exists()} <= ignored
    assert committed() - tree() == set()


def test_package_lists_each_of_its_modules_once():
    listing = (minillm.__doc__ or "").split("\n\n")[1]
    names = [name for line in listing.splitlines() for name in line[4:39].split()]
    modules = [path.stem for path in (ROOT / "minillm").glob("*.py") if path.stem != "__init__"]
    assert sorted(names) == sorted([*modules, "figures", "storyland"])


def test_test_command_is_what_ci_runs():
    assert read(".ci/run").rstrip().splitlines()[-1] == "make test"
    assert "make test" in read("README.md")


def test_github_tests_before_it_publishes():
    jobs = yaml.safe_load(read(".github/workflows/course.yml"))["jobs"]
    commands = {name: [step.get("run", "") for step in job["steps"]] for name, job in jobs.items()}
    assert ".ci/run" in commands["test"]
    assert jobs["publish"]["needs"] == "test"
    verbs_run = {verb for run in commands["publish"] for verb in re.findall(r"^make ([a-z]+)", run)}
    assert verbs_run == {"pdf"}
    branch = yaml.safe_load(read("_config.yml"))["repository"]["branch"]
    assert any("push -q --force" in run and branch in run for run in commands["publish"])


def test_every_package_runs_on_the_first_python_of_311():
    """Debian 12 has Python 3.11.2; a package that asks for 3.11.5 cannot be installed there."""
    asked = {d.metadata["Name"]: d.metadata.get("Requires-Python") or "" for d in distributions()}
    assert len(asked) > 100
    assert [name for name, ask in asked.items() if "3.11.0" not in SpecifierSet(ask)] == []
