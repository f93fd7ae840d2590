import os
import socket
import sys

import pytest

from grader.engine import landlock
from grader.tests.inside import in_child, open_to_all

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),  # pytest may have threads
]


@pytest.fixture
def folder(tmp_path):
    return open_to_all(tmp_path)


@pytest.fixture
def tree(folder):
    for name in ("open", "open/below", "shut", "listed"):
        (folder / name).mkdir()
    for name in ("open/a", "open/below/b", "shut/c", "shut/d", "listed/e"):
        (folder / name).write_text(name)
    return folder


def landlocked(tree, abi, action):
    """What `action()` says under Landlock alone."""

    def act():
        rules = landlock.create_ruleset(abi)
        landlock.allow_all(rules, abi, [f"{tree}/open", f"{tree}/shut/c"], landlock.READ)
        landlock.allow_all(rules, abi, [f"{tree}/listed"], landlock.READ_DIR)
        landlock.restrict(rules, abi)
        return action()

    return in_child(act)


@pytest.mark.parametrize("abi", [1, landlock.NEWEST])
def test_landlock_grants_files_folders_and_lists(tree, abi):
    def reads(name):
        return lambda: (tree / name).read_text()

    for name in ("open/a", "open/below/b", "shut/c"):
        assert landlocked(tree, abi, reads(name)) == name
    for name in ("shut/d", "listed/e"):
        assert "PermissionError" in landlocked(tree, abi, reads(name))
        assert in_child(reads(name)) == name
    assert landlocked(tree, abi, lambda: os.listdir(tree / "listed")) == ["e"]
    assert "PermissionError" in landlocked(tree, abi, lambda: os.listdir(tree / "shut"))


@pytest.mark.parametrize("abi", [1, landlock.NEWEST])
@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "open/a").write_text("b"),
        lambda tree: (tree / "open/new").write_text("b"),
        lambda tree: (tree / "open/a").unlink(),
        lambda tree: (tree / "open/a").rename(tree / "open/z"),
        lambda tree: (tree / "open/folder").mkdir(),
        lambda tree: os.link(tree / "open/a", tree / "open/z"),
        lambda tree: os.symlink("a", tree / "open/z"),
        lambda tree: os.mkfifo(tree / "open/z"),
    ],
)
def test_landlock_lets_nothing_be_changed(tree, abi, change):
    assert "Error" in landlocked(tree, abi, lambda: change(tree))
    assert in_child(lambda: change(tree) and None) is None


@pytest.mark.skipif(landlock.version() < 6, reason="this kernel's Landlock has no scopes")
def test_landlock_lets_no_signal_and_no_connection_out(tree):
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    parent = os.getpid()

    def connect():
        socket.create_connection(server.getsockname(), timeout=1).close()

    assert "PermissionError" in landlocked(tree, landlock.NEWEST, lambda: os.kill(parent, 0))
    assert "PermissionError" in landlocked(tree, landlock.NEWEST, connect)
    assert in_child(lambda: os.kill(parent, 0)) is None
    assert in_child(connect) is None
    server.close()
