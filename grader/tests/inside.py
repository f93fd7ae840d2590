"""Run a function in a process of its own: bare, in the sandbox, or as another user."""

import json
import os
import subprocess
import sys
from pathlib import Path

from grader.engine.sandbox import Policy, Sandbox
from grader.tests import ordinary_user

ROOT = Path(__file__).parents[2]
USERS = ["root", "ordinary"] if os.geteuid() == 0 else ["ordinary"]
UID = 61_998 if os.geteuid() == 0 else None


def as_user(user, *words, first=False, **options):
    """Run Python with these words as root or as an ordinary user; returns what it printed."""
    ordinary = ordinary_user.command(*words, first=first)
    command = [sys.executable, *words] if user == "root" else ordinary
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def in_child(function):
    """What `function()` returns in a process of its own, or the name of the error it raises."""
    readable_end, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = function()
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(writable, json.dumps(answer).encode())
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable_end) as answers:
        text = answers.read()
    status = os.waitpid(child, 0)[1]
    return json.loads(text) if text else f"ended with status {status}"


def in_sandbox(function, policy, abi=None):
    """What `function()` returns inside the sandbox; the child's answer goes over a kept pipe."""
    box = Sandbox(policy, abi)
    box.prepare()
    answers, answer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            layers = box.enter([answer])
            result = function()
        except BaseException as error:
            layers, result = [], f"{type(error).__name__}: {error}"
        os.write(answer, json.dumps([layers, result]).encode())
        os._exit(0)
    os.close(answer)
    with os.fdopen(answers) as file:
        text = file.read()
    os.waitpid(child, 0)
    return json.loads(text)[1]


def open_to_all(folder):
    """The folder, which every user may enter from now on."""
    for path in [folder, *folder.parents]:
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    return folder


def made_policy(folder):
    """A policy with a scratch folder in `folder`."""
    (folder / "scratch").mkdir()
    return Policy(("/usr/lib", "/lib"), (), str(folder / "scratch"), uid=UID)
