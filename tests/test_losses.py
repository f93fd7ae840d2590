"""The loss, the learning rate and the sum over parts: by hand and against torch."""

import math
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from minillm import training
from minillm.architectures import configure
from minillm.losses import accumulate, cross_entropy
from minillm.objectives import Causal
from minillm.optimizers import rates
from minillm.tasks import IGNORE, Task
from minillm.training import warmup_cosine
from minillm.transformer import Transformer

SIZES = {"vocab_size": 23, "n_layers": 2, "n_heads": 2, "width": 16, "hidden": 24, "context": 12}
DECODERS = ("llama", "chatglm", "bloom")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def batch(B=6, T=8, seed=0):
    rows = torch.randint(2, SIZES["vocab_size"], (B, T + 1), generator=seeded(seed))
    return rows[:, :-1], rows[:, 1:].clone()


@pytest.mark.parametrize("cross_entropy", [cross_entropy, training.cross_entropy])
def test_cross_entropy_by_hand(cross_entropy):
    # The target has probability 1/4 in one row and 1/2 in the other; the third does not count.
    logits = torch.tensor([[0.0, 0, 0, 0], [math.log(3.0), 0, 0, 0], [9.0, 0, 0, 0]])
    loss = cross_entropy(logits, torch.tensor([2, 0, IGNORE]))
    assert loss.item() == pytest.approx((math.log(4) + math.log(2)) / 2)


@pytest.mark.parametrize("cross_entropy", [cross_entropy, training.cross_entropy])
@pytest.mark.parametrize("shape", [(7,), (3, 5)])
def test_cross_entropy_equals_torch_with_gradients(cross_entropy, shape):
    logits = (5 * torch.randn(*shape, 11, generator=seeded())).requires_grad_()
    targets = torch.randint(11, shape, generator=seeded(1))
    targets[..., ::3] = IGNORE
    ours = cross_entropy(logits, targets)
    gradient = torch.autograd.grad(ours, logits)[0]
    theirs = F.cross_entropy(logits.flatten(0, -2), targets.flatten())
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient, torch.autograd.grad(theirs, logits)[0])
    assert gradient[targets == IGNORE].abs().sum() == 0


def test_cross_entropy_plain_survives_large_logits():
    logits = torch.tensor([[1e4, 0.0], [-1e4, 0.0]])
    assert training.cross_entropy(logits, torch.tensor([1, 1])).item() == 5000


@pytest.mark.parametrize("cross_entropy", [cross_entropy, training.cross_entropy])
def test_cross_entropy_of_nothing_is_zero(cross_entropy):
    logits = torch.randn(2, 3, 5, generator=seeded()).requires_grad_()
    loss = cross_entropy(logits, torch.full((2, 3), IGNORE))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad.abs().sum() == 0


@pytest.mark.parametrize("cross_entropy", [cross_entropy, training.cross_entropy])
@pytest.mark.parametrize("mark", [3, 99])
def test_cross_entropy_takes_another_mark_for_what_does_not_count(cross_entropy, mark):
    logits = torch.randn(4, 5, generator=seeded())
    marked = cross_entropy(logits, torch.tensor([1, mark, mark, mark]), mark)
    torch.testing.assert_close(marked, cross_entropy(logits[:1], torch.tensor([1])))


def test_warmup_cosine_by_hand():
    rates = [warmup_cosine(step, 9, 4, 0.2) for step in range(9)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
    assert rates[4] == 1.0
    assert rates[6] == pytest.approx(0.6)  # half of the way down from 1 to 0.2
    assert rates[8] == pytest.approx(0.2)


def test_warmup_cosine_never_rises_behind_the_warmup():
    rates = [warmup_cosine(step, 50, 10) for step in range(60)]
    assert all(a < b for a, b in pairwise(rates[:10]))
    assert all(a >= b for a, b in pairwise(rates[10:]))
    assert rates[49:] == [pytest.approx(0.1)] * 11  # and stays at the floor


@pytest.mark.parametrize("n_steps", [1, 2, 5])
def test_warmup_cosine_holds_where_the_run_ends_within_the_warmup(n_steps):
    assert warmup_cosine(0, n_steps, 0) == 1
    assert warmup_cosine(n_steps - 1, n_steps, 5) == n_steps / 5


@pytest.mark.parametrize(
    "run", [(9, 4, 0.2), (50, 10, 0.1), (1, 0, 0.1), (5, 5, 0.0), (2, 7, 0.5), (60, 1, 0.0)]
)
def test_rates_of_a_run_are_those_of_its_steps(run):
    step_by_step = [warmup_cosine(step, *run) for step in range(run[0])]
    np.testing.assert_allclose(rates(np.arange(run[0]), *run), step_by_step, rtol=1e-12, atol=1e-15)


def test_warmup_does_not_depend_on_the_length_of_the_run():
    assert [warmup_cosine(s, 20, 9) for s in range(9)] == [
        warmup_cosine(s, 2000, 9) for s in range(9)
    ]


@pytest.mark.parametrize("row", DECODERS)
def test_loss_of_an_untrained_model_is_near_that_of_guessing(row):
    model = Transformer(configure(row, **SIZES), seeded())
    loss, _ = Causal().loss(model, Task(*batch(B=32), {}))
    assert loss.item() == pytest.approx(math.log(SIZES["vocab_size"]), abs=0.2)


def gradients(model, n_parts, ids, targets):
    model.zero_grad()
    total = int((targets != IGNORE).sum())
    task = Task(ids, targets, {})
    loss, _ = accumulate(partial(Causal().loss, model), task, n_parts, total)
    return loss, [p.grad.clone() for p in model.parameters()]


@pytest.mark.parametrize("n_parts", [2, 3, 6])
def test_accumulate_equals_the_whole_batch_with_uneven_ignored_positions(n_parts):
    model = Transformer(configure("llama", **SIZES), seeded()).double()
    ids, targets = batch()
    targets[0] = IGNORE  # nothing of one text counts
    targets[1, 2:] = IGNORE
    whole, expected = gradients(model, 1, ids, targets)
    loss, found = gradients(model, n_parts, ids, targets)
    torch.testing.assert_close(loss, whole, atol=1e-6, rtol=0)
    torch.testing.assert_close(found, expected, atol=1e-7, rtol=1e-6)


def test_accumulate_is_not_the_mean_of_the_means():
    """What goes wrong where each part weighs the same, however little of it counts."""
    model = Transformer(configure("llama", **SIZES), seeded())
    ids, targets = batch()
    targets[:3, 1:] = IGNORE
    loss, _ = gradients(model, 2, ids, targets)
    halves = [cross_entropy(model(ids[i : i + 3])[0], targets[i : i + 3]) for i in (0, 3)]
    assert abs(loss - sum(halves) / 2) > 1e-3
