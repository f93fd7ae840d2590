"""What is not finite stops a run or a text; settings that would be ignored are refused."""

import math
import re

import numpy as np
import pytest
import torch
from torch import nn

from minillm import checkpoint, language_model, training
from minillm.architectures import TABLE, configure
from minillm.batches import Windows
from minillm.beam import beam_search
from minillm.corpus import ByteVocabulary
from minillm.decoding import Sampling, greedy
from minillm.flops import per_token
from minillm.generation import complete, generate, stream
from minillm.language_model import LanguageModel
from minillm.layers import alibi_slopes, layer_norm, rms_norm, rope_angles, sinusoidal
from minillm.losses import accumulate, cross_entropy
from minillm.objectives import Causal
from minillm.optimizers import AdamW, clip_gradients
from minillm.recipe import Recipe
from minillm.tasks import IGNORE, Task
from minillm.trainer import Trainer
from minillm.transformer import Transformer
from tests.small_models import build, padded, random_ids

SIZES = {"vocab_size": 30, "n_layers": 2, "n_heads": 2, "width": 16, "hidden": 24, "context": 16}
STREAM = np.array([0, 5, 6, 7, 1] * 20)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def trainer(n_steps=6, stream=STREAM, B=2, T=4, **recipe):
    net = Transformer(configure("llama", **SIZES), seeded())
    return Trainer(net, Windows(stream, B, T), Recipe(n_steps, **{"n_warmup": 1} | recipe))


# A run


class Broken(nn.Module):
    """A learner whose loss breaks at some step."""

    def __init__(self, inner, at, factor):
        super().__init__()
        self.inner, self.left, self.factor = inner, at, factor

    def forward(self, task, state=None):
        loss, state = self.inner(task, state)
        self.left -= 1
        return (loss if self.left else loss * self.factor), state


@pytest.mark.parametrize("factor", [math.inf, math.nan])
@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_loss_that_is_not_finite_stops_the_run_before_the_step(tmp_path, factor, optimizer):
    run = trainer(optimizer=optimizer)
    run.learner = Broken(run.learner, 3, factor)
    reports = run.run(1)
    for _ in range(2):
        next(reports)
        run.save(tmp_path / "c")
    with pytest.raises(FloatingPointError, match=r"step 3: the loss is (inf|nan)"):
        next(reports)
    assert all(p.isfinite().all() for p in run.net.parameters())
    assert all(p.grad is None for p in run.net.parameters())
    assert run.step == 2
    run.learner = run.learner.inner
    assert [report.step for report in run.run(1)] == [3, 4, 5, 6]  # it can go on


def test_a_gradient_that_is_not_finite_names_its_parameter():
    run = trainer()
    before = {name: p.clone() for name, p in run.net.named_parameters()}
    weight = run.net.blocks[1].feed_forward.down.weight
    weight.register_hook(lambda gradient: gradient * math.nan)
    with pytest.raises(FloatingPointError, match=re.escape(
        "step 1: the norm of the gradient is nan; the gradient of "
        "blocks.1.feed_forward.down.weight has such a number"
    )):  # fmt: skip
        run.update()
    assert all(torch.equal(p, before[name]) for name, p in run.net.named_parameters())


def test_a_weight_that_is_not_finite_is_named_although_no_token_uses_it():
    run = trainer()
    with torch.no_grad():
        run.net.embedding.token.weight[29] = math.nan  # never in the stream
    with pytest.raises(FloatingPointError, match=r"a weight is nan; the weight embedding\.token"):
        run.update()


def test_a_network_that_begins_with_nan_is_refused():
    net = Transformer(configure("llama", **SIZES), seeded())
    net.norm.weight.data[3] = math.inf
    with pytest.raises(ValueError, match=r"norm\.weight of the network has a number"):
        Trainer(net, Windows(STREAM, 2, 4), Recipe(2))


def test_a_checkpoint_is_never_overwritten_by_nan(tmp_path):
    run = trainer()
    run.update()
    run.save(tmp_path / "c")
    before = (tmp_path / "c").read_bytes()
    run.update()
    run.net.norm.weight.data[0] = math.nan
    with pytest.raises(ValueError, match=r"model\.norm\.weight"):
        run.save(tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == before


def test_a_checkpoint_with_nan_is_not_resumed(tmp_path, monkeypatch):
    run = trainer()
    run.net.norm.weight.data[0] = math.nan
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "check_finite", lambda *_: None)
        run.save(tmp_path / "c")
    with pytest.raises(ValueError, match="NaN or infinite"):
        trainer().resume(tmp_path / "c")


def test_save_refuses_a_type_that_cannot_hold_a_weight(tmp_path):
    config = configure("llama", **SIZES | {"vocab_size": 258})
    model = LanguageModel(Transformer(config, seeded()), ByteVocabulary())
    path = tmp_path / "m"
    language_model.save(path, model, {})
    before = path.read_bytes()
    model.net.norm.weight.data[0] = 1e5
    with pytest.raises(ValueError, match=r"float16 cannot hold norm\.weight.* is 100000"):
        language_model.save(path, model, {})
    assert path.read_bytes() == before
    language_model.save(path, model, {}, torch.bfloat16)
    model.net.norm.weight.data[0] = math.nan
    with pytest.raises(ValueError, match=r"norm\.weight of the network"):
        language_model.save(path, model, {}, torch.float32)


def test_clipping_leaves_gradients_that_are_not_finite():
    a, b = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(1))
    a.grad, b.grad = torch.tensor([1.0, math.inf]), torch.tensor([3.0])
    with pytest.raises(FloatingPointError, match="is inf"):
        clip_gradients([a, b], 1.0)
    assert b.grad.item() == 3


# A batch in which no target counts


@pytest.mark.parametrize("n_parts", [1, 2])
def test_a_batch_of_nothing_has_a_loss_and_a_gradient_of_0(n_parts):
    net = Transformer(configure("llama", **SIZES), seeded())
    ids, none = random_ids(2, 6) % 30, torch.full((2, 6), IGNORE)
    loss, _ = accumulate(
        lambda task, state: Causal().loss(net, task, state), Task(ids, none, {}), n_parts, 0
    )
    assert loss == cross_entropy(net(ids)[0], none) == 0
    assert all(p.grad.abs().max() == 0 for p in net.parameters())


def test_windows_of_one_token_train_although_some_ask_nothing():
    run = trainer(40, np.array([0, 5, 6, 1] * 10), B=1, T=1, lr=0.01)
    losses = [report.loss for report in run.run(10)]
    assert all(map(math.isfinite, losses))
    assert losses[-1] < losses[0]


# Texts


def nan_model():
    model = Transformer(configure("llama", **SIZES | {"vocab_size": 258}), seeded()).eval()
    with torch.no_grad():
        model.blocks[1].feed_forward.down.weight[0, 0] = math.nan
    return model


@pytest.mark.parametrize(
    "write",
    [
        lambda m, v: generate(m, [[0, 5]], 6),
        lambda m, v: complete(m, v, ["Emma"], 6),
        lambda m, v: list(stream(m, v, "Emma", 6)),
        lambda m, v: beam_search(m, [0, 5], 3, 6),
        lambda m, v: generate(m, [[0, 5]], 6, Sampling(), seeded()),
        lambda m, v: generate(m, [[0, 5]], 6, Sampling(1.2, 0.0)),
        lambda m, v: LanguageModel(m, v).log2_probs(np.array([5, 6])),
        lambda m, v: LanguageModel(m, v).distribution(np.array([5, 6])),
    ],
    ids=["greedy", "complete", "stream", "beam", "draws", "penalty", "score", "distribution"],
)
def test_nan_logits_end_a_text(write):
    with pytest.raises(ValueError, match=r"best logit .*is nan"):
        write(nan_model(), ByteVocabulary())


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_greedy_refuses_what_is_no_distribution(bad):
    with pytest.raises(ValueError, match=r"row 1 is (nan|inf)"):
        greedy(torch.tensor([[0.0, 1.0, 2.0], [0.0, bad, 2.0]]))
    with pytest.raises(ValueError, match="row 0 is -inf"):
        greedy(torch.full((1, 3), -math.inf))
    assert greedy(torch.tensor([[-math.inf, 1.0, -math.inf]])).tolist() == [1]


# Precision


@pytest.mark.parametrize("row", TABLE)
@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("side", ["left", "right"])
@torch.no_grad()
def test_float16_takes_padding(row, fused, side):
    model = build(row, fused=fused).eval()
    ids, mask = random_ids(3, 7), padded(7, side)
    given = {"source": random_ids(3, 5)} if row == "original" else {}
    exact = model(ids, mask=mask, **given)[0]
    rough = model.half()(ids, mask=mask, **given)[0]
    assert rough.isfinite().all()
    torch.testing.assert_close(rough[mask].float(), exact[mask], atol=0.1, rtol=0)


@torch.no_grad()
def test_float16_model_writes_padded_texts_as_each_alone():
    model = build("llama").half().eval()
    prompts = [[3, 5, 7, 9, 11], [4, 6]]
    together = generate(model, prompts, 5, eos=None)
    for prompt, text in zip(prompts, together, strict=True):
        assert generate(model, [prompt], 5, eos=None)[0].tolist() == text.tolist()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_norms_of_half_precision_are_computed_in_float32(dtype):
    x = torch.tensor([[300.0, -300.0, 400.0, 0.0]])  # its squares are above 65504
    one, zero = torch.ones(4), torch.zeros(4)
    for norm, rest in ((rms_norm, (one,)), (layer_norm, (one, zero))):
        rough = norm(x.to(dtype), *(w.to(dtype) for w in rest))
        assert rough.dtype == dtype
        torch.testing.assert_close(rough.float(), norm(x, *rest), atol=0.02, rtol=0)
    still = layer_norm(torch.full((1, 4), 3.0, dtype=dtype), one.to(dtype), zero.to(dtype), 1e-12)
    assert still.abs().max() == 0  # an eps of 1e-12 is 0 in float16


CONSTANTS = {
    "waves": lambda: sinusoidal(3000, 8),
    "angles": lambda: rope_angles(torch.arange(3000)[None], 8)[0],
    "slopes": lambda: alibi_slopes(12),
}


@pytest.mark.parametrize("name", CONSTANTS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_constants_do_not_depend_on_torchs_default_type(name, dtype):
    expected = CONSTANTS[name]()
    torch.set_default_dtype(dtype)
    try:
        found = CONSTANTS[name]()
        w = nn.Parameter(torch.ones(1))
        optimizer = AdamW([w])
        w.grad = torch.ones(1)
        optimizer.step()
        assert optimizer.state[w]["t"].dtype == torch.float32
    finally:
        torch.set_default_dtype(torch.float32)
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)


# Settings


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"clip": 0.0}, "above 0, not 0.0; None clips nothing"),
        ({"clip": -1.0}, "above 0, not -1.0"),
        ({"clip": math.nan}, "above 0, not nan"),
        ({"dtype": "float16"}, "dtype is one of"),
        ({"dtype": "bf16"}, "dtype is one of"),
        ({"optimizer": "sgd"}, "optimizer is one of"),
        ({"floor": 7.0}, "share of the peak"),
        ({"lr": -1e-3}, "lr is 0 or more"),
        ({"lr": math.nan}, "lr is 0 or more"),
        ({"matrix_lr": -1.0}, "matrix_lr is 0 or more"),
        ({"weight_decay": -0.1}, "weight_decay is 0 or more"),
        ({"betas": (0.9, 1.0)}, "betas lie in"),
        ({"n_warmup": -3}, "n_warmup is a whole number from 0 on"),
        ({"n_steps": 2.5}, "n_steps is a whole number from 1 on"),
        ({"n_steps": True}, "n_steps is a whole number"),
        ({"n_parts": 0}, "n_parts is a whole number from 1 on"),
        ({"seed": 1.5}, "seed is a whole number"),
        ({"compile": "yes"}, "compile is one of"),
    ],
    ids=str,
)
def test_recipe_refuses_what_makes_no_sense(setting, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**{"n_steps": 5} | setting)


def test_no_clipping_is_none_or_infinity():
    one, other = ([r.loss for r in trainer(clip=c).run(1)] for c in (None, math.inf))
    assert one == other


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan])
def test_clip_gradients_refuses_a_limit_that_is_none(limit):
    w = nn.Parameter(torch.zeros(1))
    w.grad = torch.ones(1)
    with pytest.raises(ValueError, match="above 0, not"):
        clip_gradients([w], limit)
    with pytest.raises(ValueError, match="call backward first"):
        clip_gradients([nn.Parameter(torch.zeros(1))], 1.0)


@pytest.mark.parametrize("setting", [{"lr": -1.0}, {"eps": -1.0}, {"weight_decay": math.nan}])
def test_adamw_refuses_settings_below_0(setting):
    with pytest.raises(ValueError, match="0 or more"):
        AdamW([nn.Parameter(torch.zeros(1))], **setting)


def test_adamw_calls_a_closure_once_per_step():
    ours, theirs = (nn.Parameter(torch.tensor([5.0])) for _ in range(2))
    settings = {"lr": 0.5, "weight_decay": 0.1, "betas": (0.9, 0.95)}
    found = []
    for w, kind in ((ours, AdamW), (theirs, torch.optim.AdamW)):
        optimizer = kind([w], **settings)

        def closure(w=w, optimizer=optimizer):
            optimizer.zero_grad()
            loss = (w**2).sum()
            loss.backward()
            return loss

        found.append([optimizer.step(closure).item() for _ in range(9)])
    assert found[0] == pytest.approx(found[1])
    assert ours.item() == pytest.approx(theirs.item())


@pytest.mark.parametrize(
    ("prompts", "more", "message"),
    [
        ([[0.9, 5.7]], {}, "row of ids, whole numbers .* not float64"),
        ([0, 5], {}, r"row of ids.* not int64 \(\): 0"),
        ("Emma", {}, "rows of ids, not 'Emma'"),
        (["Emma"], {}, "row of ids"),
        ([[[0, 5]]], {}, r"not int64 \(1, 2\)"),
        ([[0, -1]], {}, "these are -1 to 0"),
        ([[True, False]], {}, "not bool"),
        ([[0, 5]], {"eos": 999}, "eos is from 0 to 29, not 999"),
        ([[0, 5]], {"eos": -1}, "eos is from 0 to 29, not -1"),
        ([[0, 5]], {"eos": 1.0}, "eos is an id or None, not 1.0"),
        ([[0, 5]], {"max_new_tokens": 2.5}, "max_new_tokens is 0 or more, not 2.5"),
        ([[0, 5]], {"generator": 42}, "a torch.Generator, not 42"),
    ],
    ids=str,
)
def test_generate_refuses_what_it_would_misread(prompts, more, message):
    net = Transformer(configure("llama", **SIZES), seeded())
    with pytest.raises(ValueError, match=message):
        generate(net, prompts, **{"max_new_tokens": 2} | more)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"alpha": math.nan}, "alpha is a finite number"),
        ({"width": 2.5}, "1 beam or more, not 2.5"),
        ({"prompt": [[0, 5]]}, "the prompt is a row of ids"),
        ({"prompt": [0.5]}, "the prompt is a row of ids"),
        ({"eos": 999}, "eos is from 0 to 29"),
        ({"max_new_tokens": -1}, "0 or more, not -1"),
    ],
    ids=str,
)
def test_beam_search_refuses_what_it_would_misread(more, message):
    net = Transformer(configure("llama", **SIZES), seeded())
    with pytest.raises(ValueError, match=message):
        beam_search(net, **{"prompt": [0, 5], "width": 2, "max_new_tokens": 3} | more)


@pytest.mark.parametrize(
    "setting",
    [
        {"top_k": 2.5},
        {"top_k": True},
        {"top_p": None},
        {"top_p": "1"},
        {"min_p": math.nan},
        {"temperature": "1"},
        {"temperature": None},
        {"repetition_penalty": "1"},
    ],
    ids=str,
)
def test_sampling_refuses_settings_of_another_type(setting):
    with pytest.raises(ValueError, match="not "):
        Sampling(**setting)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"vocab_size": "50"}, "vocab_size is a whole number, not '50'"),
        ({"hidden": None}, "hidden is a whole number, not None"),
        ({"width": 16.0}, "width is a whole number, not 16.0"),
        ({"n_kv_heads": 1.5}, "n_kv_heads is a whole number"),
        ({"fused": 1}, "fused is True or False, not 1"),
        ({"dropout": "0.1"}, "dropout is a finite number"),
        ({"eps": math.nan}, "eps is a finite number"),
        ({"eps": -1.0}, "eps -1.0 is 0 or more"),
        ({"rope_theta": 0.0}, "above 0"),
        ({"norm": 3}, "norm is one of"),
    ],
    ids=str,
)
def test_config_refuses_values_of_another_type(setting, message):
    with pytest.raises(ValueError, match=message):
        configure("llama", **SIZES | setting)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([np.array([5, -1])], "these are -1 to 5"),
        ([np.array([5, 258])], "these are 5 to 258"),
        ([np.array([0.5])], "row of ids"),
        ("abc", "rows of ids, not 'abc'"),
        (["abc"], "row of ids"),
    ],
    ids=str,
)
def test_language_model_refuses_ids_that_it_would_misread(ids, message):
    config = configure("llama", **SIZES | {"vocab_size": 258})
    model = LanguageModel(Transformer(config), ByteVocabulary())
    with pytest.raises(ValueError, match=message):
        model.score(ids)
    if message.startswith(("these", "row of")):
        with pytest.raises(ValueError, match=message):
            model.distribution(ids[0])


def test_trainer_refuses_ids_that_the_network_does_not_have():
    with pytest.raises(ValueError, match="ids up to 30, the network has 30"):
        trainer(stream=np.array([5, 30] * 9))


@pytest.mark.parametrize("cross_entropy", [cross_entropy, training.cross_entropy])
def test_what_does_not_count_may_be_anything(cross_entropy):
    logits = torch.tensor([[0.0, 0.0], [math.nan, 1.0], [-math.inf, -math.inf]])
    loss = cross_entropy(logits, torch.tensor([1, IGNORE, IGNORE]))
    assert loss.item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("T", [0, -1, 17])
def test_flops_refuse_a_text_that_cannot_be_read(T):
    with pytest.raises(ValueError, match=f"1 to 16 tokens here, not {T}"):
        per_token(configure("llama", **SIZES), T)


@pytest.mark.parametrize("batch", [0, -1, 2.0])
def test_language_model_refuses_a_batch_below_1(batch):
    config = configure("llama", **SIZES | {"vocab_size": 258})
    with pytest.raises(ValueError, match="1 text or more"):
        LanguageModel(Transformer(config), ByteVocabulary(), batch=batch)


@pytest.mark.parametrize("ids", [[[1, 2]], np.array([[1, 2]])], ids=["list", "array"])
def test_model_says_that_it_wants_a_tensor(ids):
    with pytest.raises(ValueError, match="a tensor is needed"):
        Transformer(configure("llama", **SIZES))(ids)


def test_a_cache_of_another_type_is_refused():
    net = Transformer(configure("llama", **SIZES), seeded())
    state = net.bfloat16().initial_state(1)
    with pytest.raises(ValueError, match=r"a cache of torch.bfloat16 for states of torch.float32"):
        net.float()(torch.tensor([[1, 2]]), state)
    with pytest.raises(ValueError, match="is a KVCache, not a Tensor"):
        net(torch.tensor([[1, 2]]), torch.zeros(1))
