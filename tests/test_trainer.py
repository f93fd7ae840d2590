"""Training runs: they learn, and stop, go on and spread over processes without a difference."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from minillm import checkpoint
from minillm.architectures import configure
from minillm.batches import Windows
from minillm.recipe import Recipe
from minillm.trainer import Trainer
from minillm.transformer import Transformer

SIZES = {"vocab_size": 23, "n_layers": 2, "n_heads": 2, "width": 16, "hidden": 24, "context": 12}
RECIPE = Recipe(n_steps=12, n_warmup=3, lr=0.01)


def make(row="llama", recipe=RECIPE, B=4, stream=None, seed=0, **sizes):
    model = Transformer(configure(row, **SIZES | sizes), torch.Generator().manual_seed(seed))
    if stream is None:
        stream = np.random.default_rng(1).integers(2, 23, 400)
    return Trainer(model, Windows(stream, B, 12), recipe)


def losses(trainer):
    return [report.loss for report in trainer.run(every=1)]


def weights(trainer):
    return trainer.net.state_dict()


def assert_same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name


@pytest.mark.parametrize(
    ("row", "optimizer"),
    [("llama", "adamw"), ("llama", "muon"), ("chatglm", "adamw"), ("bloom", "adamw")],
)
def test_trainer_learns_one_window_by_heart(row, optimizer):
    stream = np.random.default_rng(0).integers(2, 23, 13)
    recipe = Recipe(60, 5, lr=0.03, optimizer=optimizer, weight_decay=0.0)
    first, *_, last = losses(make(row, recipe, B=1, stream=stream))
    assert first == pytest.approx(math.log(23), abs=0.6)
    assert last < 0.1


def test_reports_are_means_since_the_last_one():
    single = losses(make())
    reports = list(make().run(every=5))
    assert [report.step for report in reports] == [5, 10, 12]
    parts = (single[:5], single[5:10], single[10:])
    assert [r.loss for r in reports] == [pytest.approx(np.mean(part)) for part in parts]
    assert reports[-1].rate == pytest.approx(RECIPE.floor)
    assert all(report.norm > 0 for report in reports)
    assert reports[0].seconds < reports[1].seconds


@pytest.mark.parametrize("n_parts", [2, 4])
def test_parts_of_a_batch_give_the_same_losses(n_parts):
    whole = losses(make())
    assert losses(make(recipe=replace(RECIPE, n_parts=n_parts))) == pytest.approx(whole, abs=1e-5)


def test_clipping_bounds_the_step():
    """A tiny limit leaves gradients that AdamW's eps outweighs: nearly nothing moves."""
    trainer = make(recipe=replace(RECIPE, clip=1e-12, weight_decay=0.0))
    before = {name: w.clone() for name, w in weights(trainer).items()}
    trainer.update()
    change = max((w - before[name]).abs().max() for name, w in weights(trainer).items())
    assert 0 < change < 1e-5


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
@pytest.mark.parametrize("stop", [1, 7])
def test_resumed_run_ends_with_the_same_bits(tmp_path, optimizer, stop):
    recipe = replace(RECIPE, optimizer=optimizer)
    whole = make(recipe=recipe, dropout=0.2)
    expected = losses(whole)
    stopped = make(recipe=recipe, dropout=0.2)
    for _ in range(stop):
        stopped.update()
    stopped.save(tmp_path / "c", note="half way")
    torch.rand(5)  # other random numbers in between do not matter
    resumed = make(recipe=recipe, dropout=0.2, seed=9)
    assert resumed.resume(tmp_path / "c")["note"] == "half way"
    assert losses(resumed) == expected[stop:]
    assert_same(weights(resumed), weights(whole))
    assert_same(
        checkpoint.optimizer_state(resumed.net, resumed.optimizers),
        checkpoint.optimizer_state(whole.net, whole.optimizers),
    )


def test_what_is_random_is_another_in_each_step_and_process():
    trainer = make()

    def drawn(step, rank):
        trainer.step = step
        return torch.rand(3, generator=trainer.generator(rank)).tolist()

    assert drawn(0, 0) == drawn(0, 0)
    assert len({tuple(drawn(step, rank)) for step in range(3) for rank in range(3)}) == 9


def test_torchs_own_random_numbers_stay_as_they_were():
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    trainer = make(dropout=0.5)
    trainer.update()
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"hidden": 32}, "another config: hidden is 24, not 32"),
        ({"recipe": replace(RECIPE, lr=0.02)}, "another recipe: lr is 0.01, not 0.02"),
        ({"B": 2}, "another batches: B is 4, not 2"),
        ({"stream": np.arange(400) % 21 + 2}, "another batches: crc32 is"),
    ],
)
def test_resume_refuses_another_model_recipe_or_text(tmp_path, other, message):
    make().save(tmp_path / "c")
    with pytest.raises(ValueError, match=re.escape(message)):
        make(**other).resume(tmp_path / "c")


def test_resume_refuses_a_model_without_its_run(tmp_path):
    checkpoint.write(tmp_path / "c", weights(make()), {"config": {}})
    with pytest.raises(ValueError, match="another config"):
        make().resume(tmp_path / "c")


def test_bfloat16_follows_float32_but_is_not_it():
    exact, rough = losses(make()), losses(make(recipe=replace(RECIPE, dtype="bfloat16")))
    assert rough == pytest.approx(exact, abs=0.05)
    assert rough != exact


def test_trainer_refuses_parts_that_do_not_divide_a_batch():
    with pytest.raises(ValueError, match="4 texts cannot be cut into 3 parts"):
        make(recipe=replace(RECIPE, n_parts=3))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method`:DeprecationWarning")
def test_compiled_run_gives_the_same_losses():
    compiled = losses(make(recipe=replace(RECIPE, compile=True), dropout=0.2))
    assert compiled == pytest.approx(losses(make(dropout=0.2)), abs=1e-4)
