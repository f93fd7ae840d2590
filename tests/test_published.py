"""Files for the ecosystem: `transformers` loads them and computes the same."""

import json

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from minillm import published
from minillm.architectures import configure
from minillm.corpus import ByteVocabulary
from minillm.export import austen_page
from minillm.language_model import LanguageModel
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer

TEXTS = ["She was naïve 🙂.", "", "  two  spaces\n\nand\tmore", "<s> is text"]


def small(**more) -> LanguageModel:
    """A tiny Llama, its numbers far from their defaults."""
    vocabulary = Tokenizer.train(["a banana and an ananas", "and more of the same"], 270)
    sizes = {"n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "width": 32, "hidden": 40, "context": 64}
    config = configure("llama", vocab_size=vocabulary.size, **sizes | more)
    net = Transformer(config, torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        for p in net.parameters():
            p.add_(torch.randn(p.shape, generator=torch.Generator().manual_seed(1)) / 3)
    return LanguageModel(net, vocabulary)


def same_logits(model: LanguageModel, folder) -> float:
    """The largest difference of logits to those of `transformers`, on a text of full length."""
    theirs = AutoModelForCausalLM.from_pretrained(folder).eval()
    V, T = model.net.config.vocab_size, model.net.config.context
    ids = torch.randint(2, V, (2, T), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        return float((model.net(ids)[0] - theirs(ids).logits).abs().max())


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"n_kv_heads": None, "eps": 0.1},
        {"head": "tied", "rope_theta": 100.0},
        {"n_kv_heads": 1},
    ],
)
def test_transformers_computes_the_same_logits(tmp_path, more):
    model = small(**more)
    published.write(model, tmp_path)
    assert same_logits(model, tmp_path) < 1e-4
    back = published.read(tmp_path)
    for name, weight in back.net.state_dict().items():
        assert torch.equal(weight, model.net.state_dict()[name])
    assert back.vocabulary.merges == model.vocabulary.merges


def test_model_of_the_pages_runs_in_the_ecosystem(tmp_path):
    model = austen_page()
    published.write(model, tmp_path)
    assert same_logits(model, tmp_path) < 1e-4
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    for text in TEXTS[:3]:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert ids == model.vocabulary.encode(text).tolist()
        assert tokenizer.decode(ids) == text
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id) == (0, 1)


def test_a_setting_that_is_lost_would_change_the_logits(tmp_path):
    """The test of equality can fail: each of these is a known trap."""
    model = small(n_kv_heads=2, eps=0.1, rope_theta=100.0)
    for name, value in (("rms_norm_eps", 1e-6), ("rope_theta", 10_000.0)):
        published.write(model, tmp_path)
        about = json.loads((tmp_path / "config.json").read_text())
        about[name] = value
        about["rope_parameters"]["rope_theta"] = about["rope_theta"]
        (tmp_path / "config.json").write_text(json.dumps(about))
        assert same_logits(model, tmp_path) > 1e-3, name


def test_what_is_no_llama_is_refused(tmp_path):
    for more, named in (({"activation": "relu"}, "activation"), ({"bias": True}, "bias")):
        with pytest.raises(ValueError, match=named):
            published.write(small(**more), tmp_path)
    config = configure(
        "llama",
        vocab_size=ByteVocabulary().size,
        n_layers=1,
        n_heads=2,
        width=8,
        hidden=8,
        context=8,
    )
    with pytest.raises(ValueError, match="ByteVocabulary"):
        published.write(LanguageModel(Transformer(config), ByteVocabulary()), tmp_path)
    assert not list(tmp_path.iterdir())
    model = small()
    published.write(model, tmp_path)
    about = json.loads((tmp_path / "config.json").read_text()) | {"rope_scaling": {"factor": 2}}
    (tmp_path / "config.json").write_text(json.dumps(about))
    with pytest.raises(ValueError, match="rope_scaling"):
        published.read(tmp_path)
