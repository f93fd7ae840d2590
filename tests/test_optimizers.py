"""AdamW against torch's, decay groups, Muon for matrices, clipping."""

import pytest
import torch
from torch import nn

from minillm.architectures import configure
from minillm.optimizers import AdamW, clip_gradients, decay_groups, make_optimizers, set_rate
from minillm.transformer import Transformer

SIZES = {"vocab_size": 23, "n_layers": 2, "n_heads": 2, "width": 16, "hidden": 24, "context": 12}


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)).double()


def descend(model, optimizers, n_steps=20):
    generator = torch.Generator().manual_seed(1)
    for step in range(n_steps):
        x = torch.randn(8, 5, generator=generator).double()
        for optimizer in optimizers:
            optimizer.zero_grad()
            optimizer.param_groups[0]["lr"] = 0.1 / (step + 1)
        (model(x) - x[:, :3]).square().mean().backward()
        for optimizer in optimizers:
            optimizer.step()
    return [p.detach().clone() for p in model.parameters()]


def test_adamw_first_step_by_hand():
    # Both averages are corrected to g and g²: the step is lr g / |g|, and decay takes lr * 0.5 w.
    w = nn.Parameter(torch.tensor([2.0, -4.0]))
    w.grad = torch.tensor([0.3, -0.001])
    AdamW([w], lr=0.1, eps=0.0, weight_decay=0.5).step()
    assert w.tolist() == pytest.approx([2 - 0.1 - 0.1, -4 + 0.2 + 0.1])


@pytest.mark.parametrize("settings", [{}, {"betas": (0.8, 0.99), "eps": 1e-3, "weight_decay": 0}])
def test_adamw_equals_torch(settings):
    settings = {"lr": 0.1, "betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.1} | settings
    ours, theirs = network(), network()
    found = descend(ours, [AdamW(ours.parameters(), **settings)])
    expected = descend(theirs, [torch.optim.AdamW(theirs.parameters(), fused=True, **settings)])
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=1e-9)


def test_adamw_leaves_a_parameter_without_gradient_alone():
    model = network()
    before = model[0].weight.clone()
    model[0].weight.requires_grad_(False)
    descend(model, [AdamW(model.parameters())], n_steps=2)
    assert torch.equal(model[0].weight, before)


def test_adamw_refuses_betas_that_never_forget():
    with pytest.raises(ValueError, match=r"1\.0"):
        AdamW([nn.Parameter(torch.zeros(1))], betas=(0.9, 1.0))


@pytest.mark.parametrize("row", ["original", "bert", "llama", "chatglm", "bloom"])
def test_decay_groups_pull_on_matrices_alone(row):
    model = Transformer(configure(row, **SIZES))
    names = {p: name for name, p in model.named_parameters()}
    groups = decay_groups(model.named_parameters(), 0.3)
    pulled = {names[p] for group in groups if group["weight_decay"] for p in group["params"]}
    free = {names[p] for group in groups if not group["weight_decay"] for p in group["params"]}
    assert pulled | free == set(names.values())
    assert not pulled & free
    assert "embedding.token.weight" in pulled
    places = {"embedding.position.weight", "embedding.segment.weight"} & set(names.values())
    assert places <= free
    assert len(places) == (2 if row == "bert" else 0)
    for name in pulled:
        assert model.get_parameter(name).ndim == 2
    for name in free:
        parts = ("norm.weight", "bias", "embedding.position.weight", "embedding.segment.weight")
        assert name.endswith(parts)


def test_muon_takes_the_matrices_of_the_blocks():
    model = Transformer(configure("llama", **SIZES))
    adamw, muon = make_optimizers(model, "muon", lr=0.5, matrix_lr=0.25)
    names = {p: name for name, p in model.named_parameters()}
    taken = {names[p] for group in muon.param_groups for p in group["params"]}
    assert taken == {
        f"blocks.{i}.{part}.weight"
        for i in range(2)
        for part in ("attention.qkv", "attention.out", "feed_forward.up", "feed_forward.down")
    }
    rest = {names[p] for group in adamw.param_groups for p in group["params"]}
    assert rest == set(names.values()) - taken
    set_rate([adamw, muon], 0.1)
    assert {group["lr"] for group in adamw.param_groups} == {0.05}
    assert [group["lr"] for group in muon.param_groups] == [0.025]


def test_make_optimizers_refuses_another_kind():
    with pytest.raises(ValueError, match="sgd"):
        make_optimizers(network(), "sgd")


def test_clip_gradients_by_hand():
    a, b = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(2))
    a.grad, b.grad = torch.tensor([2.0]), torch.tensor([3.0, 6.0])
    assert clip_gradients([a, b], 3.5).item() == 7
    assert [*a.grad.tolist(), *b.grad.tolist()] == pytest.approx([1.0, 1.5, 3.0])
    assert clip_gradients([a, b], 9.0).item() == pytest.approx(3.5)
    assert a.grad.item() == pytest.approx(1.0)  # small enough already


def test_clip_gradients_equals_torch():
    ours, theirs = network(), network()
    for model in (ours, theirs):
        model(torch.ones(4, 5).double()).square().sum().backward()
    found = clip_gradients(ours.parameters(), 0.1)
    expected = nn.utils.clip_grad_norm_(theirs.parameters(), 0.1)
    torch.testing.assert_close(found, expected)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad)
