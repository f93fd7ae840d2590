"""The ladder's numbers are those that the models give."""

import pytest

from minillm import corpus, ladder
from minillm.ngram import NGram
from minillm.yardstick import bits_per_byte


def test_ladder_is_sorted_best_last():
    rungs = ladder.load()
    assert [rung.test for rung in rungs] == sorted((r.test for r in rungs), reverse=True)
    assert len(rungs) >= 12


def test_ladder_rung_equals_a_fresh_measurement():
    train, test = ([d.text for d in corpus.austen(split)] for split in ("train", "test"))
    model = NGram(corpus.WordVocabulary.build(train), 3).fit(train)
    (rung,) = [r for r in ladder.load() if r.model == "words, Kneser-Ney, n = 3"]
    assert bits_per_byte(model, test) == pytest.approx(rung.test, abs=1e-5)


def test_ladder_table_has_a_line_for_each_rung():
    rungs = ladder.load()
    lines = ladder.table(rungs).splitlines()
    assert len(lines) == len(rungs) + 2
    assert f"{rungs[-1].test:.3f}" in lines[-1]


def test_ladder_of_a_chapter_ends_with_its_topic():
    assert {r.topic for r in ladder.load(until="01_ngrams")} == {"01_ngrams"}
    trained = {r.model for r in ladder.load() if r.topic == "09_training"}
    assert trained
    assert trained <= {r.model for r in ladder.load(until="09_training")}


def test_mini_llm_beats_counting_on_the_ladder_within_15_minutes():
    rungs = ladder.load()
    counting = min(r.test for r in rungs if r.topic == "01_ngrams")
    trained = [r for r in rungs if r.model.startswith("mini-LLM") and r.seconds <= 15 * 60]
    assert min(r.test for r in trained) < min(1.55, counting)


@pytest.mark.parametrize("corpus", ["austen", "storyland"])
def test_every_trained_rung_has_a_curve_that_ends_with_it(corpus):
    trained = {r.model: r for r in ladder.load(corpus) if r.topic == "09_training"}
    curves = ladder.curves(corpus)
    assert curves.keys() == trained.keys()
    for model, points in curves.items():
        assert points[-1]["flops"] == trained[model].flops
        assert [p["step"] for p in points] == sorted({p["step"] for p in points})
        # The yardstick shows the model more of what stands before: it needs no more bits.
        assert trained[model].valid < min(p["valid"] for p in points) + 1e-3


def test_ladder_says_that_a_corpus_has_no_curve():
    with pytest.raises(ValueError, match="'nowhere'"):
        ladder.curves("nowhere")


def test_ladder_says_that_a_corpus_has_no_result():
    with pytest.raises(ValueError, match="'nowhere'"):
        ladder.load("nowhere")
