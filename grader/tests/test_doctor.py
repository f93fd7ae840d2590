import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader import doctor
from grader.canaries import CANARIES
from grader.doctor import Layer, sound, table
from grader.tests import ordinary_user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
ROOT = Path(__file__).parents[2]
USERS = ["root", "ordinary"] if os.geteuid() == 0 else ["ordinary"]
PRINT = (
    "import dataclasses, json; from grader.doctor import doctor; "
    "print(json.dumps([dataclasses.asdict(layer) for layer in doctor()]))"
)


def examined(user, program=PRINT):
    words = ["-c", program]
    command = [sys.executable, *words] if user == "root" else ordinary_user.command(*words)
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    return [Layer(**row) for row in json.loads(result.stdout)]


@pytest.mark.parametrize("user", USERS)
def test_every_required_layer_works_here(user):
    layers = examined(user)
    assert sound(layers), table(layers)
    assert {layer.name for layer in layers} >= set(CANARIES)
    assert all(layer.active for layer in layers if layer.name in CANARIES)
    assert table(layers).endswith("Students' code can be run here.")


def found(**changes):
    """What an examination finds where all is well, changed."""
    names = list(CANARIES)
    well = {"free": dict.fromkeys(names, True), "inside": dict.fromkeys(names, False)}
    return {**well, "layers": [], "quota": False, **changes}


@pytest.mark.parametrize("name", list(CANARIES))
def test_a_canary_that_gets_through_makes_the_machine_unsound(monkeypatch, name):
    through = {**dict.fromkeys(CANARIES, False), name: True}
    monkeypatch.setattr(doctor, "_examination", lambda folder: found(inside=through))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    layers = doctor.doctor()
    assert not sound(layers)
    [broken] = [layer for layer in layers if layer.required and not layer.active]
    assert (broken.name, broken.detail) == (name, f"a student can {CANARIES[name].text}")
    assert "--unsafe-no-sandbox" in table(layers)
    assert table(layers).endswith("Students' code is not run on this machine.")


def test_a_canary_that_proves_nothing_makes_the_machine_unsound(monkeypatch):
    weak = {**dict.fromkeys(CANARIES, True), "seccomp, network": False}
    monkeypatch.setattr(doctor, "_examination", lambda folder: found(free=weak))
    layers = doctor.doctor()
    assert not sound(layers)
    assert "seccomp, network     MISSING  not to be told" in table(layers)


def test_missing_namespaces_are_no_obstacle_and_are_explained(monkeypatch):
    monkeypatch.setattr(doctor, "_examination", lambda folder: found())
    layers = doctor.doctor()
    assert sound(layers)
    text = table(layers)
    assert "pid namespace        -        shared with the system" in text
    assert text.count("kernel.apparmor_restrict_unprivileged_userns") == 1


@pytest.mark.parametrize("lack", ["landlock.version = lambda: 0", "seccomp.supported = lambda: 0"])
def test_a_system_that_lacks_a_layer_is_told_what_and_the_ways_out(lack):
    """The examination runs in an interpreter of its own; this one is told to lack a layer there."""
    patched = f"from grader.engine import landlock, seccomp; {lack}; "
    program = f"from grader import doctor; doctor.EXAMINE = {patched!r} + doctor.EXAMINE; {PRINT}"
    [layer] = examined("root" if os.geteuid() == 0 else "ordinary", program)
    assert (layer.name, layer.active, layer.required) == ("sandbox", False, True)
    assert ("Landlock" if "landlock" in lack else "seccomp") in layer.detail
    assert "virtual machine or container" in layer.detail + layer.way_out


def test_an_examination_that_breaks_down_is_no_clean_bill(monkeypatch):
    monkeypatch.setattr(doctor, "EXAMINE", "raise SystemError('broken')")
    layers = doctor.doctor()
    assert not sound(layers)
    assert "The examination failed: SystemError: broken" in table(layers)


def test_layers_are_plain_data():
    row = dataclasses.asdict(Layer("seccomp", True, True, "a student cannot start a process"))
    assert json.loads(json.dumps(row)) == row
