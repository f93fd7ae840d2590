"""The repository under test, and its verbs."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a verb of the Makefile as a user would, whatever started the tests."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, timeout=900)
