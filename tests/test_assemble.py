"""The mini-LLM out of a student's pieces: whose code runs is counted, never assumed."""

import inspect
import json
import re
import types
from functools import partial

import pytest
import solved
import torch

from grader.authoring.assignment import assignments, course_folder, path_of
from grader.authoring.weave import answers
from minillm import (
    afterwards,
    assemble,
    attention,
    batches,
    language_model,
    ngram,
    origin,
    pieces,
    reader,
    trainer,
    training,
)
from minillm.assembly import Calls, counted, counted_class, holders, replaced, table
from minillm.corpus import austen
from minillm.export import austen_page
from minillm.storyland import World
from minillm.trials import difference

TINY = assemble.Size(280, layers=1, heads=2, width=16, context=48, batch=4, steps=2)
# Of the pieces that pass: what a model of LLaMA's row, trained by the plain loop, never asks for.
UNUSED = {
    *("to_bytes", "clip_gradients", "prefix_mask", "relu", "gelu", "gelu_tanh", "layer_norm"),
    "initial_loss",
}
LIBRARY = pieces.originals()


@pytest.fixture(scope="module")
def spaces(tmp_path_factory):
    """The modules of all solved notebooks: a student who has everything right."""
    folder = tmp_path_factory.mktemp("solved")
    for assignment in pieces.PIECES:
        solved.write(folder, assignment)
    return {name: pieces.load(path, name) for name, path in pieces.notebooks(folder)}


@pytest.fixture(scope="module")
def own(spaces):
    return {
        name: vars(spaces[assignment])[name]
        for assignment in spaces
        for name in pieces.originals([assignment])
    }


@pytest.fixture(scope="module")
def texts():
    found = assemble.texts_of("storyland", 30)
    return {split: those[: 30 if split == "train" else 1] for split, those in found.items()}


@pytest.fixture(scope="module")
def library_build(texts):
    with assemble.in_place({}, {}) as calls:
        return assemble.build(texts, TINY, calls)


def holds_the_library() -> bool:
    """Whether some places where pieces are known by name hold the library's again."""
    return (
        trainer.accumulate is not training.accumulate
        and attention.rotate is LIBRARY["rotate"]
        and batches.pad is ngram.pad is LIBRARY["pad"]
        and not any(hasattr(x, "__wrapped__") for x in vars(training).values() if callable(x))
    )


def test_pieces_are_answers_of_their_assignments():
    for assignment in pieces.PIECES:
        found = answers(path_of(assignment, course_folder()))
        written = {(a.file.split("/")[1][:-3], a.name) for a in found}
        named = {
            (module, name)
            for module, names in pieces.PIECES[assignment].items()
            for name in names.split()
        }
        assert named <= written
    assert set(pieces.PIECES) <= set(assignments(course_folder()))


def test_all_pieces_of_a_student_are_put_in_and_called(own, spaces, texts, library_build):
    made, calls, broken = assemble.assemble(own, spaces, texts, TINY)
    assert not broken
    assert {name for name in own if not calls.of(name)} == UNUSED
    assert made.losses == pytest.approx(library_build.losses, abs=1e-5)
    assert made.bits == pytest.approx(library_build.bits, abs=1e-4)
    assert made.samples == library_build.samples
    assert made.file[:4] == library_build.file[:4]
    assert made.resumed
    for got, want in ((made.adapted, library_build.adapted), (made.edited, library_build.edited)):
        assert {k: pytest.approx(v, abs=1e-3) for k, v in want.items()} == got
    assert made.adapted["new"][1] < made.adapted["new"][0]
    assert calls.number["train", "scaled_dot_product_attention"] == TINY.steps * 2
    assert calls.number["write", "rotate"] > 0
    assert calls.number["export", "rotate"] == 0
    assert holds_the_library()


def test_a_trained_model_learns_a_style_and_one_sentence():
    model = austen_page()
    kept = {name: w.clone() for name, w in model.net.state_dict().items()}
    old = [austen("valid")[0].text[:1500]]
    stories = [story.text for story in World().stories(44, seed=3)]
    adapted = afterwards.adapt(model, stories[:40], stories[40:], old, n_steps=12)
    assert adapted.numbers["new"][1] < 0.95 * adapted.numbers["new"][0]
    assert adapted.numbers["old"][1] < 1.3 * adapted.numbers["old"][0]
    edited = afterwards.edit(model, "Mr. Darcy lived in", "London", old)
    assert edited.numbers["says"][0] < 0.05
    assert edited.numbers["says"][1] > 0.5
    assert edited.numbers["others"][1] == pytest.approx(edited.numbers["others"][0], rel=0.1)
    moved = [n for n, w in edited.model.net.state_dict().items() if not torch.equal(w, kept[n])]
    assert moved == ["blocks.2.feed_forward.down.weight"]
    assert all(torch.equal(w, kept[n]) for n, w in model.net.state_dict().items())


def test_half_of_the_pieces_give_the_same_model(own, spaces, texts, library_build):
    half = dict(list(own.items())[::2])
    made, calls, _ = assemble.assemble(half, spaces, texts, TINY)
    assert made.losses == pytest.approx(library_build.losses, abs=1e-5)
    # The library's are counted like one's own.
    assert {name for name in LIBRARY if not calls.of(name)} == UNUSED


@pytest.mark.parametrize("missing", LIBRARY)
def test_library_stands_in_for_a_single_missing_piece(missing, own, spaces):
    rest = {name: piece for name, piece in own.items() if name != missing}
    with assemble.in_place(rest, spaces):
        for assignment, homes in pieces.PIECES.items():
            for home, names in homes.items():
                module = __import__(f"minillm.{home}", fromlist=["x"])
                for name in names.split():
                    for place in (vars(module), vars(spaces[assignment])):
                        found = inspect.unwrap(place[name])
                        if isinstance(found, type):
                            found = found.__mro__[1]
                        assert found is (LIBRARY if name == missing else own)[name]
    assert vars(spaces["09_training"])["train"] is own["train"]
    assert holds_the_library()


def test_fused_kernel_leaves_the_piece_without_calls(own, spaces, texts, monkeypatch):
    plain = assemble.Size.config
    monkeypatch.setattr(
        assemble.Size,
        "config",
        lambda size, V: type(plain(size, V))(**vars(plain(size, V)) | {"fused": True}),
    )
    _, calls, _ = assemble.assemble(own, spaces, texts, TINY)
    assert calls.of("scaled_dot_product_attention") == calls.of("silu") == 0
    assert calls.of("rotate") > 0
    said = table(assemble.STAGES, {"silu": "yours", "rotate": "yours"}, calls)
    assert "| `silu` | yours: passes, but is not used here |" in said
    assert "| `rotate` | yours |" in said


def test_piece_that_raises_is_reported_and_left_out(own, spaces, texts, library_build, capsys):
    def top_p(logits, p):
        raise RuntimeError("not for two texts")

    bad = own | {"top_p": top_p}
    made, _, broken = assemble.assemble(bad, spaces, texts, TINY)
    assert broken == {"top_p": "raised in the stage write: RuntimeError('not for two texts')"}
    assert "`top_p` raised in the stage write" in capsys.readouterr().out
    assert made.samples == library_build.samples
    assert holds_the_library()


def test_error_of_nobody_comes_through_and_the_library_is_back(own, spaces):
    with pytest.raises(ValueError, match="vocab_size"):
        assemble.assemble(own, spaces, {"train": ["a"]}, assemble.Size(7))
    assert holds_the_library()


@pytest.mark.parametrize(
    ("assignment", "answer", "change", "names", "why"),
    [
        (
            "07_transformer",
            "rms_norm",
            ("square().mean(", "abs().mean("),
            {"rms_norm"},
            "rms_norm: ",
        ),
        (
            "10_decoding",
            "top_p",
            ("check_share", 'raise NotImplementedError("top_p: not attempted"); check_share'),
            {"top_p"},
            "not attempted",
        ),
        (
            "06_attention",
            "causal_mask",
            ("return", "return return"),
            {"causal_mask"},
            "invalid syntax",
        ),
    ],
)
def test_wrong_piece_is_left_out_and_no_other(tmp_path, assignment, answer, change, names, why):
    path = solved.write(tmp_path, assignment, **{answer: change})
    reasons = pieces.examine(path, assignment)
    bad = {name: reason for name, reason in reasons.items() if reason}
    assert set(bad) == names
    assert all(why in reason for reason in bad.values())


def test_piece_that_passes_its_checks_and_differs_is_left_out():
    def rms_norm(x, weight, eps=1e-5):
        return LIBRARY["rms_norm"](x, weight, 1e-5)  # whatever eps is

    found = difference("rms_norm", {"rms_norm": rms_norm}.get, LIBRARY.get)
    assert found.startswith("on random inputs it differs from the library's: at [0, 0, 0] expected")
    found = difference("rms_norm", {"rms_norm": lambda *_: 1 / 0}.get, LIBRARY.get)
    assert "raised ZeroDivisionError" in found


def test_slow_piece_is_left_out():
    def merge(ids, pair, token):
        for _ in range(4000):
            LIBRARY["merge"](ids, pair, token)
        return LIBRARY["merge"](ids, pair, token)

    assert "times as long as the library's" in difference(
        "merge", {"merge": merge}.get, LIBRARY.get
    )


@pytest.mark.parametrize("name", LIBRARY)
def test_trial_of_a_piece_can_fail(name):
    """A piece that returns nothing and does nothing differs."""
    idle = LIBRARY | {name: torch.nn.Module if name in ("Block", "LoRA") else lambda *_, **__: None}
    assert difference(name, idle.__getitem__, LIBRARY.__getitem__)


def test_pair_that_belongs_together_is_used_together():
    reasons = pieces.together({"save_run": "", "resume_run": "not attempted", "train": ""})
    assert reasons["save_run"] == "goes with `resume_run`, which is not used"
    assert reasons["train"] == ""


def test_notebook_that_ends_its_process_costs_its_pieces_alone(tmp_path):
    path = solved.write(tmp_path, "01_ngrams", pad=("def pad", "import os; os._exit(0)\ndef pad"))
    assert pieces.examined(path, "01_ngrams") == dict.fromkeys(
        ["pad", "bits_per_byte"], "the notebook ended its process"
    )
    (tmp_path / "bad.ipynb").write_text("{}")
    with pytest.raises(ValueError, match="no notebook"):
        pieces.read_cells(tmp_path / "bad.ipynb")


def test_command_judges_builds_and_keeps(tmp_path, capsys):
    solved.write(tmp_path, "10_decoding")
    out = tmp_path / "mine"
    words = f"{tmp_path} --out {out} --stories 12 --vocabulary 280 --layers 1 --heads 2 --width 16"
    tiny = "--context 48 --batch 4 --steps 2"
    assemble.main([*words.split(), "--check"])
    assert "| `draw` | yours |" in capsys.readouterr().out.replace(
        ": passes, but is not used here", ""
    )
    with pytest.raises(SystemExit):
        assemble.main([*words.split(), "--student", "ada", "--seed", "3"])
    assert "--student decides on the seed" in capsys.readouterr().err
    assemble.main([*words.split(), *tiny.split(), "--student", " Ada"])
    said = capsys.readouterr().out
    assert re.search(r"9 of 59 pieces are yours, [89] of these were called\.", said)
    assert "| `rotate` | the library's: no notebook |" in said
    assert "| mine, 1 layers x 16, 280 tokens |" in said
    rung = json.loads((out / "rung.json").read_text())
    assert rung["topic"] == "14_mini_llm"
    assert rung["seed"] == assemble.seed_of("ada")
    kept = language_model.load(out / "model.safetensors").net
    begun, other = origin.resemblance(kept, [rung["seed"], 0])
    assert abs(other) < 0.1 < 0.9 < begun
    assert (out / "model.bin").stat().st_size < 60_000
    assert (out / "report.md").read_bytes().decode().strip() in said


def test_holders_finds_names_and_dictionaries_once():
    one, two = types.ModuleType("one"), types.ModuleType("two")
    f = lambda x: x  # noqa: E731
    one.f, one.kinds, one.other = f, {"a": f, "b": abs}, partial(f)
    two.g, two.kinds = f, one.kinds
    places = holders(f, [one, two])
    assert [(id(place), key) for place, key in places] == [
        (id(vars(one)), "f"),
        (id(one.kinds), "a"),
        (id(vars(two)), "g"),
    ]

    def fail():
        assert one.f is one.kinds["a"] is two.g is abs
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), replaced([(f, abs)], [one, two]):
        fail()
    assert one.f is one.kinds["a"] is two.g is f
    with pytest.raises(ValueError, match="it replaces nothing"), replaced([(len, abs)], [one]):
        pass


def test_counted_counts_and_changes_nothing():
    calls = Calls()
    root = counted(lambda x, n=2: x ** (1 / n), "root", calls)
    calls.stage = "a"
    assert root(9) == root(27, n=3) == 3
    calls.stage = "b"
    with pytest.raises(ZeroDivisionError) as caught:
        root(4, 0)
    assert calls.number == {("a", "root"): 2, ("b", "root"): 1}
    assert calls.raised == {"root": caught.value}
    assert calls.of("root") == 3
    layer = counted_class(torch.nn.Tanh, "tanh", calls)()
    assert layer(torch.zeros(3)).tolist() == [0, 0, 0]
    assert isinstance(layer, torch.nn.Tanh)
    assert calls.of("tanh") == 1


def test_reader_is_the_plain_one_without_fused_kernels():
    config = TINY.config(280)
    net = assemble.transformer.Transformer(config)
    assert not reader.Reader(net, [[1, 2]])._written_out
