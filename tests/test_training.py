"""Training in plain functions: equal to the fast paths, and stopped where it must be."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import SMALL, build, normal, random_ids

from minillm import flops, losses, training
from minillm.architectures import configure
from minillm.batches import Windows
from minillm.recipe import Recipe
from minillm.tasks import IGNORE, Task
from minillm.trainer import Trainer
from minillm.training import Run, accumulate, clip_or_stop, resume_run, save_run, train
from minillm.transformer import Transformer

RECIPE = {
    "n_steps": 8, "n_warmup": 3, "lr": 1e-2, "floor": 0.1, "betas": (0.9, 0.95),
    "eps": 1e-8, "weight_decay": 0.1, "clip": 1.0, "n_parts": 2,
}  # fmt: skip


def model(seed=0):
    return Transformer(configure("llama", **SMALL), torch.Generator().manual_seed(seed))


def batch(step):
    rows = random_ids(4, 13, seed=step, low=2)
    return rows[:, :-1], rows[:, 1:]


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


# The loss


@pytest.mark.parametrize(("V", "width"), [(1024, 128), (4096, 128), (1024, 512)])
def test_untrained_model_starts_with_the_initial_loss(V, width):
    sizes = SMALL | {"vocab_size": V, "width": width, "hidden": width}
    net = Transformer(configure("llama", **sizes), torch.Generator().manual_seed(0))
    ids = torch.randint(2, V, (32, 25), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        loss = training.cross_entropy(net(ids[:, :-1])[0], ids[:, 1:]).item()
    assert loss == pytest.approx(training.initial_loss(V, width), abs=0.03)
    if width == 512:  # without the variance it is off by more
        assert abs(loss - math.log(V)) > 0.06


@given(st.floats(-1e30, 1e30), st.integers(0, 9))
def test_cross_entropy_does_not_change_when_all_logits_move(shift, target):
    z = normal(1, 10).double()
    moved = (z + shift) - shift  # what is left of the digits
    a, b = (training.cross_entropy(x, torch.tensor([target])) for x in (moved + shift, moved))
    assert a.item() == pytest.approx(b.item(), abs=1e-6, rel=1e-6) or abs(shift) > 1e8
    assert math.isfinite(a.item())


# The schedules


@given(st.integers(1, 300), st.integers(0, 300), st.floats(0, 1))
def test_warmup_stable_decay_ends_at_its_floor(n_steps, n_warmup, floor):
    shares = [training.warmup_stable_decay(s, n_steps, n_warmup, floor) for s in range(n_steps)]
    assert all(0 <= a <= 1 + 1e-12 for a in shares)
    if n_warmup < n_steps:
        assert shares[-1] == pytest.approx(floor)
        falls = shares[n_warmup:]
        assert all(b <= a + 1e-12 for a, b in pairwise(falls))


def test_warmup_stable_decay_by_hand():
    shares = [training.warmup_stable_decay(s, 10, 2, 0.0) for s in range(12)]
    assert shares == pytest.approx([0.5, 1, 1, 1, 1, 1, 1, 1, 0.5, 0, 0, 0])


# Accumulation


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_accumulate_equals_the_fast_path_and_the_whole_batch(data):
    n_parts = data.draw(st.sampled_from([1, 2, 3, 6]))
    seed = data.draw(st.integers(0, 99))
    ids, targets = random_ids(6, 8, seed), random_ids(6, 8, seed + 1)
    mask = normal(6, 8, seed=seed) > data.draw(st.floats(-2, 2))
    targets = targets.masked_fill(mask, IGNORE)
    net = build("llama")

    def loss_of(part, asked):
        return losses.cross_entropy(net(part)[0], asked)

    loss_of(ids, targets).backward()
    whole = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    ours = accumulate(loss_of, ids, targets, n_parts)
    gradients = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    fast, _ = losses.accumulate(
        lambda task, state: (loss_of(task.ids, task.targets), state),
        task := Task(ids, targets, {}),
        n_parts,
        task.n_targets,
    )
    assert ours.item() == pytest.approx(fast.item(), rel=1e-5)
    for g, w, p in zip(gradients, whole, net.parameters(), strict=True):
        torch.testing.assert_close(g, w, rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(g, p.grad, rtol=1e-4, atol=1e-6)


def test_accumulate_by_hand_is_not_the_mean_of_the_means():
    # One part has targets that cost 1, 2 and 3, the other one that costs 9.
    costs = torch.tensor([[1.0, 2, 3], [9, 50, 50]])
    targets = torch.tensor([[1, 1, 1], [1, IGNORE, IGNORE]])
    w = torch.tensor(1.0, requires_grad=True)

    def loss_of(part, asked):
        return w * part[asked != IGNORE].mean()

    assert accumulate(loss_of, costs, targets, 2).item() == 3.75
    assert w.grad.item() == 3.75  # the mean of the means is 5.5
    with pytest.raises(ValueError, match="2 texts cannot be cut into 3 parts"):
        accumulate(loss_of, costs, targets, 3)


# Clip or stop


def parameters_with(*gradients):
    named = []
    for i, g in enumerate(gradients):
        p = torch.nn.Parameter(torch.zeros(2))
        p.grad = None if g is None else torch.tensor(g)
        named.append((f"w{i}", p))
    return named


def test_clip_or_stop_keeps_the_direction():
    named = parameters_with([3.0, 4.0], None, [12.0, 0.0])
    assert clip_or_stop(torch.tensor(1.0), named, 1.0, 1) == 13
    torch.testing.assert_close(named[0][1].grad, torch.tensor([3.0, 4.0]) / 13)
    theirs = parameters_with([3.0, 4.0], [12.0, 0.0])
    torch.nn.utils.clip_grad_norm_([p for _, p in theirs], 1.0)
    torch.testing.assert_close(named[2][1].grad, theirs[1][1].grad)
    named = parameters_with([0.1, 0.3])
    clip_or_stop(torch.tensor(1.0), named, 1.0, 1)
    assert torch.equal(named[0][1].grad, torch.tensor([0.1, 0.3]))


@pytest.mark.parametrize(
    ("loss", "bad", "message"),
    [
        (math.nan, 1.0, "step 7: the loss is nan"),
        (-math.inf, 1.0, "step 7: the loss is -inf"),
        (1.0, math.nan, "step 7: the gradient of w1"),
        (1.0, math.inf, "step 7: the gradient of w1"),
    ],
)
def test_clip_or_stop_names_what_is_not_finite(loss, bad, message):
    named = parameters_with([30.0, 40.0], [bad, 2.0])
    with pytest.raises(FloatingPointError, match=message):
        clip_or_stop(torch.tensor(loss), named, 1.0, 7)
    assert torch.equal(named[0][1].grad, torch.tensor([30.0, 40.0]))


# The count


@pytest.mark.parametrize("activation", ["swiglu", "gelu", "relu"])
@pytest.mark.parametrize("head", ["tied", "linear"])
def test_training_flops_equal_the_exact_count(activation, head):
    config = configure("llama", **SMALL, activation=activation, head=head)
    for T in (1, 7, 24):
        assert training.training_flops(config, T) == flops.training(config, T)


def test_memory_counts_sixteen_bytes_for_each_parameter():
    found = training.memory(1000, 2, 3, 5)
    assert sum(found.values()) - found["logits"] == 16_000
    assert found["logits"] == 2 * 4 * 2 * 3 * 5


# A whole run


def test_train_takes_the_steps_of_the_trainer():
    stream = random_ids(1, 900, low=2)[0].numpy()
    windows = Windows(stream, 4, 12)
    names = ("n_steps", "n_warmup", "lr", "floor", "weight_decay", "clip", "n_parts")
    fast = Trainer(model(), windows, Recipe(**{name: RECIPE[name] for name in names}))
    run = Run(model(), RECIPE)
    plain = train(run, lambda step: (windows.batch(step)[:, :-1], windows.batch(step)[:, 1:]))
    assert [report.loss for report in fast.run(1)] == pytest.approx(plain, abs=2e-4)
    assert run.step == 8


@pytest.mark.parametrize("stop", [1, 5])
def test_resumed_run_ends_with_the_same_bits(tmp_path, stop):
    whole = Run(model(), RECIPE)
    expected = train(whole, batch)
    path = tmp_path / "run"

    def stopping(step):
        if step == stop:
            raise KeyboardInterrupt
        return batch(step)

    first = Run(model(), RECIPE)
    with pytest.raises(KeyboardInterrupt):
        train(first, stopping)
    save_run(first, path)
    second = Run(model(seed=9), RECIPE)
    resume_run(second, path)
    assert train(second, batch) == expected[stop:]
    for a, b in zip(whole.net.parameters(), second.net.parameters(), strict=True):
        assert torch.equal(a, b)


def test_without_the_averages_a_run_goes_another_way():
    whole, lost = Run(model(), RECIPE), Run(model(), RECIPE)
    expected = train(whole, batch)

    def forgetting(step):
        if step == 4:
            lost.states = Run(lost.net, RECIPE).states
        return batch(step)

    found = train(lost, forgetting)
    assert found[:5] == expected[:5]
    assert found[6] != pytest.approx(expected[6], abs=1e-4)


def test_save_run_keeps_the_old_file_where_it_fails(tmp_path):
    run, path = Run(model(), RECIPE), tmp_path / "run"
    save_run(run, path)
    before = path.read_bytes()
    run.recipe = RECIPE | {"note": lambda: None}  # cannot be written
    with pytest.raises(Exception, match="pickle"):
        save_run(run, path)
    assert path.read_bytes() == before
    run.recipe = RECIPE
    for bad in (run.net.norm.weight.data, run.states["norm.weight"]["v"]):
        kept = bad[0].item()
        bad[0] = math.nan
        with pytest.raises(ValueError, match="not finite"):
            save_run(run, path)
        bad[0] = kept
    assert path.read_bytes() == before


def test_resume_run_refuses_another_recipe(tmp_path):
    run, path = Run(model(), RECIPE), tmp_path / "run"
    train(run, batch)
    save_run(run, path)
    other = Run(model(seed=1), RECIPE | {"lr": 2e-2})
    before = other.net.norm.weight.clone()
    with pytest.raises(ValueError, match="the file is of a run with"):
        resume_run(other, path)
    assert torch.equal(other.net.norm.weight, before)
    assert other.step == 0


def test_train_stops_before_the_step_that_would_spread_a_nan(tmp_path):
    run = Run(model(), RECIPE)
    kept = {}

    def poisoned(step):
        if step == 5:
            kept.update({n: p.detach().clone() for n, p in run.net.named_parameters()})
            run.net.norm.weight.data[0] = math.nan
        return batch(step)

    with pytest.raises(FloatingPointError, match="step 6: the loss is nan"):
        train(run, poisoned)
    assert run.step == 5
    for name, p in run.net.named_parameters():
        if name != "norm.weight":
            assert torch.equal(p, kept[name])
    with pytest.raises(ValueError, match="not finite"):
        save_run(run, tmp_path / "run")
    assert not (tmp_path / "run").exists()
