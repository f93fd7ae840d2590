"""The file of a model that a page runs: what is in it, what comes back, what is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from minillm import export
from minillm.architectures import configure
from minillm.corpus import ByteVocabulary
from minillm.export import from_bytes, read_header
from minillm.language_model import LanguageModel
from minillm.packing import quantize_rows, to_bytes
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer

TEXTS = ["a banana and an ananas", "naïve -- and more"]


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    """A tiny model of the row LLaMA, keys and values shared by two heads."""
    vocabulary = Tokenizer.train(TEXTS, 264)
    config = configure(
        "llama",
        vocab_size=264,
        n_layers=2,
        n_heads=4,
        n_kv_heads=2,
        width=16,
        hidden=24,
        context=32,
    )
    return LanguageModel(Transformer(config, torch.Generator().manual_seed(0)), vocabulary)


def test_quantise_by_hand():
    codes, scale = quantize_rows(np.array([[1.27, -0.5, 0.004], [0, 0, 0]]))
    assert codes.tolist() == [[127, -50, 0], [0, 0, 0]]
    np.testing.assert_allclose(scale, [0.01, 0], rtol=1e-6)


def test_quantise_is_off_by_half_a_step():
    matrix = np.random.default_rng(0).standard_normal((50, 40))
    codes, scale = quantize_rows(matrix)
    gap = np.abs(codes * scale[:, None].astype(float) - matrix)
    assert np.all(gap <= 0.5001 * scale[:, None])


def test_model_comes_back_close_and_exactly_the_second_time(model):
    once = from_bytes(to_bytes(model, {}))
    ids = model.vocabulary.encode("a banana")
    np.testing.assert_array_equal(once.vocabulary.encode("a banana"), ids)
    assert once.vocabulary.decode(ids) == "a banana"
    gap = np.abs(once.distribution(ids) - model.distribution(ids)).max()
    assert 0 < gap < 1e-3
    twice = from_bytes(to_bytes(once, {}))
    for name, weight in twice.net.state_dict().items():
        torch.testing.assert_close(weight, once.net.state_dict()[name], rtol=1e-6, atol=0)


def test_file_says_what_it_is(model):
    data = to_bytes(model, {"seed": 7})
    header, numbers = read_header(data)
    assert header["provenance"] == {"seed": 7}
    assert header["config"]["n_kv_heads"] == 2
    sizes = [np.prod(t["shape"]) for t in header["tensors"].values() if "codes" in t]
    assert len(numbers) < 1.3 * sum(sizes)
    for tensor in header["tensors"].values():
        assert tensor.get("scales", 0) % 4 == tensor.get("floats", 0) % 4 == 0
    assert (4 + int.from_bytes(data[:4], "little")) % 4 == 0


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"position": "alibi"}, "position"), ({"bias": True}, "bias"), ({"head": "tied"}, "head")],
)
def test_other_models_are_refused(model, settings, named):
    config = replace(model.net.config, **settings)
    with pytest.raises(ValueError, match=named):
        to_bytes(LanguageModel(Transformer(config), model.vocabulary), {})


def test_other_vocabularies_and_bad_weights_are_refused(model):
    config = replace(model.net.config, vocab_size=ByteVocabulary().size)
    with pytest.raises(ValueError, match="ByteVocabulary"):
        to_bytes(LanguageModel(Transformer(config), ByteVocabulary()), {})
    net = Transformer(model.net.config)
    with torch.no_grad():
        net.norm.weight[0] = torch.nan
    with pytest.raises(ValueError, match="norm"):
        to_bytes(LanguageModel(net, model.vocabulary), {})
    with pytest.raises(ValueError, match="no model for a page"):
        from_bytes(b"\x08\0\0\0 no JSON")


def test_stored_model_is_small_and_says_where_it_comes_from():
    data = export.PAGE.read_bytes()
    assert len(data) <= 8_000_000
    header, _ = read_header(data)
    about = header["provenance"]
    for name in ("command", "seed", "commit", "date", "hardware", "training_seconds", "flops"):
        assert about[name] or about[name] == 0, name
    score = about["bits_per_byte"]
    assert score["valid"] < score["valid_rounded"] + 1e-4 < score["valid"] + 0.01
    assert json.dumps(about)


def test_stored_model_knows_austen():
    model = export.austen_page()
    ids = model.vocabulary.encode("She was very much surpr")
    best = int(model.distribution(ids).argmax())
    assert model.vocabulary.symbol(best) == "ised"
