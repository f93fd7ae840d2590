"""One token written out against the model itself, and when it must not be used."""

import pytest
import torch
from torch import nn

from minillm.beam import beam_search
from minillm.cache import KVCache
from minillm.fast_decoding import FastDecoder, can_decode_fast, product
from minillm.generation import generate
from minillm.reader import Reader
from tests.small_models import build, close, normal, random_ids

MODELS = {
    "plain": {},
    "shared keys": {"n_kv_heads": 2},
    "one key": {"n_kv_heads": 1},
    "linear head": {"head": "linear"},
    "bias": {"bias": True},
    "GeGLU": {"activation": "geglu"},
    "other angles": {"rope_theta": 500.0},
    "other eps": {"eps": 0.1},
}
PROMPTS = [[0, 5, 9, 7, 3], [0, 5], [0, 4, 4], [0, 1, 2, 3]]


def logits_of(model, ids, mask, written_out):
    """Logits (B, 4, V) behind each of the last 4 ids (B, 12), read one by one."""
    dtype = next(model.parameters()).dtype
    cache, read = KVCache(model.config, len(ids), 12, dtype=dtype), []
    model(ids[:, :8], mask=mask if mask is None else mask[:, :8], state=cache)
    one_token = FastDecoder(model, cache, len(ids)) if written_out else None
    for t in range(8, 12):
        real = None if mask is None else mask[:, : t + 1]
        if one_token:
            read.append(one_token(ids[:, t], real))
        else:
            read.append(model(ids[:, t : t + 1], mask=real, state=cache)[0][:, 0])
    return torch.stack(read, dim=1)


@pytest.mark.parametrize("padding", [False, True], ids=["full", "padded"])
@pytest.mark.parametrize("B", [1, 3])
@pytest.mark.parametrize("settings", MODELS.values(), ids=MODELS)
@torch.no_grad()
def test_logits_are_those_of_the_model(settings, B, padding):
    model = build("llama", **settings).eval()
    assert can_decode_fast(model)
    ids = random_ids(B, 12)
    mask = torch.arange(12) >= torch.tensor([3, 0, 6])[:B, None] if padding else None
    close(logits_of(model, ids, mask, True), logits_of(model, ids, mask, False))


@torch.no_grad()
def test_bfloat16_stays_as_near_to_float32():
    exact = build("llama").eval()
    ids, half = random_ids(3, 12), build("llama").bfloat16().eval()
    whole = logits_of(exact, ids, None, False)
    written, modules = (logits_of(half, ids, None, w) for w in (True, False))
    assert written.dtype == torch.bfloat16
    assert (written - whole).abs().mean() < 1.5 * (modules - whole).abs().mean()


@pytest.mark.parametrize("bias", [None, normal(40)], ids=["no bias", "bias"])
@pytest.mark.parametrize("batch", [1, 4])
@torch.no_grad()
def test_product_is_that_of_any_number_of_vectors(batch, bias):
    weight = normal(40, 32, seed=1)
    for B in (batch, 1, 2, 7):  # in a beam search the number changes
        x = normal(B, 32, seed=B)
        close(product(weight, bias, batch)(x), nn.functional.linear(x, weight, bias))


def doubled(model):
    """The model, one of its layers replaced."""

    class Doubled(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    model.blocks[0].attention.out.__class__ = Doubled
    return model


def observed(model):
    """The model, one of its parts listened to."""
    model.blocks[1].register_forward_hook(lambda part, given, x: 2 * x)
    return model


def patched(model):
    """The model, one of its parts told to do something else."""
    model.blocks[0].feed_forward.forward = torch.zeros_like
    return model


@pytest.mark.parametrize("change", [doubled, observed, patched])
@torch.no_grad()
def test_a_model_that_was_changed_is_asked_itself(change):
    model, ids = change(build("llama").eval()), torch.tensor([[0, 5, 9, 7]])
    assert not can_decode_fast(model)
    reader = Reader(model, [[0, 5]], 2)
    reader.start()
    for t in (2, 3):
        close(reader.read(ids[:, t]), model(ids)[0][:, t])


@pytest.mark.parametrize("settings", [
    {"fused": False}, {"norm": "layer"}, {"residual": "post"}, {"position": "alibi"},
    {"structure": "prefix"}, {"embedding_norm": True}, {"embedding_scale": True},
    {"final_norm": False}, {"activation": "gelu"}, {"position": "rope2d"}, {"n_segments": 2},
], ids=str)  # fmt: skip
def test_other_models_are_not_written_out(settings):
    assert not can_decode_fast(build("llama", **settings))


def test_other_rows_and_modules_are_not_written_out():
    assert not any(can_decode_fast(build(row)) for row in ("original", "bert", "bloom"))
    assert not can_decode_fast(nn.Linear(2, 2))


def calls(monkeypatch):
    """A list that grows by one with each token that is read written out."""
    read = []
    call = FastDecoder.__call__
    monkeypatch.setattr(FastDecoder, "__call__", lambda *a: read.append(1) or call(*a))
    return read


def without(monkeypatch, work):
    """What `work` returns where nothing is written out."""
    with monkeypatch.context() as patch:
        patch.setattr("minillm.reader.can_decode_fast", lambda model: False)
        return work()


def test_texts_are_the_same_with_it_and_without(monkeypatch):
    model, read = build("llama"), calls(monkeypatch)

    def work():
        return [text.tolist() for text in generate(model, PROMPTS, 10, eos=None)]

    expected = without(monkeypatch, work)
    assert not read
    assert work() == expected
    assert len(read) == 9


@pytest.mark.parametrize("B", [1, 3])
def test_autocast_is_no_error(B):
    with torch.autocast("cpu", torch.bfloat16):
        texts = generate(build("llama"), PROMPTS[:B], 5, eos=None)
    assert [len(text) for text in texts] == [5] * B


def test_beam_search_is_the_same_with_it_and_without(monkeypatch):
    model, read = build("llama"), calls(monkeypatch)

    def work():
        return beam_search(model, [0, 5, 9], 4, 8, n_best=4)

    expected = without(monkeypatch, work)
    assert not read
    for found, wanted in zip(work(), expected, strict=True):
        assert found.ids.tolist() == wanted.ids.tolist()
        assert found.score == pytest.approx(wanted.score, abs=1e-5)
    assert read


def test_a_full_cache_is_an_error():
    reader = Reader(build("llama"), [[0, 5]], 0)
    with torch.no_grad():
        reader.start()
        one_token = FastDecoder(reader.model, reader.cache, 1)
        with pytest.raises(ValueError, match="room for 2 tokens, not 3"):
            one_token(torch.tensor([1]))
