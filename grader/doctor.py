"""What `doctor` finds out: which layers of the sandbox work on this machine.

A layer is said to work when its canary in canaries.py was held by it and by nothing else.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.canaries import CANARIES
from grader.engine.sandbox import WAYS_OUT

EXTRAS = {
    "pid namespace": "see no other process",
    "net namespace": "have no network at all",
    "ipc namespace": "share no memory with others",
    "uts namespace": "do not share the machine's name",
    "mount namespace": "have mounts of their own",
    "own root folder": "cannot ask whether another file exists",
}
AS_AN_EXTRA = (
    "An extra that this system does not give. Root has it; other users need user namespaces, which "
    "Ubuntu 24.04 allows with `sysctl kernel.apparmor_restrict_unprivileged_userns=0`."
)
EXAMINE = "import sys; from grader import canaries; canaries.examine(sys.argv[1], int(sys.argv[2]))"


@dataclass(frozen=True)
class Layer:
    """One layer of the sandbox, as it was found on this machine."""

    name: str
    active: bool
    required: bool
    detail: str  # what was tried, and how it went
    way_out: str = ""  # what to do where it is not active


def doctor() -> list[Layer]:
    """Try every layer in a process of its own; takes some seconds, mostly to import torch."""
    folder = Path(tempfile.mkdtemp(prefix="doctor-"))
    try:
        found = _examination(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if "missing" in found:
        return [Layer("sandbox", False, True, found["missing"], WAYS_OUT)]
    layers = [_layer(name, found) for name in CANARIES]
    layers += [_extra(name, found["layers"]) for name in EXTRAS]
    quota = "the kernel limits its size"
    if not found["quota"]:
        quota = "its size is looked at four times a second: for a moment it can be too large"
    return [*layers, Layer("scratch folder", found["quota"], False, quota, AS_AN_EXTRA)]


def sound(layers: list[Layer]) -> bool:
    """Whether students' code may be run here: every required layer works."""
    return all(layer.active for layer in layers if layer.required)


def table(layers: list[Layer]) -> str:
    """The layers as plain text, what is to be done, and the verdict."""
    width = max(len(layer.name) for layer in layers)
    lines = [f"{layer.name:{width}}  {_word(layer):7}  {layer.detail}" for layer in layers]
    advice = {layer.way_out: None for layer in layers if not layer.active and layer.way_out}
    verdict = "can be run here." if sound(layers) else "is not run on this machine."
    return "\n".join([*lines, "", *advice, f"Students' code {verdict}"])


def _word(layer: Layer) -> str:
    if layer.active:
        return "works"
    return "MISSING" if layer.required else "-"


def _examination(folder: Path) -> dict[str, Any]:
    """What `canaries.examine` prints in an interpreter of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", EXAMINE, str(folder), str(listener.getsockname()[1])]
        root = str(Path(__file__).parents[1])
        environment = {**os.environ, "PYTHONPATH": root, "PYTHONWARNINGS": "ignore"}
        ended = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=root)
    if ended.returncode:
        lines = ended.stderr.strip().splitlines() or [f"exit status {ended.returncode}"]
        return {"missing": f"The examination failed: {lines[-1]}"}
    return json.loads(ended.stdout)


def _layer(name: str, found: dict[str, Any]) -> Layer:
    """What its canary says of a layer."""
    free, inside = found["free"][name], found["inside"][name]
    text = CANARIES[name].text
    if name == "own user" and os.geteuid() != 0:
        return Layer(name, True, False, "not needed: the grader is not root")
    if not free:
        detail = f"not to be told: without the sandbox it could not {text} either"
    else:
        detail = f"a student {'can' if inside else 'cannot'} {text}"
    return Layer(name, free and not inside, True, detail, WAYS_OUT)


def _extra(name: str, entered: list[str]) -> Layer:
    active = name in entered
    detail = f"students {EXTRAS[name]}" if active else "shared with the system"
    return Layer(name, active, False, detail, AS_AN_EXTRA)
