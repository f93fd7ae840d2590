"""Muon: its matrices are orthogonal, nearly, and its numbers those of torch."""

import pytest
import torch
from torch import nn

from minillm.muon import Muon, fastest_dtype, orthogonalise


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(8, 8), (6, 20), (20, 6)])
def test_singular_values_come_near_1(shape, dtype):
    u, s, v = torch.linalg.svd(normal(*shape), full_matrices=False)
    matrix = u * torch.linspace(0.2, 3, len(s)) @ v  # not too near to singular
    found = orthogonalise(matrix, dtype)
    assert found.dtype == dtype
    assert found.shape == shape
    values = torch.linalg.svdvals(found.float())
    assert values.min() > 0.5
    assert values.max() < 1.5
    # The directions stay: U and V diagonalise what comes out.
    rest = u.T @ found.float() @ v.T
    assert (rest - rest.diagonal().diag()).abs().max() < (0.02 if dtype == torch.float32 else 0.1)


def descend(kind, **more):
    w = [nn.Parameter(normal(6, 20)), nn.Parameter(normal(20, 6, seed=1))]
    optimizer = kind(w, lr=0.05, weight_decay=0.1, **more)
    for _ in range(10):
        optimizer.zero_grad()
        (w[0] @ w[1]).square().sum().backward()
        optimizer.step()
    return torch.cat([x.detach().flatten() for x in w])


def test_muon_equals_torch_in_bfloat16():
    assert torch.equal(descend(Muon, dtype=torch.bfloat16), descend(torch.optim.Muon))


def test_muon_of_float32_is_near_but_not_the_same():
    exact, rough = descend(Muon, dtype=torch.float32), descend(torch.optim.Muon)
    assert not torch.equal(exact, rough)
    torch.testing.assert_close(exact, rough, atol=0.1, rtol=0)


@pytest.mark.parametrize(("native", "expected"), [(False, torch.float32), (True, torch.bfloat16)])
def test_the_faster_type_is_taken(monkeypatch, native, expected):
    has = {"avx2": True, "amx_bf16": native, "avx512_bf16": False, "num_sockets": 1}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    fastest_dtype.cache_clear()
    try:
        assert fastest_dtype("cpu") == expected
        assert fastest_dtype("cuda") == torch.bfloat16
    finally:
        fastest_dtype.cache_clear()


def test_muon_takes_a_closure():
    w = nn.Parameter(normal(4, 4))
    optimizer = Muon([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = w.square().sum()
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(5)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("shape", "more", "message"),
    [
        ((3,), {}, r"not for a parameter of shape \(3,\)"),
        ((3, 3), {"lr": -1.0}, "lr is 0 or more"),
        ((3, 3), {"weight_decay": -1.0}, "weight_decay is 0 or more"),
        ((3, 3), {"momentum": 1.0}, "momentum lies in"),
    ],
)
def test_muon_refuses_what_does_not_fit(shape, more, message):
    with pytest.raises(ValueError, match=message):
        Muon([nn.Parameter(torch.zeros(shape))], **more)
