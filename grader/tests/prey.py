"""What a hostile snippet goes for: files, an examiner process, somebody who listens."""

import hashlib
import os
import py_compile
import secrets
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from grader.engine.sandbox import SPARE_THREADS

EXAMINER = """
import ctypes, sys
secret = ctypes.create_string_buffer(sys.stdin.readline().encode())
print(ctypes.addressof(secret), flush=True)
sys.stdin.read()
"""


class Listener:
    """Somebody who listens on a TCP and a UDP port and on two Unix sockets, and counts."""

    def __init__(self, path: Path) -> None:
        self.heard = 0
        tcp, datagrams = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        tcp.bind(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        datagrams.bind(("127.0.0.1", self.port))
        named, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        named.bind(str(path))
        path.chmod(0o777)
        abstract.bind(f"\0{path}")
        for server in (tcp, named, abstract):
            server.listen()
        self._sockets = [tcp, datagrams, named, abstract]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            for ready in select.select(self._sockets, [], [])[0]:
                self.heard += 1
                if ready.type == socket.SOCK_DGRAM:
                    ready.recv(100)
                else:
                    ready.accept()[0].close()


class Prey:
    """All that a student's code must not reach: files, an examiner, a listener."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="prey-"))
        self.folder.chmod(0o777)
        self.secrets = {
            name: f"secret-{name}-{secrets.token_hex(8)}" for name in ("file", "memory")
        }
        self._write_files()
        self.listener = Listener(self.folder / "socket")
        self.start_examiner()

    def _write_files(self) -> None:
        secret = self.secrets["file"]
        for name in ("submitted/anna", f"submitted/{secret}", "source", "library", "outside"):
            (self.folder / name).mkdir(parents=True)
        files = {
            "submitted/anna/hw.ipynb": secret,
            "source/hw.ipynb": secret,
            "library/__init__.py": "",
            "library/given.py": "GIVEN = 1\n",
            "library/answers.py": f"ANSWER = {secret!r}\n",
        }
        for name, text in files.items():
            (self.folder / name).write_text(text)
        for name in ("given", "answers"):
            py_compile.compile(str(self.folder / f"library/{name}.py"))
        with sqlite3.connect(self.folder / "gradebook.db") as gradebook:
            gradebook.execute("PRAGMA synchronous = OFF")
            gradebook.execute("CREATE TABLE grade (student, score)")
            gradebook.execute("INSERT INTO grade VALUES (?, 1)", [secret])
        gradebook.close()
        for path in self.folder.rglob("*"):
            path.chmod(0o777 if path.is_dir() else 0o666)

    def start_examiner(self) -> None:
        """Start the process that a student must not read, stop or signal."""
        environment = {**os.environ, "SECRET": self.secrets["memory"]}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.examiner = subprocess.Popen([sys.executable, "-c", EXAMINER], env=environment, **pipes)
        self.examiner.stdin.write(f"{self.secrets['memory']}\n".encode())
        self.examiner.stdin.flush()
        self.address = int(self.examiner.stdout.readline())

    def end(self) -> None:
        """Leave nothing behind."""
        self.examiner.kill()
        self.examiner.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def files(self) -> dict[str, tuple]:
        """What there is to change of every file: content, mode, owner, links, times, attributes."""
        return {str(path): _state(path) for path in [self.folder, *self.folder.rglob("*")]}

    def names(self, scratch: str) -> dict[str, object]:
        """What a snippet knows, which is more than a student's code would."""
        folder = str(self.folder)
        return {
            "SCRATCH": scratch,
            "OUTSIDE": f"{folder}/outside",
            "GRADEBOOK": f"{folder}/gradebook.db",
            "CLASSMATE": f"{folder}/submitted/anna/hw.ipynb",
            "SUBMITTED": f"{folder}/submitted",
            "SOLUTION": f"{folder}/source/hw.ipynb",
            "LIBRARY": f"{folder}/library",
            "EXAMINER": self.examiner.pid,
            "ADDRESS": self.address,
            "PORT": self.listener.port,
            "SOCKET": f"{folder}/socket",
            "TAG": sys.version_info[:2],
            "SPARE": SPARE_THREADS if os.geteuid() else 0,
        }


def _state(path: Path) -> tuple:
    found = path.lstat()
    content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    owner = (found.st_mode, found.st_uid, found.st_gid, found.st_nlink)
    changed = 0 if path.is_dir() and path.name == "__pycache__" else found.st_mtime_ns
    return (content, *owner, changed, os.listxattr(path, follow_symlinks=False))
