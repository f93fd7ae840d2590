"""The plain functions of fine-tuning: worked by hand, as properties, and against the traps."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from minillm.attention import scaled_dot_product_attention
from minillm.finetuning import (
    LoRA,
    adapter,
    answer_loss,
    count,
    dpo_loss,
    freeze,
    question_and_answer,
    with_prefix,
    with_prompt,
)
from tests.small_models import build, close, distance, normal


def linear(n_in=3, n_out=2, bias=False, seed=0):
    layer = nn.Linear(n_in, n_out, bias)
    layer.weight.data = normal(n_out, n_in, seed=seed)
    return layer


def toy():
    """The chapter's: W0 x = (7, -1), A x = -1, scale 2."""
    layer = linear()
    layer.weight.data = torch.tensor([[1.0, 0, 2], [0, 1, -1]])
    part = LoRA(layer, 1, 2.0)
    part.A.data = torch.tensor([[1.0, -1, 0]])
    part.B.data = torch.tensor([[2.0], [1]])
    return part


def test_lora_by_hand():
    part, x = toy(), torch.tensor([1.0, 2, 3])
    assert part(x).tolist() == [3, -3]
    part.merge()
    assert part.linear.weight.tolist() == [[5, -4, 2], [2, -1, -1]]
    assert part(x).tolist() == [3, -3]
    part.unmerge()
    assert part.linear.weight.tolist() == [[1, 0, 2], [0, 1, -1]]


def test_lora_first_steps_by_hand():
    part, x = toy(), torch.tensor([1.0, 2, 3])
    part.B.data.zero_()
    target = torch.tensor([8.0, -2])
    loss = (part(x) - target).square().sum() / 2
    loss.backward()
    assert loss.item() == 1
    assert part.A.grad.tolist() == [[0, 0, 0]]
    assert part.B.grad.tolist() == [[2], [-2]]
    assert part.linear.weight.grad is None
    part.B.data -= 0.1 * part.B.grad
    part.A.grad = None
    loss = (part(x) - target).square().sum() / 2
    loss.backward()
    close(loss, torch.tensor(0.36))
    close(part.A.grad, torch.tensor([[0.48, 0.96, 1.44]]))


@given(
    n_in=st.integers(1, 9), n_out=st.integers(1, 9), r=st.integers(1, 9), seed=st.integers(0, 99)
)
@settings(deadline=None, max_examples=30)
def test_merged_equals_unmerged_and_the_old_weight_returns(n_in, n_out, r, seed):
    r = min(r, n_in, n_out)
    generator = torch.Generator().manual_seed(seed)
    part = LoRA(linear(n_in, n_out, bias=True, seed=seed), r, 3.0, generator)
    x, before = normal(2, 4, n_in, seed=seed), part.linear.weight.clone()
    assert torch.equal(part(x), part.linear(x))  # B is 0: the base, to the bit
    part.B.data = normal(n_out, r, seed=seed + 1)
    y = part(x)
    part.merge()
    part.merge()
    close(part(x), y, 2e-5)
    part.B.data += 1  # trained on meanwhile
    part.unmerge()
    part.unmerge()
    assert torch.equal(part.linear.weight, before)
    assert torch.linalg.matrix_rank(part.B @ part.A) <= r


def test_lora_scale_does_not_grow_with_the_rank():
    ones = []
    for r in (1, 4):
        part = LoRA(linear(8, 8), r, 2.0)
        part.A.data.fill_(1)
        part.B.data.fill_(1)
        ones.append(part(torch.ones(8)) - part.linear(torch.ones(8)))
    close(*ones)


def test_lora_refuses_a_rank_that_no_matrix_has():
    for r in (0, 3, 2.0, True):
        with pytest.raises(ValueError, match="the rank is from 1 to 2"):
            LoRA(linear(), r, 1.0)


def test_freeze_takes_whole_parts_of_names():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.out, self.dropout_out = nn.Linear(2, 2), nn.Linear(2, 2)
            self.block = nn.ModuleDict({"out": nn.Linear(2, 2), "norm": nn.LayerNorm(2)})

    net = Net()
    got = freeze(net, ["out", "norm.bias"])
    want = [net.out.weight, net.out.bias, *net.block["out"].parameters(), net.block["norm"].bias]
    assert [id(p) for p in got] == [id(p) for p in want]
    assert {id(p) for p in net.parameters() if p.requires_grad} == {id(p) for p in want}
    with pytest.raises(ValueError, match="no parameter has 'q_proj'"):
        freeze(net, ["norm", "q_proj"])
    assert net.out.weight.requires_grad  # nothing was changed


def test_count_takes_what_two_parts_share_once():
    net = nn.ModuleDict({"a": nn.Linear(5, 7, False), "b": nn.Linear(5, 7), "n": nn.BatchNorm1d(3)})
    net["b"].weight = net["a"].weight
    assert count(net) == (48, 48, 384)
    freeze(net, ["a"])
    assert count(net) == (35, 48, 280)
    assert count(net.half())[2] == 140
    remembered = torch.optim.AdamW([p for p in net.float().parameters() if p.requires_grad])
    net["a"].weight.sum().backward()
    remembered.step()
    kept = remembered.state[net["a"].weight]
    assert sum(kept[name].nbytes for name in ("exp_avg", "exp_avg_sq")) == 280


def test_adapter_by_hand_and_as_nothing():
    down, up = nn.Linear(2, 1, False), nn.Linear(1, 2, False)
    down.weight.data, up.weight.data = torch.tensor([[1.0, -1]]), torch.tensor([[0.5], [0]])
    h = torch.tensor([[1.0, -1], [-1, 1]])
    assert adapter(h, down, up).tolist() == [[2, -1], [-1, 1]]  # ReLU: the second is left alone
    up.weight.data.zero_()
    assert torch.equal(adapter(h, down, up), h)


def test_prompt_by_hand():
    x = torch.tensor([[[1.0], [2], [3]], [[0], [0], [4]], [[5], [6], [0]]])
    mask = torch.tensor([[1, 1, 1], [0, 0, 1], [1, 1, 0]]).bool()
    got, real, positions = with_prompt(x, torch.tensor([[8.0], [9]]), mask)
    assert got[..., 0].tolist() == [[8, 9, 1, 2, 3], [8, 9, 0, 0, 4], [8, 9, 5, 6, 0]]
    assert real.int().tolist() == [[1, 1, 1, 1, 1], [1, 1, 0, 0, 1], [1, 1, 1, 1, 0]]
    assert positions.tolist() == [[0, 1, 2, 3, 4], [0, 1, 1, 1, 2], [0, 1, 2, 3, 3]]
    assert with_prompt(x.half(), torch.ones(2, 1), mask)[0].dtype == torch.half  # that of x
    none, real, positions = with_prompt(x, torch.zeros(0, 1), mask)
    assert torch.equal(none, x)
    assert torch.equal(real, mask)
    assert positions.tolist() == [[0, 1, 2], [0, 0, 0], [0, 1, 1]]


def test_prefix_by_hand():
    k = torch.tensor([[0.0, 1], [0, -1]])[None, None]
    v = torch.tensor([[1.0, 0], [0, 1]])[None, None]
    more_k = torch.tensor([[[math.sqrt(2) * math.log(2), 0]]])
    more_v = torch.tensor([[[4.0, 4]]])
    for q, want in (((1.0, 0), 2.25), ((-1.0, 0), 1.2)):
        got = with_prefix(torch.tensor(q)[None, None, None], k, v, more_k, more_v)
        close(got[0, 0, 0], torch.tensor([want, want]))


@pytest.mark.parametrize("H_kv", [1, 2, 4])
def test_prefix_is_a_gate_between_old_output_and_prefix(H_kv):
    q, k, v = normal(2, 4, 5, 3), normal(2, H_kv, 5, 3, seed=1), normal(2, H_kv, 5, 3, seed=2)
    more = normal(2, H_kv, 2, 3, seed=3)
    bias = torch.full((5, 5), -math.inf).triu(1)
    got = with_prefix(q, k, v, *more, bias)
    k, v, pk, pv = (x.repeat_interleave(4 // H_kv, dim=-3) for x in (k, v, *more))
    old = scaled_dot_product_attention(q, k, v, bias)
    scores = q @ k.transpose(-2, -1) / math.sqrt(3) + bias
    learned = q @ pk.transpose(-2, -1) / math.sqrt(3)
    gate = (learned.logsumexp(-1) - scores.logsumexp(-1)).sigmoid()[..., None]
    close(got, (1 - gate) * old + gate * (learned.softmax(-1) @ pv))
    nothing = torch.zeros(2, H_kv, 0, 3)
    close(with_prefix(q, k[:, :: 4 // H_kv], v[:, :: 4 // H_kv], *nothing, bias), old)
    # A bias that would hide the prefix from the first tokens gives other numbers.
    hidden = F.pad(bias, (2, 0), value=-math.inf)
    wrong = scaled_dot_product_attention(
        q, torch.cat((pk.expand(2, -1, -1, -1), k), 2), torch.cat((pv.expand(2, -1, -1, -1), v), 2),
        hidden,
    )  # fmt: skip
    assert not torch.allclose(wrong, got, atol=1e-3, equal_nan=True)


def test_question_and_answer_by_hand():
    ids, targets, counts = question_and_answer([5, 6], [7], 0, 1)
    assert ids == [0, 5, 6, 7]
    assert targets == [5, 6, 7, 1]
    assert counts == [False, False, True, True]
    with pytest.raises(ValueError, match="a token or more"):
        question_and_answer([5], [], 0, 1)


def test_answer_loss_by_hand():
    p = torch.tensor([[0.5, 0.25, 0.125], [0.5, 0.25, 0.9]])
    logits = torch.stack((p.log(), (1 - p).log()), dim=-1)
    targets, mask = torch.zeros(2, 3, dtype=torch.int64), torch.tensor([[0, 0, 1], [1, 1, 0]]) > 0
    assert answer_loss(logits, targets, mask).item() == pytest.approx(1.386, abs=1e-3)
    eighths = torch.tensor([[1 / 8, 1 / 2, 1 / 4], [1 / 16, 1, 1]])
    logits = torch.stack((eighths.log(), (1 - eighths).log()), dim=-1)
    mask = torch.tensor([[1, 1, 1], [1, 0, 0]]) > 0
    assert answer_loss(logits, targets, mask).item() == pytest.approx(1.733, abs=1e-3)


def test_answer_loss_selects_and_refuses_nothing():
    logits, targets = normal(2, 3, 5), torch.ones(2, 3, dtype=torch.int64)
    mask = torch.tensor([[1, 0, 1], [0, 0, 1]]) > 0
    want = F.cross_entropy(logits[mask], targets[mask])
    logits = logits.masked_fill(~mask[..., None], -math.inf).requires_grad_()
    got = answer_loss(logits, targets, mask)
    close(got, want)
    got.backward()
    assert logits.grad.isfinite().all()
    assert (logits.grad[~mask] == 0).all()
    with pytest.raises(ValueError, match="no target counts"):
        answer_loss(logits, targets, mask & False)


def test_dpo_by_hand():
    chosen, rejected = torch.tensor([-10.0]), torch.tensor([-14.0])
    reference = torch.tensor([-12.0]), torch.tensor([-13.0])
    assert dpo_loss(chosen, rejected, *reference).item() == pytest.approx(0.554, abs=1e-3)
    assert dpo_loss(*reference, *reference).item() == pytest.approx(math.log(2))
    nothing = torch.zeros(1)
    assert dpo_loss(chosen, rejected, nothing, nothing).item() == pytest.approx(0.513, abs=1e-3)
    # Only the difference counts: both may fall.
    lower = dpo_loss(chosen - 5, rejected - 6, *reference)
    assert lower < dpo_loss(chosen, rejected, *reference)


def test_weight_decay_leaves_frozen_weights_alone():
    net = build("bloom")
    base = net.blocks[0].feed_forward.up
    net.blocks[0].feed_forward.up = part = LoRA(base, 2, 4.0)
    trained = freeze(net, ["A", "B"])
    before = {n: p.clone() for n, p in net.named_parameters()}
    optimizer = torch.optim.AdamW(trained, lr=0.1, weight_decay=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        net(torch.tensor([[3, 4, 5]]))[0].square().mean().backward()
        optimizer.step()
    moved = {n for n, p in net.named_parameters() if not torch.equal(p, before[n])}
    assert moved == {"blocks.0.feed_forward.up.A", "blocks.0.feed_forward.up.B"}
    assert distance(part.A, before["blocks.0.feed_forward.up.A"]) > 0
