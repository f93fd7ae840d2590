import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.engine.sandbox import Sandbox
from grader.tests import ordinary_user
from grader.tests.inside import ROOT, USERS, as_user, made_policy, open_to_all

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),  # pytest may have threads
]


@pytest.fixture
def folder(tmp_path):
    return open_to_all(tmp_path)


@pytest.fixture
def policy(folder):
    return made_policy(folder)


def gone(pid, within_s=20.0):
    """Whether the process ends in time; a zombie has ended."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def read_line(descriptor):
    """A line from a pipe, as numbers."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(descriptor, 1)
    return [int(word) for word in line.split()]


def sleep_at_last(box):
    try:
        if box:
            box.enter([])
        time.sleep(30)
    finally:
        os._exit(0)


@pytest.mark.parametrize("sandboxed", [True, False])
def test_a_student_dies_with_the_zygote(policy, sandboxed):
    ready, tell = os.pipe()
    zygote = os.fork()
    if zygote == 0:
        box = Sandbox(policy) if sandboxed else None
        if box:
            box.prepare()
        student = os.fork()
        if student == 0:
            sleep_at_last(box)
        time.sleep(0.1)
        os.write(tell, f"{student}\n".encode())
        time.sleep(30)
    [student] = read_line(ready)
    os.kill(zygote, signal.SIGKILL)
    os.waitpid(zygote, 0)
    assert gone(student, 20.0 if sandboxed else 1.0) == sandboxed
    if not sandboxed:
        os.kill(student, signal.SIGKILL)
    os.close(ready)
    os.close(tell)


NAMESPACED = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, ".")
from grader.engine.namespaces import enter_namespaces, mount_scratch
before = {name: os.readlink(f"/proc/self/ns/{name}") for name in ("net", "ipc", "uts", "mnt")}
names = enter_namespaces()
student = os.fork()
if student == 0:
    time.sleep(30)
print(names, os.getpid(), student, sep="|", flush=True)
print(os.listdir("/sys/class/net") and len(Path("/proc/net/dev").read_text().splitlines()))
print([name for name, link in before.items() if os.readlink(f"/proc/self/ns/{name}") != link])
print(mount_scratch(sys.argv[1], 3), os.listdir(sys.argv[1]), flush=True)
try:
    Path(sys.argv[1], "big").write_bytes(bytes(5 << 20))
except OSError as error:
    print(error.strerror, flush=True)
if sys.argv[2] == "wait":
    time.sleep(30)
os._exit(7)
"""


def start_namespaced(user, scratch, then):
    words = ["-c", NAMESPACED, str(scratch), then]
    command = [sys.executable, *words] if user == "root" else ordinary_user.command(*words)
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def namespaces_to_be_had(user):
    """Whether this system gives this user a pid namespace: `unshare` itself is asked."""
    flags = ["--pid", "--net", "--ipc", "--uts", "--mount"]
    command = ["unshare", *flags, *([] if user == "root" else ["--user"]), "--fork", "true"]
    if user == "ordinary" and os.geteuid() == 0:
        command = ["setpriv", f"--reuid={ordinary_user.UID}", "--clear-groups", *command]
    return subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.parametrize("user", USERS)
def test_namespaces_hold_nothing_of_the_system(user, folder):
    """Where the system gives none, the list is empty and nothing has changed."""
    (folder / "empty").mkdir(mode=0o777)
    (folder / "empty").chmod(0o777)
    process = start_namespaced(user, folder / "empty", "end")
    printed = process.communicate(timeout=20)[0].splitlines()
    assert process.returncode == 7  # the shim ends as the zygote did
    names, pid, student = printed[0].split("|")
    if not namespaces_to_be_had(user):
        assert (names, printed[2]) == ("[]", "[]")
        return
    assert "pid namespace" in names
    assert (pid, int(student) < 10) == ("1", True)
    assert printed[1] == "3"  # two lines of heading, and the loopback device
    assert printed[2] == "['net', 'ipc', 'uts', 'mnt']"
    assert printed[3:] == ["True []", "No space left on device"]
    assert not list((folder / "empty").iterdir())


WITHOUT_MOUNTS = """
import errno, sys
sys.path.insert(0, ".")
from grader.engine import namespaces, root
def refuse(*words):
    raise OSError(errno.EACCES, "Permission denied")
namespaces.mount = refuse
print("mount namespace" in namespaces.enter_namespaces())
print(namespaces.mount_scratch("/tmp", 1), root.enter_root(["/usr"], []))
"""


@pytest.mark.parametrize("user", USERS)
def test_a_system_that_forbids_mounts_gives_the_other_namespaces(user):
    """Some containers allow the namespaces and forbid every mount in them."""
    assert as_user(user, "-c", WITHOUT_MOUNTS).split() == ["False"] * 3


@pytest.mark.parametrize("user", USERS)
def test_killing_the_shim_kills_all_that_the_zygote_forked(user, folder):
    (folder / "empty").mkdir(mode=0o777)
    process = start_namespaced(user, folder / "empty", "wait")
    printed = [process.stdout.readline() for _ in range(4)]
    inside = [int(path.name) for path in Path("/proc").glob("[0-9]*") if in_session(path, process)]
    assert len(inside) >= 2, printed
    process.kill()
    process.wait()
    process.stdout.close()
    if namespaces_to_be_had(user):
        assert all(gone(pid) for pid in inside)
    for pid in inside:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def in_session(path, process):
    """Whether the process of this /proc folder runs the script that `process` runs."""
    try:
        return b"enter_namespaces" in (path / "cmdline").read_bytes()
    except OSError:
        return False


ROOTED = """
import os, sys
sys.path.insert(0, ".")
from grader.engine.namespaces import enter_namespaces
from grader.engine.sandbox import Policy, Sandbox
folder = sys.argv[1]
names = enter_namespaces()
policy = Policy(
    (f"{folder}/link/granted", "/etc/localtime"), (f"{folder}/listed",), f"{folder}/scratch",
    uid=61_996 if os.geteuid() == 0 else None,
)
box = Sandbox(policy)
box.prepare()
if os.fork() == 0:
    keep = os.dup(1)
    layers = box.enter([keep])
    paths = ["real/granted", "link/granted", "real/other", "listed", "listed/file"]
    found = [path for path in paths if os.path.exists(f"{folder}/{path}")]
    found += [path for path in ("/etc/passwd", "/home", "/etc/localtime") if os.path.exists(path)]
    open("a.txt", "w").write("works")
    found += [open(f"{folder}/link/granted").read(), open("a.txt").read()]
    rooted = "rooted" if "own root folder" in layers else "shared"
    os.write(keep, "|".join([rooted, *found]).encode())
    os._exit(0)
os.wait()
os._exit(0)
"""


@pytest.mark.parametrize("user", USERS)
def test_nothing_exists_but_what_is_granted_where_mounts_are_to_be_had(user, folder):
    """Landlock keeps files from being opened; only this keeps them from being asked after."""
    for name in ("real", "listed", "scratch"):
        (folder / name).mkdir()
        (folder / name).chmod(0o777)
    (folder / "link").symlink_to("real")
    for name in ("real/granted", "real/other", "listed/file"):
        (folder / name).write_text("text")
    found = as_user(user, "-c", ROOTED, str(folder)).split("|")
    granted = ["real/granted", "link/granted", "listed", "/etc/localtime", "text", "works"]
    if namespaces_to_be_had(user):
        assert found == ["rooted", *granted]
    else:
        assert found[0] == "shared"
        assert {*granted, "/etc/passwd", "real/other"} <= {*found}
