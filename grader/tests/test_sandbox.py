import dataclasses
import errno
import faulthandler
import json
import mmap
import os
import resource
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.engine import landlock, libc, seccomp
from grader.engine.sandbox import Policy, Sandbox, SandboxError
from grader.tests.inside import UID, USERS, as_user, in_child, in_sandbox, made_policy, open_to_all

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


def test_no_open_file_is_inherited(policy, folder):
    (folder / "secret").write_text("secret")
    left_open = os.open(folder / "secret", os.O_RDONLY)

    def read():
        return os.pread(left_open, 100, 0).decode()

    assert "Bad file descriptor" in in_sandbox(read, policy)
    assert in_child(read) == "secret"
    os.close(left_open)


def test_no_shared_memory_is_inherited(policy):
    """Else a student's process could leave a note there for the next one."""
    shared = mmap.mmap(-1, 4096)

    def write():
        faulthandler.disable()
        shared[0] = 42

    in_child(write)
    assert shared[0] == 42
    box = Sandbox(policy)
    box.prepare()
    shared[0] = 0
    assert in_child(write) == f"ended with status {signal.SIGSEGV}"
    assert shared[0] == 0
    shared.close()


def test_standard_streams_that_are_not_kept_lead_nowhere(policy):
    assert in_sandbox(lambda: [os.read(0, 1).decode(), os.write(1, b"x")], policy) == ["", 1]


def test_the_scratch_folder_is_the_current_one_and_holds_files_and_folders_only(policy):
    def use():
        Path("a.txt").write_text("text")
        os.rename("a.txt", "b.txt")
        os.makedirs("c/d")
        os.rename("b.txt", "c/d/b.txt")
        text = Path("c/d/b.txt").read_text()
        shutil.copy("c/d/b.txt", "c")
        shutil.rmtree("c")
        return [text, os.getcwd(), os.listdir()]

    assert in_sandbox(use, policy) == ["text", policy.scratch, []]
    for make in (os.mkfifo, os.mknod, lambda name: os.symlink("x", name)):
        assert "PermissionError" in in_sandbox(lambda make=make: make("x"), policy)


def test_limits_are_as_the_policy_says(policy):
    def limits():
        names = ("FSIZE", "CPU", "NOFILE", "MEMLOCK")
        return [resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names]

    expected = [[policy.file_mb << 20] * 2, [policy.cpu_s] * 2, [policy.open_files] * 2, [0, 0]]
    assert in_sandbox(limits, policy) == expected
    assert in_child(limits) != expected


def test_memory_is_limited_beyond_what_the_zygote_has(policy):
    policy = dataclasses.replace(policy, memory_mb=400)
    # Mapped, not from the heap, where a process that has run other tests has memory lying free.
    assert in_sandbox(lambda: len(mmap.mmap(-1, 300 << 20)), policy) == 300 << 20
    assert "Cannot allocate memory" in in_sandbox(lambda: len(mmap.mmap(-1, 500 << 20)), policy)
    assert "MemoryError" in in_sandbox(lambda: len(bytearray(8 << 30)), policy)


def state_of(policy):
    """What the kernel says of a process in the sandbox, seen from outside: /proc/<pid>/status."""
    box = Sandbox(policy)
    box.prepare()
    (ready, tell), (wait, _hold) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(tell, json.dumps(box.enter([tell, wait])).encode())
            os.read(wait, 1)
        finally:
            os._exit(0)
    layers = json.loads(os.read(ready, 10_000))
    text = Path(f"/proc/{child}/status").read_text()
    text += "oom:\t" + Path(f"/proc/{child}/oom_score_adj").read_text()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for descriptor in (ready, tell, wait, _hold):
        os.close(descriptor)
    return layers, dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def test_the_layers_named_are_those_the_kernel_shows(policy):
    layers, state = state_of(policy)
    assert layers[:2] == ["closed descriptors", "resource limits"]
    assert layers[-2:] == [f"Landlock {min(landlock.version(), landlock.NEWEST)}", "seccomp"]
    assert (state["NoNewPrivs"], state["Seccomp"]) == ("1", "2")
    assert ("own user" in layers) == (os.geteuid() == 0)
    user = UID or os.getuid()
    assert state["Uid"].split() == [str(user)] * 4
    assert state["oom"] == "1000"
    if UID:
        assert state["Gid"].split() == [str(UID)] * 4
        assert not state["Groups"].split()


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's student is the same user")
def test_root_grants_what_the_students_user_cannot_reach(policy, folder):
    """An interpreter below a folder that only root may enter: Landlock alone governs reading."""
    (folder / "home").mkdir()
    for name in ("granted", "other"):
        (folder / "home" / name).mkdir()
        (folder / "home" / name / "file").write_text(name)
        (folder / "home" / name / "file").chmod(0o600)
    (folder / "home").chmod(0o700)
    granted = Policy((f"{folder}/home/granted",), (), policy.scratch, uid=UID)

    def read(name):
        return lambda: (folder / "home" / name / "file").read_text()

    assert in_sandbox(read("granted"), granted) == "granted"
    assert "PermissionError" in in_sandbox(read("other"), granted)
    assert "Error" in in_sandbox(lambda: (folder / "home/granted/file").write_text(""), granted)
    only_reading = f"{1 << libc.CAP_DAC_READ_SEARCH:016x}"
    for kind in ("CapPrm", "CapEff"):
        assert state_of(granted)[1][kind] == only_reading
        assert state_of(policy)[1][kind] == "0" * 16  # where it reaches all, it keeps none
    for kind in ("CapInh", "CapAmb"):
        assert state_of(granted)[1][kind] == "0" * 16


def test_a_system_without_landlock_is_refused(policy, monkeypatch):
    monkeypatch.setattr(landlock, "version", lambda: 0)
    box = Sandbox(policy)
    assert len(box.missing()) == 1
    with pytest.raises(SandboxError, match=r"Landlock.*virtual machine.*--unsafe-no-sandbox"):
        box.prepare()


def test_a_system_without_seccomp_is_refused(policy, monkeypatch):
    monkeypatch.setattr(seccomp, "supported", lambda: False)
    with pytest.raises(SandboxError, match=r"no seccomp filters.*--unsafe-no-sandbox"):
        Sandbox(policy).prepare()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_another_system_is_refused_before_anything_is_tried(policy, monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    libc.machine.cache_clear()
    with pytest.raises(SandboxError, match=rf"no 64-bit Linux .*this is {platform}.*container"):
        Sandbox(policy).prepare()
    libc.machine.cache_clear()


CONTAINER = """
import sys
sys.path.insert(0, ".")
from grader.engine import libc
from grader.engine.sandbox import Policy, Sandbox, SandboxError
def keep(*numbers, become=libc.keep_capabilities):
    if numbers:
        raise OSError(1, "Operation not permitted")
    become()
libc.keep_capabilities = keep
try:
    Sandbox(Policy((sys.argv[1],), (), sys.argv[2], uid=61_995)).prepare()
    print("ready")
except SandboxError as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
def test_a_container_that_cannot_grant_reading_is_refused_if_it_matters(policy, folder):
    """Containers lack that capability: an unreadable file deep inside is no reason to refuse."""
    (folder / "packages").mkdir()
    (folder / "packages/private").write_text("")
    (folder / "packages/private").chmod(0o600)
    run = (folder / "packages", policy.scratch)
    assert as_user("root", "-c", CONTAINER, *map(str, run)) == "ready\n"
    (folder / "packages").chmod(0o700)
    assert "cannot read the interpreter" in as_user("root", "-c", CONTAINER, *map(str, run))


def test_a_policy_that_cannot_be_set_up_is_refused(policy):
    os.rmdir(policy.scratch)
    with pytest.raises(SandboxError, match=r"cannot be set up: .*container.*--unsafe-no-sandbox"):
        Sandbox(policy).prepare()


def test_this_system_lacks_nothing(policy):
    assert Sandbox(policy).missing() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
def test_root_must_name_a_user_for_students(policy):
    with pytest.raises(SandboxError, match="user of its own"):
        Sandbox(Policy((), (), policy.scratch)).prepare()


def test_a_process_with_two_threads_cannot_enter(policy):
    box = Sandbox(policy)
    box.prepare()

    def enter():
        threading.Thread(target=time.sleep, args=[5], daemon=True).start()
        box.enter([])

    assert "SandboxError" in in_child(enter)


def test_a_layer_that_fails_is_an_error_and_nothing_is_run(policy, monkeypatch):
    box = Sandbox(policy)
    box.prepare()

    def fail(*arguments):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(seccomp, "install", fail)
    with_pipe = os.pipe()

    def enter():
        try:
            box.enter(with_pipe)
        except SandboxError as error:
            os.write(with_pipe[1], str(error).encode())

    child = os.fork()
    if child == 0:
        enter()
        os._exit(0)
    os.close(with_pipe[1])
    os.waitpid(child, 0)
    assert os.read(with_pipe[0], 1000).startswith(b"The sandbox failed, so nothing was run")
    os.close(with_pipe[0])


COMPUTES = """
import os, sys, tempfile, time
sys.path.insert(0, os.getcwd())
from pathlib import Path
from grader.engine.namespaces import enter_namespaces
from grader.engine.readable import default_read_paths
from grader.engine.sandbox import Policy, Sandbox
enter_namespaces()
scratch = tempfile.tempdir = tempfile.mkdtemp()
os.environ.update(MPLCONFIGDIR=scratch, TMPDIR=scratch, HOME=scratch)
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import torch
torch.set_num_threads(1)
def train():
    net = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.GELU(), torch.nn.Linear(8, 1))
    optimizer = torch.optim.AdamW(net.parameters())
    net(torch.randn(4, 8)).sum().backward()
    optimizer.step()
    torch.save(net.state_dict(), "net.pt")
    net.load_state_dict(torch.load("net.pt"))
os.chdir(tempfile.mkdtemp(dir="/tmp"))
train()
os.chdir(sys.path[0])
read, listed = default_read_paths([Path("minillm")], ["minillm.ngram"], [])
uid = 61_997 if os.geteuid() == 0 else None
box = Sandbox(Policy(read, listed, scratch, uid=uid))
box.prepare()
times = []
for number in range(4):
    answers, answer = os.pipe()
    if os.fork() == 0:
        started = time.process_time()
        try:
            box.enter([answer])
            enter_s = time.process_time() - started
            if number:
                os.write(answer, f"{enter_s}".encode())
                os._exit(0)
            train()
            torch.set_num_threads(2)
            a = torch.randn(300, 300) @ torch.randn(300, 300)
            b = np.linalg.svd(np.ones((200, 200)) @ np.ones((200, 200)))
            np.save("array.npy", b[1]), np.load("array.npy")
            plt.plot([1, 2]), plt.title("$x^2$"), plt.savefig("figure.png")
            with tempfile.TemporaryFile() as file:
                file.write(b"text")
            import zoneinfo, statistics, xml.dom.minidom
            zoneinfo.ZoneInfo("Europe/Berlin")
            os.write(answer, f"{enter_s}".encode())
        except BaseException as error:
            import traceback
            os.write(answer, traceback.format_exc().encode())
        os._exit(0)
    os.close(answer)
    times.append(os.read(answers, 1000).decode())
    os.wait()
print("|".join(times))
"""


@pytest.mark.parametrize("user", USERS)
def test_numpy_torch_and_matplotlib_work_inside(user):
    environment = {**os.environ, "HOME": "/nonexistent", "PYTHONWARNINGS": "ignore"}
    times = as_user(user, "-c", COMPUTES, env=environment).strip().split("|")
    assert len(times) == 4
    assert min(map(float, times)) < 0.02, times  # 1.7 ms where nothing else runs
