"""Files of tensors: all or nothing, and refused with a reason where they are wrong."""

import json
import os
from dataclasses import asdict

import pytest
import torch
from safetensors.torch import save_file

from minillm import checkpoint
from minillm.architectures import TABLE, configure
from minillm.optimizers import make_optimizers
from minillm.transformer import Transformer

SIZES = {"vocab_size": 23, "n_layers": 2, "n_heads": 2, "width": 16, "hidden": 24, "context": 12}
TENSORS = {
    "a": torch.arange(6.0).view(2, 3),
    "b": torch.tensor(3.0),
    "c": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
    "d": torch.zeros(0),
}


def written(folder):
    path = folder / "file.safetensors"
    checkpoint.write(path, TENSORS, {"step": 7, "name": "Émile", "list": [1, None]})
    return path


def test_read_gives_back_what_was_written(tmp_path):
    tensors, about = checkpoint.read(written(tmp_path))
    assert about == {"step": 7, "name": "Émile", "list": [1, None]}
    assert tensors.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        assert torch.equal(tensors[name], tensor)


def test_write_leaves_no_other_file_and_takes_the_users_permissions(tmp_path):
    path = written(tmp_path)
    written(tmp_path)
    assert os.listdir(tmp_path) == [path.name]
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("stop", ["fsync", "replace"])
def test_write_that_is_stopped_leaves_the_old_file(tmp_path, monkeypatch, stop):
    path = written(tmp_path)
    before = path.read_bytes()

    def stopped(*args):
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(os, stop, stopped)
        with pytest.raises(InterruptedError):
            checkpoint.write(path, {"a": torch.ones(5)}, {})
    assert path.read_bytes() == before
    checkpoint.write(path, {"a": torch.ones(5)}, {})  # what was left behind does not disturb
    assert os.listdir(tmp_path) == [path.name]


def test_read_refuses_a_file_that_is_cut_short_anywhere(tmp_path):
    path = written(tmp_path)
    content = path.read_bytes()
    for length in (0, 5, 20, 200, len(content) - 8, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match="is damaged"):
            checkpoint.read(path)


def test_read_refuses_a_file_with_a_changed_byte(tmp_path):
    path = written(tmp_path)
    content = path.read_bytes()
    for at in (len(content) - 3, content.index(b"7")):  # a weight; the number of steps
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(ValueError, match="checksum"):
            checkpoint.read(path)


def test_read_refuses_a_later_format_and_another_programs_file(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "FORMAT", 99)
    path = written(tmp_path)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="format 99, this library reads up to 1"):
        checkpoint.read(path)
    for metadata in (None, {"format": "pt"}, {"format": "1"}):
        save_file(TENSORS, path, metadata)
        with pytest.raises(ValueError, match="not a checkpoint of this library"):
            checkpoint.read(path)


def test_read_says_where_nothing_is(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no checkpoint .*nothing\.safetensors"):
        checkpoint.read(tmp_path / "nothing.safetensors")


@pytest.mark.parametrize("row", TABLE)
def test_config_comes_back(row):
    config = configure(row, **SIZES)
    settings = json.loads(json.dumps(asdict(config)))
    assert checkpoint.config_from(settings) == config


def test_config_from_names_a_setting_of_a_later_version():
    settings = asdict(configure("llama", **SIZES)) | {"n_experts": 8}
    with pytest.raises(ValueError, match="n_experts"):
        checkpoint.config_from(settings)


def test_load_weights_names_what_does_not_fit():
    model = Transformer(configure("llama", **SIZES))
    weights = model.state_dict()
    wider = Transformer(configure("llama", **SIZES | {"hidden": 25})).state_dict()
    with pytest.raises(ValueError, match=r"feed_forward\.up\.weight is \(50, 16\), not \(48, 16\)"):
        checkpoint.load_weights(model, wider)
    with pytest.raises(ValueError, match=r"extra is unknown"):
        checkpoint.load_weights(model, weights | {"extra": torch.zeros(1)})
    del weights["norm.weight"]
    with pytest.raises(ValueError, match=r"norm\.weight is missing"):
        checkpoint.load_weights(model, weights)


def test_check_same_names_what_is_different():
    checkpoint.check_same(
        "recipe", {"lr": 1, "betas": [0.9, 0.95]}, {"lr": 1, "betas": (0.9, 0.95)}
    )
    with pytest.raises(ValueError, match=r"another recipe: lr is 2, not 1; seed is None, not 3"):
        checkpoint.check_same("recipe", {"lr": 2, "T": 5}, {"lr": 1, "seed": 3, "T": 5})


def step(model, optimizers, seed):
    ids = torch.randint(2, 23, (2, 8), generator=torch.Generator().manual_seed(seed))
    for optimizer in optimizers:
        optimizer.zero_grad()
    model(ids)[0].square().mean().backward()
    for optimizer in optimizers:
        optimizer.step()


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_optimizers_go_on_from_what_was_kept(tmp_path, kind):
    config = configure("llama", **SIZES)
    model = Transformer(config, torch.Generator().manual_seed(0))
    optimizers = make_optimizers(model, kind)
    for seed in range(3):
        step(model, optimizers, seed)
    state = checkpoint.optimizer_state(model, optimizers)
    checkpoint.write(tmp_path / "c", state, {})
    other = Transformer(config)
    other.load_state_dict(model.state_dict())
    restored = make_optimizers(other, kind)
    checkpoint.restore_optimizers(other, restored, checkpoint.read(tmp_path / "c")[0])
    step(model, optimizers, 3)
    step(other, restored, 3)
    for p, q in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(p, q)
