"""minillm.ngram agrees with KenLM, and with NLTK where both define the same model.

The tables `data/kenlm_*.tsv` hold what KenLM answered; their first lines say which build of it and
how it was asked, and `benchmarks/kenlm_reference.py` makes them again. KenLM stores 32-bit floats.

NLTK's `KneserNeyInterpolated` is no reference: it is another model (last test).
"""

import csv
import hashlib
import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from nltk import lm
from nltk.lm.preprocessing import pad_both_ends, padded_everygram_pipeline

from minillm.corpus import EOS, WordVocabulary, austen, words
from minillm.ngram import NGram, continuation_counts, count_ngrams, discounts, kneser_ney, pad

LOG10_2 = math.log10(2)


def read_table(name: str) -> tuple[list[str], list[dict[str, str]]]:
    """The comments and the rows of a table of KenLM's answers."""
    text = (Path(__file__).parent / "data" / f"kenlm_{name}.tsv").read_text(encoding="utf-8")
    lines = text.splitlines()
    rows = [line for line in lines if not line.startswith("# ")]
    comments = [line[2:] for line in lines if line.startswith("# ")]
    return comments, list(csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE))


def kenlm_discounts(comments: list[str], order: int) -> np.ndarray:
    """(order, 3): D1, D2, D3+ of each order, as `lmplz -o order` printed them."""
    start = next(i for i, line in enumerate(comments) if line.startswith(f"lmplz -o {order} "))
    lines = comments[start + 1 : start + 1 + order]
    return np.array([[float(d) for d in re.findall(r"=(\S+)", line)] for line in lines])


def our_discounts(model: NGram, texts: list[str]) -> np.ndarray:
    """(order, 3): D1, D2, D3+ of each order."""
    stream = pad(model.vocabulary.encode(text) for text in texts)
    tables = count_ngrams(stream, model.order, model.vocabulary.size)
    return np.array([discounts(count)[1:] for count in continuation_counts(tables)])


def log10_probs(model: NGram, text: str) -> np.ndarray:
    """(T+1,): of each word of a text, then of its end."""
    return model.log2_probs(model.vocabulary.encode(text)) * LOG10_2


def paragraphs(split: str) -> list[str]:
    return [text for document in austen(split) for text in document.text.split("\n")]


def closed_vocabulary(texts: list[str], *more: str) -> WordVocabulary:
    """All words of the texts, and one id for every other word: what KenLM and NLTK use."""
    return WordVocabulary([*(word for text in texts for word in words(text)), *more], "<unk>")


@pytest.fixture(scope="module")
def train() -> list[str]:
    return paragraphs("train")


@pytest.fixture(scope="module", params=[3, 5], ids="order {}".format)
def austen_model(request: pytest.FixtureRequest, train: list[str]) -> NGram:
    return NGram(closed_vocabulary(train), request.param).fit(train)


def test_kenlm_counted_the_text_that_we_count(train: list[str]):
    lines = (" ".join(word.replace(" ", "▁") for word in words(text)) for text in train)
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    comments, _ = read_table("austen")
    assert any(digest in line for line in comments), "run benchmarks/kenlm_reference.py again"


def test_held_out_probabilities_equal_kenlm(austen_model: NGram):
    _, rows = read_table("austen")
    joined = "".join(row["token"] for row in rows).replace("▁", " ")
    texts = joined.removesuffix("</s>").split("</s>")
    ours = np.concatenate([log10_probs(austen_model, text) for text in texts])
    theirs = np.array([float(row[f"order{austen_model.order}"]) for row in rows])
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_held_out_table_has_what_is_hard(train: list[str]):
    vocabulary = closed_vocabulary(train)
    _, rows = read_table("austen")
    tokens = [row["token"].replace("▁", " ") for row in rows]
    unknown = [token not in vocabulary.ids and token != "</s>" for token in tokens]
    after_unknown = [a and not b for a, b in pairwise(unknown)]
    assert tokens.count("</s>") == 69
    assert (sum(unknown), sum(after_unknown)) == (26, 26)


def test_discounts_equal_kenlm(austen_model: NGram, train: list[str]):
    comments, _ = read_table("austen")
    theirs = kenlm_discounts(comments, austen_model.order)
    np.testing.assert_allclose(our_discounts(austen_model, train), theirs, rtol=1e-5)


@pytest.fixture(scope="module")
def tiny() -> list[str]:
    """The sentences of the tiny table: " the dog saw the dog", ..."""
    comments, _ = read_table("tiny")
    lines = [line.removeprefix("train ") for line in comments if line.startswith("train ")]
    return [line.replace(" ", "").replace("▁", " ") for line in lines]


def test_tiny_model_equals_kenlm_after_every_history(tiny: list[str]):
    model = NGram(closed_vocabulary(tiny), 3).fit(tiny)
    ids = {**model.vocabulary.ids, "<unk>": 2, "</s>": EOS}
    _, rows = read_table("tiny")
    for row in rows:
        history, word = row["history"].replace("▁", " "), row["word"].replace("▁", " ")
        context = [ids[w] for w in re.findall(r"<unk>| \w+", history)]
        p = model.distribution(np.array(context, dtype=np.int64))[ids[word]]
        assert math.log10(p) == pytest.approx(float(row["log10p"]), rel=0, abs=1e-4), row


def test_tiny_discounts_equal_kenlm_with_and_without_fallback(tiny: list[str]):
    comments, _ = read_table("tiny")
    theirs = kenlm_discounts(comments, 3)
    ours = our_discounts(NGram(closed_vocabulary(tiny), 3), tiny)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert theirs[1].tolist() == [0.5, 1.0, 1.5]  # no bigram with count 3: the fallback
    assert theirs[2, 2] == 3.0  # trigrams with count 3, none with count 4: no fallback


def nltk_model(model: lm.api.LanguageModel, texts: list[str]) -> lm.api.LanguageModel:
    """Fitted on the sentences, each between n-1 `<s>` and n-1 `</s>`, as NLTK's pipeline pads."""
    model.fit(*padded_everygram_pipeline(model.order, [words(text) for text in texts]))
    return model


def nltk_probs(model: lm.api.LanguageModel, text: str) -> list[float]:
    """(T+1,): of each word of a text and of its end, given the n-1 symbols before it."""
    n = model.order
    symbols = list(pad_both_ends(words(text), n))
    ends = range(n - 1, len(words(text)) + n)
    return [model.score(symbols[t], symbols[t - n + 1 : t]) for t in ends]


@pytest.mark.parametrize("order", [2, 3, 5])
@pytest.mark.parametrize("k", [1.0, 0.3, 0.001])
def test_add_k_equals_nltk(train: list[str], order: int, k: float):
    texts, held_out = train[:40], train[40:50]
    theirs = nltk_model(lm.Laplace(order) if k == 1 else lm.Lidstone(k, order), texts)
    # NLTK keeps a share for <s>, which never follows anything; a word that never comes takes it.
    model = NGram(closed_vocabulary(texts, "no such word"), order, "add_k", k).fit(texts)
    for text in (*texts[:3], *held_out):
        ours = 2 ** model.log2_probs(model.vocabulary.encode(text))
        np.testing.assert_allclose(ours, nltk_probs(theirs, text), rtol=1e-9)


@pytest.mark.parametrize("order", [2, 3, 5])
def test_maximum_likelihood_equals_nltk_after_seen_histories(train: list[str], order: int):
    texts = train[:40]
    theirs = nltk_model(lm.MLE(order), texts)
    model = NGram(closed_vocabulary(texts), order, "mle").fit(texts)
    for text in texts:
        ours = 2 ** model.log2_probs(model.vocabulary.encode(text))
        np.testing.assert_allclose(ours, nltk_probs(theirs, text), rtol=1e-9)


@pytest.mark.parametrize("D", [0.1, 0.7])
def test_one_discount_equals_nltk_at_the_highest_order(train: list[str], D: float):
    """What each bigram keeps and each history passes on; NLTK's lower order is another model."""
    texts = train[:40]
    theirs = nltk_model(lm.KneserNeyInterpolated(2, discount=D), texts).estimator
    vocabulary = closed_vocabulary(texts)
    table = count_ngrams(pad(map(vocabulary.encode, texts)), 2, vocabulary.size)[1]
    discount = np.array([0, D, D, D])
    alpha, backoff = kneser_ney(table.history, table.count, vocabulary.size, discount)
    names = ["<s>", "</s>", *vocabulary.symbols[2:]]
    for h, w, kept in zip(table.history, table.word, alpha, strict=True):
        expected = theirs.alpha_gamma(names[w], [names[h]])
        assert (kept, backoff[h]) == pytest.approx(expected, rel=1e-9)


def test_nltk_kneser_ney_is_another_model(train: list[str]):
    """One fixed discount for all counts and orders, and nothing for a word that it never saw."""
    texts = train[:40]
    theirs = nltk_model(lm.KneserNeyInterpolated(3), texts)
    model = NGram(closed_vocabulary(texts), 3).fit(texts)
    assert theirs.estimator.discount == 0.1
    assert theirs.score("xyzzy", ["<s>", "<s>"]) == 0
    assert 2 ** model.log2_probs(model.vocabulary.encode("xyzzy"))[0] > 0
