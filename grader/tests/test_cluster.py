"""The files in grader/cluster: they parse, name real commands, and a cluster over SSH works."""

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from test_scheduler import soon

TESTS = Path(__file__).parent
CLUSTER = TESTS.parent / "cluster"
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]+")


def dask_help(part: str) -> set[str]:
    """The options that `dask scheduler` or `dask worker` knows."""
    command = [sys.executable, "-m", "dask", part, "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(OPTION.findall(shown)) | set(re.findall(r"/ (--[a-z-]+)", shown))


def dask_commands(text: str) -> list[tuple[str, set[str]]]:
    """(scheduler or worker, options) of every call of dask in a script."""
    calls = re.findall(r"-m dask (scheduler|worker)((?:[^&;]|\\\n)*)", text)
    return [(part, set(OPTION.findall(rest))) for part, rest in calls]


@pytest.mark.parametrize("file", ["ssh.sh", "kubernetes.yaml"])
def test_commands_have_the_options_that_dask_knows(file):
    commands = dask_commands((CLUSTER / file).read_text())
    assert sorted(part for part, _ in commands) == ["scheduler", "worker"]
    for part, options in commands:
        assert options
        assert options <= dask_help(part)


def test_scripts_parse():
    for script in CLUSTER.glob("*.sh"):
        subprocess.run(["bash", "-n", str(script)], check=True)
    ast.parse((CLUSTER / "slurm.py").read_text())
    assert yaml.safe_load((CLUSTER / "dask" / "jobqueue.yaml").read_text())["jobqueue"]["slurm"]


def test_manifest_selects_the_pods_that_it_makes():
    items = yaml.safe_load((CLUSTER / "kubernetes.yaml").read_text())["items"]
    kinds = [item["kind"] for item in items]
    assert kinds == ["Service", *["Deployment"] * 3, *["NetworkPolicy"] * 2]
    pods = []
    for item in items:
        if item["kind"] == "Deployment":
            template = item["spec"]["template"]
            assert item["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
            pods.append(template["metadata"]["labels"])
            (container,) = template["spec"]["containers"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert template["spec"]["volumes"][0]["name"] == container["volumeMounts"][0]["name"]
    service, policies = items[0]["spec"], items[4:]
    assert service["selector"] in pods
    assert service["ports"][0]["port"] == 8786
    assert policies[1]["spec"]["podSelector"]["matchLabels"] in pods


def test_page_names_files_that_are_there():
    text = (CLUSTER / "README.md").read_text()
    names = re.findall(r"grader/cluster/([\w./]+\w)", text)
    assert len(names) > 4
    for name in {*names, *re.findall(r"`([\w/]+\.\w+)`", text)} - {"hosts.txt"}:
        assert (CLUSTER / name).exists() or (TESTS.parents[1] / name).exists(), name


GRADES = """
import sys
from pathlib import Path
tests, folder, address = sys.argv[1:]
sys.path.insert(0, tests)
from test_scheduler import NAME, many, status
from grader import remote, scheduler
setting = scheduler.Setting(Path(folder), NAME, worker="fake_worker:FakeWorker")
with remote.Dask(setting, address) as cluster:
    states = status(list(cluster.submit(many(12))))
print(len(states), set(states.values()))
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def over_ssh(tmp_path, monkeypatch):
    """The address of a cluster that ssh.sh starts; an `ssh` that runs commands on this machine."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl is installed")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "ssh").write_text('#!/bin/bash\nshift 2\nexec bash -c "$*"\n')
    (programs / "ssh").chmod(0o755)
    (tmp_path / "hosts.txt").write_text("localhost\n")
    port = free_port()
    more = {
        "PYTHONPATH": str(TESTS),  # where the workers find the fake one
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHON": sys.executable,
        "GRADING_TLS": str(tmp_path / "tls"),
        "PORT": str(port),
    }
    command = ["bash", str(CLUSTER / "ssh.sh"), str(tmp_path / "hosts.txt"), "2", "127.0.0.1"]
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **more}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        assert soon((tmp_path / "tls" / "cert.pem").exists)
        yield f"tls://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)
        ended = soon(lambda: not group(process.pid))
        for pid in group(process.pid):
            os.kill(pid, signal.SIGKILL)
        assert ended, (tmp_path / "log").read_text()


def group(session: int) -> list[int]:
    """The processes of a session."""
    listed = subprocess.run(["ps", "-eo", "pid=,sess=,stat="], capture_output=True, text=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, sess, stat in rows if int(sess) == session and stat[0] != "Z"]


@pytest.mark.slow
def test_cluster_over_ssh_grades(over_ssh, tmp_path):
    """In a process of its own, as dask reads its settings when it is imported."""
    (tmp_path / "course").mkdir()
    shell = '. "$1/settings.sh" && shift && exec "$@"'
    folders = [str(TESTS), str(tmp_path / "course"), over_ssh]
    done = subprocess.run(
        ["bash", "-c", shell, "-", str(CLUSTER), sys.executable, "-c", GRADES, *folders],
        env={**os.environ, "GRADING_TLS": str(tmp_path / "tls")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == "12 {'graded'}\n", done.stderr + (tmp_path / "log").read_text()
