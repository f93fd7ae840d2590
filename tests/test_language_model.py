"""A Transformer on the yardstick: windows, ends, files."""

import math
import re

import numpy as np
import pytest
import torch

from minillm import checkpoint, language_model
from minillm.architectures import configure
from minillm.corpus import BOS, EOS, ByteVocabulary, WordVocabulary
from minillm.language_model import LanguageModel, window_starts
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer
from minillm.yardstick import bits_per_byte

SIZES = {"n_layers": 2, "n_heads": 2, "width": 16, "hidden": 24, "context": 16}
TEXT = "It is a truth universally acknowledged, that a single man."


def make(row="llama", stride=None, batch=16, **sizes):
    config = configure(row, **{"vocab_size": 258} | SIZES | sizes)
    transformer = Transformer(config, torch.Generator().manual_seed(0))
    with torch.no_grad():  # far from uniform, so that histories matter
        for p in transformer.parameters():
            p.mul_(3)
    return LanguageModel(transformer, ByteVocabulary(), stride, batch)


def test_window_starts_by_hand():
    assert window_starts(4, 4, 2).tolist() == [0]
    assert window_starts(5, 4, 2).tolist() == [0, 2]
    assert window_starts(10, 4, 2).tolist() == [0, 2, 4, 6]
    assert window_starts(9, 4, 4).tolist() == [0, 4, 8]


@pytest.mark.parametrize("stride", [1, 3, 8, 16])
def test_log2_probs_equal_a_loop_over_tokens(stride):
    """Each token from the window that reaches it first, one forward pass per token."""
    model = make(stride=stride, batch=2)
    ids = model.vocabulary.encode(TEXT)
    stream = [BOS, *ids.tolist(), EOS]
    expected = []
    for t in range(len(ids) + 1):
        start = 0
        while t >= start + 16:
            start += stride
        assert t - start + 1 >= min(t + 1, 16 - stride + 1)  # the history that is promised
        z = model.net(torch.tensor([stream[start : t + 1]]))[0][0, -1].double()
        z[BOS] = -math.inf
        expected.append(z.log_softmax(0)[stream[t + 1]].item() / math.log(2))
    np.testing.assert_allclose(model.log2_probs(ids), expected, atol=2e-5)


@pytest.mark.parametrize("row", ["llama", "chatglm", "bloom"])
@pytest.mark.parametrize("text", ["", "a", TEXT[:15], TEXT[:16], TEXT])
def test_yardstick_accepts_every_decoder(row, text):
    model = make(row)
    bits = bits_per_byte(model, [text, "b"])
    assert 2 < bits < 40


def test_distribution_gives_nothing_to_the_beginning_of_a_text():
    p = make().distribution(np.array([70, 80]))
    assert p.shape == (258,)
    assert p[BOS] == 0
    assert p[EOS] > 0
    assert p.sum() == pytest.approx(1, abs=1e-6)


def test_scores_of_many_texts_equal_those_of_each_alone():
    model = make(stride=5, batch=3)
    texts = [TEXT, "", "a", TEXT[:30], TEXT[:16]]
    together = model.score([model.vocabulary.encode(text) for text in texts])
    assert [len(scores) for scores in together] == [len(text) + 1 for text in texts]
    for text, scores in zip(texts, together, strict=True):
        alone = model.log2_probs(model.vocabulary.encode(text))
        np.testing.assert_allclose(scores, alone, atol=2e-5)


def test_scoring_leaves_dropout_out_and_the_model_as_it_was():
    model = make(dropout=0.5)
    model.net.train()
    ids = model.vocabulary.encode(TEXT)
    assert np.array_equal(model.log2_probs(ids), model.log2_probs(ids))
    assert model.net.training


def test_longer_histories_change_scores_behind_the_first_window_alone():
    short, long = make(stride=16), make(stride=1)
    ids = short.vocabulary.encode(TEXT)
    a, b = short.log2_probs(ids), long.log2_probs(ids)
    np.testing.assert_allclose(a[:16], b[:16], atol=2e-5)
    assert np.abs(a[17:] - b[17:]).max() > 1e-3


@pytest.mark.parametrize(
    ("row", "sizes", "message"),
    [
        ("bert", {}, "structure 'encoder'"),
        ("original", {}, "structure 'encoder-decoder'"),
        ("llama", {"vocab_size": 300}, "258 ids, the Transformer 300"),
        ("llama", {"stride": 17}, "from 1 to 16, not 17"),
        ("llama", {"stride": 0}, "from 1 to 16, not 0"),
    ],
)
def test_language_model_refuses_what_does_not_fit(row, sizes, message):
    with pytest.raises(ValueError, match=message):
        make(row, **sizes)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_saved_model_comes_back(tmp_path, dtype):
    model = make()
    language_model.save(tmp_path / "m.safetensors", model, {"corpus": "austen"}, dtype)
    back = language_model.load(tmp_path / "m.safetensors")
    assert back.net.config == model.net.config
    for name, weight in model.net.state_dict().items():
        assert torch.equal(back.net.state_dict()[name], weight.to(dtype).float())
    _, about = checkpoint.read(tmp_path / "m.safetensors")
    assert about["provenance"] == {"corpus": "austen"}
    close = {torch.float32: 0, torch.float16: 0.01, torch.bfloat16: 0.1}[dtype]
    assert bits_per_byte(back, TEXT) == pytest.approx(bits_per_byte(model, TEXT), rel=close)


def test_saved_model_carries_its_tokenizer(tmp_path):
    tokenizer = Tokenizer.train([TEXT], 270)
    config = configure("llama", vocab_size=270, **SIZES)
    model = LanguageModel(Transformer(config), tokenizer)
    language_model.save(tmp_path / "m.safetensors", model, {})
    back = language_model.load(tmp_path / "m.safetensors")
    assert back.vocabulary.encode(TEXT).tolist() == tokenizer.encode(TEXT).tolist()


def test_describe_refuses_a_vocabulary_that_has_no_file():
    with pytest.raises(ValueError, match="not a WordVocabulary"):
        language_model.describe(WordVocabulary(["a"]))


def test_load_refuses_weights_of_another_model(tmp_path):
    model = make()
    language_model.save(tmp_path / "m.safetensors", model, {})
    weights, about = checkpoint.read(tmp_path / "m.safetensors")
    about["config"]["n_layers"] = 3
    checkpoint.write(tmp_path / "m.safetensors", weights, about)
    with pytest.raises(ValueError, match=re.escape("blocks.2.attention.out.weight is missing")):
        language_model.load(tmp_path / "m.safetensors")


def test_files_from_before_there_were_other_networks_are_read(tmp_path):
    model = make()
    language_model.save(tmp_path / "m", model, {}, torch.float32)
    weights, about = checkpoint.read(tmp_path / "m")
    assert about.pop("network") == "Transformer"
    checkpoint.write(tmp_path / "m", weights, about)
    back = language_model.load(tmp_path / "m")
    ids = back.vocabulary.encode(TEXT)
    np.testing.assert_array_equal(back.log2_probs(ids), model.log2_probs(ids))
