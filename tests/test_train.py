"""`python -m tools.train` in processes of its own: killed, spread, on time."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

import tools.train
from minillm import checkpoint, language_model, log
from tools.texts import split_each

ROOT = Path(__file__).resolve().parents[1]
SMALL = (
    "--layers 1 --heads 2 --width 16 --context 16 --batch 4 --warmup 3 --report 1 --save 0 "
    "--optimizer muon --dropout 0.1"
)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """A file of 4 kB, three distinct paragraphs over and over."""
    path = tmp_path_factory.mktemp("corpus") / "text.txt"
    path.write_text("one two three\nthe cat sat on the mat\nto be or not to be\n" * 70)
    return path


@pytest.fixture(autouse=True)
def one_thread():
    """As many threads here as in the processes: sums in another order have other last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def words(text, out, more):
    return f"--corpus {text} --out {out} {SMALL} {more}".split()


def train(arguments):
    """Train in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["train", *arguments])
        tools.train.main()


def start(arguments, launcher=()):
    """Train in a process of its own."""
    return subprocess.Popen(
        [sys.executable, *launcher, "-m", "tools.train", *arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def kill_behind(process, out, step):
    """End a run without warning, as soon as its log has reached a step."""
    while process.poll() is None:
        if any(entry["step"] >= step for entry in log.read(out / "log.jsonl")):
            process.send_signal(signal.SIGKILL)
            process.wait()
            break
        time.sleep(0.001)
    process.stdout.close()
    return process.returncode


def assert_same_end(one, other):
    """The same bits in every weight and in what the optimizers remember; the same losses."""
    a, b = (checkpoint.read(out / "checkpoint.safetensors")[0] for out in (one, other))
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a)
    a, b = (log.read(out / "log.jsonl") for out in (one, other))
    assert [(e["step"], e["loss"]) for e in a] == [(e["step"], e["loss"]) for e in b]


def killed_again_and_again(text, folder, n_steps, steps):
    """A run that is killed behind each of `steps`, at a random moment, and goes on each time."""
    whole, killed = folder / "whole", folder / "killed"
    train(words(text, whole, f"--steps {n_steps}"))
    again = ["--out", str(killed), "--resume"]
    for n, step in enumerate(steps):
        process = start(again if n else words(text, killed, f"--steps {n_steps}"))
        assert kill_behind(process, killed, step) == -signal.SIGKILL
        _, about = checkpoint.read(killed / "checkpoint.safetensors")  # whole, whatever happened
        assert about["step"] >= step - 1  # at most one interval is lost
    train(again)
    assert_same_end(whole, killed)


def test_killed_run_goes_on_to_the_same_bits(text, tmp_path):
    killed_again_and_again(text, tmp_path, n_steps=150, steps=[7])
    assert sorted(os.listdir(tmp_path / "whole")) == [
        "checkpoint.safetensors",
        "log.jsonl",
        "model.safetensors",
        "score.json",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_run_killed_at_random_goes_on_to_the_same_bits(text, tmp_path, seed):
    steps = sorted(random.Random(seed).sample(range(3, 350), 4))
    killed_again_and_again(text, tmp_path, n_steps=500, steps=steps)


@pytest.mark.parametrize("objective", ["causal", "prefix --row chatglm"])
def test_two_processes_give_the_losses_of_one(text, tmp_path, objective):
    # With prefixes of random lengths, the processes have different numbers of targets.
    more = f"--steps 6 --dropout 0 --optimizer adamw --objective {objective}"
    torchrun = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    train(words(text, tmp_path / "one", more))
    process = start(words(text, tmp_path / "two", more), torchrun)
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0, out
    one, two = (log.read(tmp_path / name / "log.jsonl") for name in ("one", "two"))
    assert [entry["step"] for entry in two] == [1, 2, 3, 4, 5, 6]
    for a, b in zip(one, two, strict=True):
        assert b["loss"] == pytest.approx(a["loss"], abs=1e-5)
        assert b["valid"] == pytest.approx(a["valid"], abs=1e-5)
        assert b["norm"] == pytest.approx(a["norm"], rel=1e-4)


def test_minutes_end_on_time_with_a_model_that_scores(text, tmp_path, capsys):
    train(words(text, tmp_path, "--minutes 0.06 --report 20 --vocabulary 270"))
    out, shown = capsys.readouterr()
    score = json.loads(out)
    assert json.loads((tmp_path / "score.json").read_text()) == score
    entries = log.read(tmp_path / "log.jsonl")
    assert entries[-1]["step"] == score["steps"] > 20
    assert entries[-1]["rate"] == pytest.approx(0.1)  # the schedule came to its end
    assert score["valid"] < 4
    model = language_model.load(tmp_path / "model.safetensors")
    assert model.vocabulary.size == 270
    assert re.search(r"validation \d\.\d+ bits per byte", shown)


def test_resumed_run_knows_its_best_validation(text, tmp_path):
    train(words(text, tmp_path, "--steps 6 --valid 2"))
    entries = log.read(tmp_path / "log.jsonl")
    assert [e["step"] for e in entries if "valid" in e] == [2, 4, 6]
    args = tools.train.parser().parse_args(words(text, tmp_path, "--steps 6"))
    run = tools.train.make_run(args, 0.0)
    run.resume()
    assert run.best == min(e["valid"] for e in entries if "valid" in e)


@pytest.mark.parametrize("more", ["", "--minutes 1 --steps 1"])
def test_minutes_or_steps_are_asked_for(text, tmp_path, capsys, more):
    with pytest.raises(SystemExit):
        train(words(text, tmp_path, more))
    assert "give --minutes or --steps" in capsys.readouterr().err


def test_split_each_holds_out_the_end_of_each_text():
    splits = split_each(["0123456789" * 2, "abcdefghij" * 2])
    assert splits == {
        "train": ["012345678901234567", "abcdefghijabcdefgh"],
        "valid": ["8", "i"],
        "test": ["9", "j"],
    }
    with pytest.raises(ValueError, match="3 characters"):
        split_each(["abc"])
