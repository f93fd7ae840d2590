"""Whose run made a model: of its own seed, of a classmate's, of nobody's."""

import math
import shutil
from collections import Counter

import pytest
import torch

from minillm import assemble, batches, language_model, origin, training
from minillm.assemble import Size, seed_of
from minillm.language_model import LanguageModel
from minillm.packing import quantize_rows
from minillm.storyland import World
from minillm.tokenizer import Tokenizer
from minillm.transformer import Transformer

TEXTS = [story.text for story in World().stories(40, 0)]
CLASS = ["ada", "Grace", "kurt", "alan"]


def trained(seed: int, n_steps: int = 40, net: Transformer | None = None) -> LanguageModel:
    """A small model from a seed; `net`: of somebody who goes on from there."""
    size = Size(280, layers=1, heads=2, width=32, context=48, batch=4, steps=n_steps, seed=seed)
    vocabulary = Tokenizer.train(TEXTS, size.vocabulary)
    windows = batches.Windows(batches.encode(vocabulary, TEXTS), size.batch, size.context, seed)
    if net is None:
        generator = torch.Generator().manual_seed(seed)
        net = Transformer(size.config(vocabulary.size), generator)
    run = training.Run(net, size.recipe())
    training.train(run, assemble.batch_of(windows, n_steps))
    return LanguageModel(net.eval(), vocabulary)


@pytest.fixture(scope="module")
def ada() -> LanguageModel:
    return trained(seed_of("ada"))


@pytest.fixture(autouse=True)
def _few_texts(monkeypatch):
    """Five texts in place of five hundred."""
    whole = origin.test_texts

    def few(corpus):
        return whole(corpus) and TEXTS[:5]

    monkeypatch.setattr(origin, "test_texts", few)


def hand_in(folder, name, model, student, **rung):
    """A file as `make mine` writes it; what it says is true where `rung` says nothing else."""
    true = {"test": origin.bits_per_byte(model, TEXTS[:5]), "corpus": "storyland"}
    path = folder / f"{name}.safetensors"
    language_model.save(path, model, {"student": student, "rung": true | rung})
    return path


def rounded_rows(w):
    codes, scale = quantize_rows(w.numpy())
    return torch.from_numpy(codes * scale[:, None])


def verdict(path, students=CLASS):
    return origin.origins({path.name: path}, students)[0].verdict


def test_a_seed_follows_from_an_id_in_any_spelling():
    assert seed_of(" Ada ") == seed_of("ada") == 0x7EF72186
    assert seed_of("grace") != seed_of("ada")
    seeds = Counter(seed_of(f"student{i}") for i in range(10_000))
    assert len(seeds) > 9_990
    assert all(0 <= seed < 2**31 for seed in seeds)
    with pytest.raises(ValueError, match="at least one character"):
        seed_of("  ")


def test_a_trained_model_resembles_its_own_beginning_and_no_other(ada):
    own, *others = origin.resemblance(ada.net, [seed_of("ada"), *range(50)])
    chance = 1 / math.sqrt(len(origin.directions(ada.net)))
    assert own > 20 * chance
    assert max(map(abs, others)) < 5 * chance
    fresh = Transformer(ada.net.config, torch.Generator().manual_seed(7))
    assert origin.resemblance(fresh, [7]) == pytest.approx([1])


def test_the_cosine_of_strangers_has_the_width_that_chance_gives(ada):
    cosines = torch.tensor(origin.resemblance(ada.net, range(200)))
    n = len(origin.directions(ada.net))
    assert cosines.std() == pytest.approx(1 / math.sqrt(n), rel=0.3)
    assert abs(cosines.mean()) < 4 / math.sqrt(200 * n)


def test_own_runs_are_recognised(tmp_path, ada):
    assert verdict(hand_in(tmp_path, "one", ada, "Ada")) == "its own run"
    grace = trained(seed_of("grace"))
    assert verdict(hand_in(tmp_path, "two", grace, "grace")) == "its own run"


def test_a_classmates_model_is_recognised_also_after_more_training(tmp_path, ada):
    want = "did not begin at the seed of kurt; began at the seed of ada"
    assert verdict(hand_in(tmp_path, "one", ada, "kurt")) == want
    net = Transformer(ada.net.config)
    net.load_state_dict(ada.net.state_dict())
    further = trained(seed_of("kurt"), 40, net)
    assert verdict(hand_in(tmp_path, "two", further, "kurt")) == want


def test_a_model_in_eight_bits_is_recognised(tmp_path, ada):
    net = Transformer(ada.net.config)
    weights = ada.net.state_dict().items()
    net.load_state_dict({name: rounded_rows(w) if w.ndim == 2 else w for name, w in weights})
    rounded = LanguageModel(net.eval(), ada.vocabulary)
    assert verdict(hand_in(tmp_path, "one", rounded, "ada")) == "its own run"


def test_a_mixture_of_two_beginnings_names_both(tmp_path, ada):
    net = Transformer(ada.net.config, torch.Generator().manual_seed(seed_of("kurt")))
    with torch.no_grad():
        for p, q in zip(net.parameters(), ada.net.parameters(), strict=True):
            p.mul_(0.3).add_(q)
    mixed = LanguageModel(net.eval(), ada.vocabulary)
    assert verdict(hand_in(tmp_path, "one", mixed, "kurt")) == "began at the seed of ada"


def test_channels_in_another_order_hide_the_beginning_and_this_shows(tmp_path, ada):
    net = Transformer(ada.net.config).eval()
    order = torch.randperm(net.config.width, generator=torch.Generator().manual_seed(0))
    weights = {}
    for name, w in ada.net.state_dict().items():
        into = name.endswith(("out.weight", "down.weight")) or w.ndim == 1
        weights[name] = w[order] if into else w[:, order]
    net.load_state_dict(weights)
    ids = torch.arange(40)[None]
    torch.testing.assert_close(net(ids)[0], ada.net(ids)[0])
    path = hand_in(tmp_path, "one", LanguageModel(net, ada.vocabulary), "ada")
    assert verdict(path) == "did not begin at the seed of ada"


def test_a_forged_beginning_is_faint(tmp_path):
    stranger = trained(12345)
    fresh = Transformer(stranger.net.config, torch.Generator().manual_seed(seed_of("ada")))
    with torch.no_grad():
        for p, q in zip(stranger.net.parameters(), fresh.parameters(), strict=True):
            if p.ndim == 2:
                p.add_(q, alpha=0.09)
    found = verdict(hand_in(tmp_path, "one", stranger, "ada"))
    assert found.startswith("resembles the seed of ada faintly, 0.0")


def test_a_model_of_nobody_in_the_class(tmp_path, ada):
    path = hand_in(tmp_path, "one", trained(12345), "ada")
    assert verdict(path) == "did not begin at the seed of ada"
    path = hand_in(tmp_path, "two", trained(0), "")
    assert "names no student" in verdict(path)
    assert verdict(path, ["kurt"]).count(";") == 0


@pytest.mark.parametrize("says", [0.1, math.nan])
def test_a_score_is_not_believed(tmp_path, ada, says):
    path = hand_in(tmp_path, "one", ada, "ada", test=says)
    assert verdict(path).startswith(f"says {says:.3f}, scores ")


def test_equal_weights_are_named(tmp_path, ada):
    first = hand_in(tmp_path, "one", ada, "ada")
    shutil.copy(first, tmp_path / "two.safetensors")
    files = {path.name: path for path in sorted(tmp_path.iterdir())}
    assert [o.same_as for o in origin.origins(files, CLASS)] == [[], ["one.safetensors"]]


def test_a_broken_file_does_not_stop_the_others(tmp_path, ada, capsys):
    hand_in(tmp_path, "good", ada, "ada")
    (tmp_path / "bad.safetensors").write_bytes(b"\x00" * 100)
    hand_in(tmp_path, "odd", ada, "ada", corpus=["storyland"], test=None)
    path = tmp_path / "empty.safetensors"
    language_model.save(path, ada, {"student": "x | y\nz"})
    roster = tmp_path / "class.csv"
    roster.write_text("id,name\n" + "".join(f"{name},X\n" for name in CLASS))
    origin.main([str(tmp_path), "--students", str(roster)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert [line.count(" | ") for line in lines[2:]] == [5] * 4
    assert sum("can't be read" in line for line in lines) == 3
    assert "| its own run |" in lines[4]


def test_a_model_that_is_too_large_is_not_built(tmp_path, ada, monkeypatch):
    path = hand_in(tmp_path, "one", ada, "ada")
    monkeypatch.setattr(origin, "LARGEST", 1000)
    assert "at most" in verdict(path)


@pytest.mark.parametrize("text", ["name\nAda\n", "", "id,name\n"])
def test_a_class_list_without_ids_is_refused(tmp_path, ada, text, capsys):
    hand_in(tmp_path, "one", ada, "ada")
    roster = tmp_path / "class.csv"
    roster.write_text(text)
    with pytest.raises(SystemExit):
        origin.main([str(tmp_path), "--students", str(roster)])
    assert "no column `id`" in capsys.readouterr().err


def test_a_corpus_of_another_name_is_refused():
    with pytest.raises(ValueError, match="none of `make mine`"):
        origin.test_texts("shelley")
