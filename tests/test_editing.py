"""Editing: its mathematics by hand and against other ways, its edits on the stored model."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from minillm.architectures import configure
from minillm.corpus import BOS
from minillm.editing import (
    Answers,
    fact_probe,
    memit,
    memory,
    null_space,
    projected,
    rank_one,
    restore,
    scores,
    second_moment,
    target_value,
)
from minillm.edits import (
    Request,
    edited,
    key_value,
    keys,
    memit_edit,
    moment,
    moment_of,
    request_rows,
    rome,
    rows,
    weight_name,
)
from minillm.gazette import Gazette, Told, load_gazette
from minillm.questions import ask, ngram_entropy, questions, ripple
from minillm.rivals import Memory, fine_tune, patched
from minillm.tasks import IGNORE
from minillm.tracing import draw_noise, subject_span, trace
from minillm.transformer import Transformer

C_TOY = torch.diag(torch.tensor([4.0, 1.0]))
W_TOY = torch.tensor([[1.0, 0], [0, 1], [1, 1]])
K_TOY, V_TOY = torch.tensor([1.0, 1]), torch.tensor([1.0, 6, -3])


@pytest.fixture(scope="module")
def told() -> Told:
    torch.set_num_threads(1)
    return load_gazette()


@pytest.fixture(scope="module")
def request_(told: Told) -> Request:
    fact = next(f for f in told.gazette.facts if f.relation == "town")
    new = next(o for o in told.gazette.objects["town"] if o != fact.object)
    return Request(fact, new)


@pytest.fixture(scope="module")
def moments(told: Told) -> dict[int, Tensor]:
    return {layer: moment(told, layer, 100) for layer in (0, 1, 2)}


def small(seed: int = 0) -> Transformer:
    sizes = {"n_layers": 3, "n_heads": 2, "width": 16, "hidden": 32, "context": 32}
    config = configure("bloom", vocab_size=50, **sizes)
    net = Transformer(config, torch.Generator().manual_seed(seed)).eval()
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(12 if p.ndim == 2 else 1)
    return net


def random_spd(n: int, seed: int) -> Tensor:
    a = torch.randn(n, 2 * n, generator=torch.Generator().manual_seed(seed)).double()
    return a @ a.T / (2 * n) + 0.01 * torch.eye(n)


# The world


def test_gazette_tells_each_fact_in_its_told_words_only():
    gazette = Gazette()
    text = "\n".join(gazette.documents(3000))
    for fact in gazette.facts[:40]:
        assert len(fact.told) == 6
        assert len(fact.untold) == 2
        assert any(fact.sentence(p) in text for p in fact.told)
        assert not any(fact.sentence(p) in text for p in fact.untold)


def test_gazette_is_the_same_each_time_and_differs_by_seed():
    assert Gazette().documents(5) == Gazette().documents(5)
    assert Gazette().documents(5) != Gazette().documents(5, seed=1)
    assert Gazette(seed=1).facts != Gazette().facts


def test_gazette_refuses_what_it_has_not():
    with pytest.raises(ValueError, match="n_untold"):
        Gazette(n_untold=8)
    with pytest.raises(ValueError, match="no 'height'"):
        Gazette().fact("Ada", "height")


def test_stored_model_knows_its_facts(told: Told):
    facts = told.gazette.facts
    for kind, least in (("told", 0.9), ("untold", 0.8)):
        prompts = [getattr(f, kind)[1] for f in facts]
        objects = [f.object for f in facts]
        _, rank = fact_probe(told.net, told.tokenizer, prompts, objects)
        assert (rank == 1).double().mean() > least


# Probing


def test_fact_probe_is_the_chain_rule(told: Told):
    prompts = ["Ada lived in", "Ada worked as a", "The favourite food of Ada was"]
    objects = ["Penny Bridge", "baker", "hot chocolate"]
    log_p, rank = fact_probe(told.net, told.tokenizer, prompts, objects)
    for i, (prompt, name) in enumerate(zip(prompts, objects, strict=True)):
        start = [BOS, *told.tokenizer.encode(prompt)]
        answer = told.tokenizer.encode(" " + name).tolist()
        total, worst = 0.0, 0
        for n, token in enumerate(answer):
            with torch.no_grad():
                z = told.net(torch.tensor([start + answer[:n]]))[0][0, -1]
            total += float(z.log_softmax(-1)[token])
            worst = max(worst, 1 + int((z > z[token]).sum()))
        assert float(log_p[i]) == pytest.approx(total, abs=1e-4)
        assert int(rank[i]) == worst


def test_fact_probe_strips_the_prompt_and_refuses_bad_lists(told: Told):
    a = fact_probe(told.net, told.tokenizer, ["Ada lived in"], ["Fox Green"])
    b = fact_probe(told.net, told.tokenizer, ["Ada lived in  "], ["Fox Green"])
    assert torch.equal(a[0], b[0])
    for prompts, objects in ((["a"], []), ([], [])):
        with pytest.raises(ValueError, match="one object"):
            fact_probe(told.net, told.tokenizer, prompts, objects)


# Tracing


def test_restoring_everything_is_clean_and_nothing_is_corrupted():
    net, ids = small(), torch.arange(2, 10)
    noise = 3 * torch.randn(4, 2, 16, generator=torch.Generator().manual_seed(1))
    clean = net(ids[None])[0][0, -1].softmax(-1)
    every = [(layer, t) for layer in range(3) for t in range(8)]
    corrupted = restore(net, ids, (2, 4), noise, [])
    assert not torch.allclose(corrupted, clean, atol=1e-3)
    assert torch.allclose(restore(net, ids, (2, 4), noise, every), clean, atol=1e-5)
    last = restore(net, ids, (2, 4), noise, [(2, 7)])
    assert torch.allclose(last, clean, atol=1e-5)
    zero = restore(net, ids, (2, 4), torch.zeros_like(noise), [])
    assert torch.allclose(zero, clean, atol=1e-5)
    assert torch.equal(net(ids[None])[0][0, -1].softmax(-1), clean)  # no hook stays


def test_restore_equals_a_forward_pass_written_out():
    net, ids = small(1), torch.arange(5, 12)
    noise = torch.randn(2, 3, 16, generator=torch.Generator().manual_seed(2))

    def forward(x: Tensor, heal: dict) -> Tensor:
        from minillm.attention import masks

        order = torch.arange(7)[None]
        visible = masks(net.config, order, 7, None, None, False, x.dtype)
        states = []
        for layer, block in enumerate(net.blocks):
            x = block(x, visible)
            if layer in heal:
                t, clean = heal[layer]
                x = x.clone()
                x[:, t] = clean
            states.append(x)
        return net.logits(net.norm(x))[:, -1].softmax(-1), states

    with torch.no_grad():
        e = net.embedding(ids[None], torch.arange(7)[None])
        _, clean = forward(e, {})
        bad = e.repeat(2, 1, 1)
        bad[:, 1:4] += noise
        want, _ = forward(bad, {1: (3, clean[1][0, 3])})
    got = restore(net, ids, (1, 4), noise, [(1, 3)])
    assert torch.allclose(got, want.mean(0), atol=1e-6)


def test_trace_finds_a_site_at_the_subject_and_one_at_the_end(told: Told):
    noise = draw_noise(told, S=4)
    total = torch.zeros(4, 2)
    n = 0
    for fact in told.gazette.facts[:48:4]:
        prompt = fact.told[0]
        found = trace(told, fact, prompt, noise)
        if found.clean < 0.8 or found.corrupted > 0.5:
            continue
        _first, end = subject_span(told, prompt, fact.subject)
        if end == found.restored.shape[1]:
            continue
        places = torch.tensor([end - 1, found.restored.shape[1] - 1])
        total += found.restored[:, places] - found.corrupted
        n += 1
    mean = total / n
    assert n > 3
    assert mean[0, 0] > mean[0, 1]
    assert mean[3, 1] > mean[3, 0]


def test_subject_span_is_that_of_the_last_mention(told: Told):
    prompt = "Ben met Ada. The home of Ada was in"
    first, end = subject_span(told, prompt, "Ada")
    ids = told.ids(prompt)
    assert told.tokenizer.decode(ids[first:end].tolist()) == " Ada"
    assert first > 5
    with pytest.raises(ValueError, match="does not name"):
        subject_span(told, prompt, "Zeke")


# The memory


def test_second_moment_is_not_a_covariance():
    keys_ = torch.tensor([[[3.0, 1], [1, 1]], [[3, -1], [1, -1]]])
    mask = torch.ones(2, 2, dtype=torch.bool)
    C = second_moment([(keys_, mask)])
    assert torch.equal(C, torch.diag(torch.tensor([5.0, 1])).double())
    mask[1, 1] = False
    assert float(second_moment([(keys_, mask)])[0, 0]) == pytest.approx(19 / 3)


def test_second_moment_of_batches_is_that_of_all():
    k = torch.randn(60, 5, 3, generator=torch.Generator().manual_seed(0)) + 100
    mask = torch.rand(60, 5, generator=torch.Generator().manual_seed(1)) > 0.3
    whole = k[mask].double()
    got = second_moment((k[i : i + 1], mask[i : i + 1]) for i in range(60))
    assert torch.allclose(got, whole.T @ whole / len(whole), rtol=1e-12)
    with pytest.raises(ValueError, match="no keys"):
        second_moment([])
    with pytest.raises(ValueError, match="no keys"):
        second_moment([(k, torch.zeros_like(mask))])


def test_rank_one_on_the_toy():
    W = rank_one(W_TOY, K_TOY, V_TOY, C_TOY)
    assert torch.allclose(W, torch.tensor([[1.0, 0], [1, 5], [0, -3]]))
    plain = rank_one(W_TOY, K_TOY, V_TOY, torch.eye(2))
    assert torch.allclose(plain, torch.tensor([[1.0, 0], [2.5, 3.5], [-1.5, -1.5]]))


def damage(D: Tensor, C: Tensor) -> float:
    return float((D @ C * D).sum())


@given(st.integers(2, 9), st.integers(2, 9), st.integers(0, 10**6))
def test_rank_one_stores_the_value_and_disturbs_least(n: int, o: int, seed: int):
    g = torch.Generator().manual_seed(seed)
    W, k, v = (torch.randn(*s, generator=g).double() for s in ((o, n), (n,), (o,)))
    C = random_spd(n, seed)
    new = rank_one(W, k, v, C)
    assert torch.allclose(new @ k, v, atol=1e-8)
    assert torch.linalg.matrix_rank(new - W) == 1
    assert torch.allclose(rank_one(W, k, v, 10 * C), new, atol=1e-8)
    q = k @ torch.linalg.solve(C, k)
    least = damage(new - W, C)
    assert least == pytest.approx(float((v - W @ k).square().sum() / q), rel=1e-6)
    # Another change that stores the same value: the first one plus one that is blind to k.
    blind = torch.randn(o, n, generator=g).double()
    blind -= torch.outer(blind @ k, k) / (k @ k)
    assert damage(new - W + 0.1 * blind, C) > least


def test_rank_one_equals_least_squares_with_a_constraint():
    g = torch.Generator().manual_seed(3)
    W, k, v = (torch.randn(*s, generator=g).double() for s in ((4, 6), (6,), (4,)))
    C = random_spd(6, 4)
    # The conditions of Lagrange as one linear system: 2 C d + λ k = 0, kᵀ d = r, row by row.
    A = torch.zeros(7, 7).double()
    A[:6, :6], A[:6, 6], A[6, :6] = 2 * C, k, k
    r = v - W @ k
    b = torch.zeros(7, 4).double()
    b[6] = r
    D = torch.linalg.solve(A, b)[:6].T
    assert torch.allclose(rank_one(W, k, v, C), W + D, atol=1e-10)


def test_rank_one_refuses_a_key_of_zeros_and_keeps_the_matrix():
    W = W_TOY.clone()
    rank_one(W, K_TOY, V_TOY, C_TOY)
    assert torch.equal(W, W_TOY)
    with pytest.raises(ValueError, match="zero"):
        rank_one(W, torch.zeros(2), V_TOY, C_TOY)


@given(st.floats(0.01, 100), st.integers(0, 10**6))
def test_memit_of_one_edit_writes_its_share(L: float, seed: int):
    g = torch.Generator().manual_seed(seed)
    W, k, v = (torch.randn(*s, generator=g).double() for s in ((3, 5), (5,), (3,)))
    C = random_spd(5, seed)
    q = k @ torch.linalg.solve(C, k)
    got = memit(W, k[:, None], v[:, None], C, L) @ k
    assert torch.allclose(got, W @ k + q / (L + q) * (v - W @ k), atol=1e-8)


@pytest.mark.parametrize("share", [0.0, 1e-3, 0.2, 1.0])
def test_null_space_leaves_at_most_its_share_of_the_keys(share: float):
    g = torch.Generator().manual_seed(3)
    X = torch.randn(200, 9, generator=g).double() @ torch.randn(9, 9, generator=g).double()
    X[:, 0] = 0  # a direction that no key uses
    P = null_space(X.T @ X / 200, share)
    assert torch.allclose(P @ P, P, atol=1e-10)
    assert torch.allclose(P, P.T)
    left = float((X @ P).square().sum() / X.square().sum())
    assert left <= share + 1e-12
    n = int(P.trace().round())
    used = torch.linalg.eigvalsh(X.T @ X).clamp(min=0)
    assert n == 9 or used[: n + 1].sum() > share * used.sum()  # one more would be too many
    more = null_space(X.T @ X / 200, min(1.0, share + 0.3))
    assert more.trace() >= P.trace()


def test_projected_is_the_formula_and_moves_no_key_outside_its_directions():
    g = torch.Generator().manual_seed(4)
    W, K, V = (torch.randn(*s, generator=g).double() for s in ((5, 12), (12, 3), (5, 3)))
    old = torch.randn(200, 4, generator=g).double() @ torch.randn(4, 12, generator=g).double()
    P = null_space(old.T @ old / 200, 1e-12)
    assert int(P.trace().round()) == 8
    new = projected(W, K, V, P, 0.5)
    R = V - W @ K
    formula = R @ K.T @ P @ torch.linalg.inv(0.5 * torch.eye(12).double() + K @ K.T @ P)
    assert torch.allclose(new - W, formula, atol=1e-10)
    assert torch.allclose(new @ old.T, W @ old.T, atol=1e-8)
    assert torch.allclose(projected(W, K, V, P, 1e-9) @ K, V, atol=1e-6)
    assert not torch.allclose(projected(W, K, V, torch.eye(12), 1e-9) @ old.T, W @ old.T, atol=0.1)


def test_projected_and_null_space_refuse_what_makes_no_sense():
    with pytest.raises(ValueError, match="above 0, not 0"):
        projected(W_TOY, K_TOY[:, None], V_TOY[:, None], torch.eye(2), 0)
    with pytest.raises(ValueError, match=r"from 0 to 1, not 1\.5"):
        null_space(C_TOY, 1.5)


def test_memit_tends_to_rank_one_and_stores_many():
    g = torch.Generator().manual_seed(1)
    W, K, V = (torch.randn(*s, generator=g).double() for s in ((3, 6), (6, 2), (3, 2)))
    C = random_spd(6, 2)
    one = memit(W, K[:, :1], V[:, :1], C, 1e-9)
    assert torch.allclose(one, rank_one(W, K[:, 0], V[:, 0], C), atol=1e-6)
    assert not torch.allclose(memit(W, K[:, :1], V[:, :1], C, 1.0), one, atol=1e-2)
    assert torch.allclose(memit(W, K, V, C, 1e-9) @ K, V, atol=1e-6)
    twice = rank_one(rank_one(W, K[:, 0], V[:, 0], C), K[:, 1], V[:, 1], C)
    assert not torch.allclose(twice @ K[:, 0], V[:, 0], atol=1e-2)  # the second moved the first
    with pytest.raises(ValueError, match="above 0"):
        memit(W, K, V, C, 0.0)


# The value


def asked_rows(net: Transformer) -> tuple[Tensor, Tensor, Tensor]:
    ids = torch.arange(2, 14).view(2, 6)
    targets = torch.full((2, 6), IGNORE)
    targets[:, 4] = 33
    return ids, torch.tensor([2, 3]), targets


def test_target_value_makes_the_network_say_it():
    net = small()
    ids, places, targets = asked_rows(net)
    before = {name: p.clone() for name, p in net.named_parameters()}
    v = target_value(net, 1, ids, places, targets, n_steps=40, decay=0.0)
    assert all(p.grad is None for p in net.parameters())
    assert all(torch.equal(p, before[name]) for name, p in net.named_parameters())
    seen = []
    handle = memory(net, 1).register_forward_hook(lambda m, g, x: seen.append(x))
    with torch.no_grad():
        old = net(ids)[0][:, 4].softmax(-1)[:, 33]
    handle.remove()
    v0 = seen[0][torch.arange(2), places].mean(0)

    def add(module, given, x):
        x = x.clone()
        x[torch.arange(2), places] += v - v0
        return x

    handle = memory(net, 1).register_forward_hook(add)
    with torch.no_grad():
        new = net(ids)[0][:, 4].softmax(-1)[:, 33]
    handle.remove()
    assert (new > 1.2 * old).all()
    assert (v - v0).norm() <= 4 * v0.norm() * (1 + 1e-5)


def test_target_value_is_clamped_and_decays():
    net = small()
    asked = asked_rows(net)
    rest = target_value(net, 1, *asked, n_steps=0)
    near = target_value(net, 1, *asked, clamp=0.1)
    assert (near - rest).norm() == pytest.approx(0.1 * float(rest.norm()), rel=1e-3)
    free = (target_value(net, 1, *asked, decay=0.0) - rest).norm()
    assert (target_value(net, 1, *asked, decay=1.0) - rest).norm() < 0.9 * free


# Edits


def test_rome_stores_the_value_at_its_key(told: Told, request_: Request, moments):
    for site in ("subject", "last"):
        k, v = key_value(told, request_, 1, site)
        edit = rome(told, request_, 1, site, moments[1])
        W = edit[weight_name(1)]
        assert torch.allclose(W @ k, v, atol=1e-5 * float(v.abs().max()) + 1e-5)
        change = (W - told.net.get_parameter(weight_name(1))).double()
        sizes = torch.linalg.svdvals(change)
        assert sizes[1] < 1e-5 * sizes[0]


def test_an_edit_holds_and_is_undone_bit_for_bit(told: Told, request_: Request, moments):
    before = {name: p.clone() for name, p in told.net.named_parameters()}
    groups = questions(told, request_)
    edit = rome(told, request_, 2, "last", moments[2])
    with edited(told, edit):
        assert scores(ask(told, groups))["efficacy"]["exact"] == 1
    assert all(torch.equal(p, before[name]) for name, p in told.net.named_parameters())
    assert scores(ask(told, groups))["efficacy"]["exact"] == 0
    with pytest.raises(RuntimeError, match="stop"), edited(told, edit):
        raise RuntimeError("stop")
    assert all(torch.equal(p, before[name]) for name, p in told.net.named_parameters())


def test_the_key_at_the_subject_does_not_know_the_relation(told: Told):
    a, b = told.ids("Abel lived in"), told.ids("Abel worked as a")
    _first, end = subject_span(told, "Abel lived in", "Abel")
    ka = keys(told.net, 0, a[None])[0, end - 1]
    kb = keys(told.net, 0, b[None])[0, end - 1]
    assert torch.allclose(ka, kb, atol=1e-5)  # up to rounding: the texts differ in length
    assert not torch.allclose(keys(told.net, 2, a[None])[0, -1], keys(told.net, 2, b[None])[0, -1])


def test_memit_of_several_requests_at_once(told: Told, moments):
    requests = []
    for fact in told.gazette.facts[0:64:8]:
        objects = told.gazette.objects[fact.relation]
        requests.append(Request(fact, next(o for o in objects if o != fact.object)))
    edit = memit_edit(told, requests, [1, 2], "last", moments, 0.01)
    assert list(edit) == [weight_name(1), weight_name(2)]
    prompts, objects = [r.fact.told[0] for r in requests], [r.new for r in requests]
    with edited(told, edit):
        _, rank = fact_probe(told.net, told.tokenizer, prompts, objects)
    assert (rank == 1).double().mean() > 0.7


def test_request_rows_ask_for_the_new_object(told: Told, request_: Request):
    found = request_rows(told, request_, "subject")
    new = told.tokenizer.encode(" " + request_.new).tolist()
    for ids, place, targets in zip(*found, strict=True):
        assert told.tokenizer.decode([int(ids[place])]).strip() == request_.fact.subject
        assert targets[targets != IGNORE].tolist() == new
        where = (targets != IGNORE).nonzero()[:, 0] + 1
        assert ids[where].tolist() == new


def test_the_same_functions_edit_a_llama(told: Told, request_: Request):
    """The row of SmolLM2: a gated feed-forward, no biases, fewer heads of keys."""
    sizes = {"n_layers": 3, "n_heads": 4, "n_kv_heads": 2, "width": 32, "hidden": 80}
    config = configure("llama", vocab_size=told.tokenizer.size, context=128, **sizes)
    net = Transformer(config, torch.Generator().manual_seed(2))
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(8 if p.ndim == 2 else 1)  # as large as trained ones: else v is nearly zero
    llama = Told(net.requires_grad_(False), told.tokenizer, told.gazette)
    asked = request_rows(llama, request_, "subject")
    texts = [llama.ids(text) for text in told.gazette.documents(30)]
    before = {name: p.clone() for name, p in net.named_parameters()}
    for layer in (0, 1):  # what the last one makes of the subject is read by no other token
        k, v = key_value(llama, request_, layer, "subject")
        x = net.blocks[layer].feed_forward
        inputs: list[Tensor] = []
        handle = x.register_forward_pre_hook(lambda m, given, out=inputs: out.append(given[0]))
        net(asked.ids)
        handle.remove()
        at = inputs[0][torch.arange(len(asked.ids)), asked.places]
        gate, up = x.up(at).chunk(2, dim=-1)
        assert torch.allclose(k, (F.silu(gate) * up).mean(0), atol=1e-6)

        name = weight_name(layer)
        edit = rome(llama, request_, layer, "subject", moment_of(net, layer, texts))
        assert (edit[name] @ k - v).abs().max() < 1e-5 * v.abs().max()
        sizes_ = torch.linalg.svdvals((edit[name] - before[name]).double())
        assert sizes_[1] < 1e-5 * sizes_[0]
        with edited(llama, edit):
            assert torch.equal(net.get_parameter(name), edit[name])
        assert all(torch.equal(p, before[n]) for n, p in net.named_parameters())


def test_keys_stop_below_the_layers_above(told: Told):
    ran = []
    handle = told.net.blocks[2].register_forward_hook(lambda m, g, x: ran.append(1))
    found = keys(told.net, 1, told.ids("Ada lived in")[None])
    handle.remove()
    assert not ran
    assert found.shape == (1, len(told.ids("Ada lived in")), told.net.config.hidden)
    assert not memory(told.net, 1)._forward_hooks


# Other ways


def test_fine_tuning_changes_the_fact_and_leaves_the_net(told: Told, request_: Request):
    before = {name: p.clone() for name, p in told.net.named_parameters()}
    edit = fine_tune(told, request_)
    assert all(torch.equal(p, before[name]) for name, p in told.net.named_parameters())
    with edited(told, edit):
        found = scores(ask(told, questions(told, request_)))
    assert found["efficacy"]["exact"] == 1


def test_neuron_speaks_at_its_prompt_only(told: Told, request_: Request):
    groups = questions(told, request_)
    layer = told.net.blocks[-1].feed_forward
    with patched(told, request_):
        found = scores(ask(told, groups))
    assert told.net.blocks[-1].feed_forward is layer
    assert found["efficacy"]["exact"] == 1
    assert found["person"]["exact"] > 0.9


def test_memory_answers_in_its_scope(told: Told, request_: Request):
    memory_ = Memory(told, [request_])
    found = scores(ask(told, questions(told, request_), memory_))
    assert found["efficacy"]["exact"] == 1
    assert found["untold"]["exact"] == 1
    assert found["neighbours"]["exact"] > 0.7
    assert found["person"]["exact"] > 0.9
    assert memory_.find("Zelda lived in") is None


# Scores


def test_scores_take_the_harmonic_mean():
    one = Answers(torch.tensor([-0.1, -0.2]), torch.tensor([-3.0, -4]), torch.tensor([1, 2]))
    bad = Answers(torch.tensor([-3.0, -3]), torch.tensor([-3.0, -2]), torch.tensor([2, 1]))
    found = scores({"a": one})
    assert found["a"]["success"] == 1
    assert found["a"]["exact"] == 0.5
    want = (math.exp(-0.1) + math.exp(-0.2) - math.exp(-3) - math.exp(-4)) / 2
    assert found["a"]["magnitude"] == pytest.approx(want)
    both = scores({"a": one, "b": bad})
    assert both["b"]["success"] == 0  # a tie is none
    assert both["score"] == {"success": 0, "exact": pytest.approx(0.5)}


def test_scores_refuse_empty_groups():
    nothing = Answers(torch.zeros(0), torch.zeros(0), torch.zeros(0))
    for groups in ({}, {"a": nothing}):
        with pytest.raises(ValueError, match="no"):
            scores(groups)


def test_ngram_entropy_of_a_loop_and_of_a_varied_text():
    assert ngram_entropy([1] * 20) == 0
    assert ngram_entropy([0, 1] * 9) == pytest.approx(1, abs=0.01)
    assert ngram_entropy(list(range(10))) == pytest.approx(math.log2(9) / 3 + 2 * 3 / 3)


def test_ripple_is_for_pets(told: Told):
    fact = told.gazette.fact("Dora", "pet")
    assert ripple(fact, "goat") == [("Dora had named the", "goat", fact.object)]
    with pytest.raises(ValueError, match="pets"):
        ripple(told.gazette.fact("Dora", "town"), "x")


def test_rows_hide_what_is_not_asked(told: Told):
    found = rows(told, [("Ada lived in", "Fox Green", "Ada")], "last")
    logits = told.net(found.ids)[0]
    loss = F.cross_entropy(logits.flatten(0, 1), found.targets.flatten(), ignore_index=IGNORE)
    log_p, _ = fact_probe(told.net, told.tokenizer, ["Ada lived in"], ["Fox Green"])
    assert loss.item() == pytest.approx(-log_p.item() / 2, rel=1e-4)
