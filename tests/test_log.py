"""The log of a run: lines that survive a stop, and their picture."""

import json

import matplotlib.pyplot as plt
import pytest

from minillm import log


def steps(path):
    return [entry["step"] for entry in log.read(path)]


def test_log_keeps_what_is_appended(tmp_path):
    lines = log.Log(tmp_path / "log.jsonl")
    lines.append({"step": 1, "train": 2.5})
    lines.append({"step": 2, "train": 2.25})
    assert log.read(tmp_path / "log.jsonl") == [
        {"step": 1, "train": 2.5},
        {"step": 2, "train": 2.25},
    ]


def test_log_drops_the_steps_that_a_resumed_run_takes_again(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps({"step": n}) + "\n" for n in (10, 20, 30, 40)) + '{"ste')
    resumed = log.Log(path, step=20)
    assert steps(path) == [10, 20]
    resumed.append({"step": 30})
    assert steps(path) == [10, 20, 30]


def test_log_of_a_run_from_the_start_begins_empty(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 0}\n{"step": 5}\n')
    log.Log(path)
    assert path.read_text() == ""


def test_read_leaves_out_a_line_that_is_cut_short(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1}\n{"step": 2')
    assert steps(path) == [1]
    path.write_text('{"step": 1}\n{"step": 2}')  # the line's end is missing: maybe {"step": 20}
    assert steps(path) == [1]
    assert log.read(tmp_path / "nothing") == []


@pytest.mark.parametrize("line", ["[1]", "{}", "step 3", "7"])
def test_read_names_a_line_that_is_no_entry(tmp_path, line):
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1}\n' + line + "\n")
    with pytest.raises(ValueError, match="line 2 of"):
        log.read(path)


def test_plot_draws_training_and_validation():
    entries = [{"step": 1, "train": 3.0}, {"step": 2, "train": 2.0, "valid": 2.5}]
    figure, ax = plt.subplots()
    log.plot(entries, ax)
    lines = {line.get_label(): line.get_xydata().tolist() for line in ax.get_lines()}
    plt.close(figure)
    assert lines == {"training": [[1, 3], [2, 2]], "validation": [[2, 2.5]]}
    assert ax.get_ylabel() == "bits per byte"


def test_plot_compute_draws_runs_and_lines_to_compare_with():
    small = [{"step": 1, "flops": 1e9}, {"step": 2, "flops": 2e9, "valid": 2.5}]
    large = [{"step": 1, "flops": 4e9, "valid": 2.0}, {"step": 2, "flops": 8e9, "valid": 1.5}]
    figure, ax = plt.subplots()
    log.plot_compute({"small": small, "large": large}, {"Kneser-Ney": 1.7}, ax)
    lines = {line.get_label(): line.get_xydata().tolist() for line in ax.get_lines()}
    plt.close(figure)
    assert lines["small"] == [[2e9, 2.5]]
    assert lines["large"] == [[4e9, 2.0], [8e9, 1.5]]
    assert {y for _, y in lines["Kneser-Ney"]} == {1.7}
    assert ax.get_xscale() == "log"
