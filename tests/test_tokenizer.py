"""The tokenizer: by hand, round trips, and ids equal to those of `tokenizers` and `tiktoken`."""

import json
import random
import unicodedata

import numpy as np
import pytest
import rustbpe
import tiktoken
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers, trainers

from minillm import corpus
from minillm.pretokenizer import GPT2, PATTERN, SMOLLM
from minillm.tokenizer import Tokenizer
from minillm.tokenizer_file import byte_tokens, from_printable, printable, to_printable
from minillm.yardstick import check_lossless

TOY = Tokenizer.train(["low lower lowest"], 262, special=["<|end|>"])
CHARACTERS = (  # of which random texts are made
    [chr(code) for code in range(0x250)],
    [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000],
    [chr(code) for code in range(0x300, 0x370)] + list("aeoйн"),
    [c for c in map(chr, range(0x3100)) if c.isspace()] + list("  \n\n"),
    ["👩", "👨", "👧", "\u200d", "🏽", "\ufe0f", "🇫", "🇷", "❤"],
    list("'’'’sdmtlrveSDMTLRVE aZ1٣½Ⅷ٫,.!-_<s></s>"),
    list("天地玄黃宇宙洪荒，。「」\u3000アイनमस्तेمرحبا، שלום"),
    ["\x00", "\x1c", "\x1f", "\x7f", "\x85", "\xad", "\u2028", "\ufeff", "\ufffd", "\uffff"],
    [" the", " Emma", "ing", "'s", " said", "\r\n", "    ", "<s>", "</s>", "1811"],
)


def random_texts(n, seed=0):
    """Texts of up to 40 characters from one to three of the groups."""
    rng = random.Random(seed)
    texts = []
    for _ in range(n):
        groups = rng.choices(CHARACTERS, k=rng.randint(1, 3))
        texts.append("".join(rng.choice(rng.choice(groups)) for _ in range(rng.randint(0, 40))))
    return texts


@pytest.fixture(scope="module")
def austen():
    """The chapters of the training split."""
    return [chapter.text for chapter in corpus.austen("train")]


@pytest.fixture(scope="module")
def tokenizer(austen):
    """Trained on them, 4,096 tokens."""
    return Tokenizer.train(austen, 4096)


@pytest.fixture(scope="module")
def hugging_face(tokenizer):
    """The same in the package `tokenizers`."""
    return hugging_face_of(tokenizer)


@pytest.fixture(scope="module")
def open_ai(tokenizer):
    """The same in the package `tiktoken`."""
    ranks = {token: i for i, token in enumerate(tokenizer.tokens) if i > 1}
    return tiktoken.Encoding(
        "course", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=tokenizer.special
    )


def hugging_face_of(tokenizer):
    """A tokenizer of `tokenizers` from our file; what looks like a special token is text."""
    read = tokenizers.Tokenizer.from_str(tokenizer.to_json())
    read.encode_special_tokens = True
    return read


def hugging_face_trained(texts, vocab_size, pre_tokenizer):
    """A byte-level BPE that `tokenizers` trains."""
    theirs = tokenizers.Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizer
    theirs.decoder = tokenizers.decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    theirs.train_from_iterator(texts, trainer)
    return theirs


def byte_level(*patterns):
    """Their pre-tokenizer for our patterns."""
    cuts = [pre_tokenizers.Split(tokenizers.Regex(p), "isolated") for p in patterns]
    last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([*cuts, last])


def merged_bytes(tokenizer):
    """The merges as pairs of bytes."""
    return [(tokenizer.tokens[left], tokenizer.tokens[right]) for left, right in tokenizer.merges]


def their_merges(theirs):
    """The same of a tokenizer of `tokenizers`."""
    merges = json.loads(theirs.to_str())["model"]["merges"]
    return [tuple(map(from_printable, merge)) for merge in merges]


# By hand.


def test_train_by_hand():
    # l-o and o-w occur three times each, w-e twice; among equals the smaller ids win: "l" < "o".
    # "low" then stands at the beginning of "low" and behind a space in " lower", " lowest".
    tokens = [TOY.symbol(i) for i in range(258, TOY.size)]
    assert tokens == ["lo", "low", " low", "<|end|>"]
    assert TOY.merges == [(77, 80), (258, 88), (222, 259)]
    assert [TOY.symbol(i) for i in (77, 80, 88, 222)] == ["l", "o", "w", " "]


def test_encode_by_hand():
    ids = TOY.encode("slow low")
    assert ids.dtype == np.int64
    assert [TOY.symbol(i) for i in ids] == ["s", "low", " low"]
    assert TOY.decode(ids) == "slow low"
    ids[0] = 7  # an array of one's own
    assert TOY.encode("slow low")[0] != 7


def test_a_new_tokenizer_is_ids_0_and_1_and_the_bytes():
    bare = Tokenizer.train([], 258)
    assert bare.tokens[:4] == [b"<s>", b"</s>", b"!", b'"']
    assert bare.special == {"<s>": corpus.BOS, "</s>": corpus.EOS}
    assert sorted(bare.tokens[2:]) == [bytes([byte]) for byte in range(256)]
    assert bare.size == 258


def test_texts_too_short_for_so_many_tokens_give_fewer():
    assert Tokenizer.train("ab ab", 1000).tokens[258:] == [b"ab", b" ab"]


def test_one_text_is_not_taken_for_its_letters():
    assert Tokenizer.train("ab ab", 260).merges == Tokenizer.train(["ab ab"], 260).merges


def test_empty_text_has_no_ids():
    ids = TOY.encode("")
    assert ids.shape == (0,)
    assert ids.dtype == np.int64
    assert TOY.decode([]) == TOY.decode(ids) == ""
    assert TOY.decode_bytes([]) == b""
    assert TOY.encode("", special=TOY.special).shape == (0,)


def test_symbols_are_readable():
    tokenizer = Tokenizer.train("é é\n\n\n", 260)
    assert [tokenizer.symbol(i) for i in (0, 1, 258, 259)] == ["<s>", "</s>", "é", r"\n\n"]
    byte = {tokenizer.tokens[i]: i for i in range(tokenizer.size)}
    assert tokenizer.symbol(byte[b"\xc3"]) == r"\xc3"
    assert tokenizer.symbol(byte[b" "]) == " "


def test_printable_characters_are_those_of_the_files():
    assert set(printable()) == set(pre_tokenizers.ByteLevel.alphabet())
    assert [printable()[byte] for byte in b" \nA\x7f\xad\xff"] == list("ĠĊAġŃÿ")
    assert from_printable(to_printable(bytes(range(256)))) == bytes(range(256))
    with pytest.raises(ValueError, match="' ' in 'a b' stands for no byte"):
        from_printable("a b")


# Merges equal to those of others.


def test_trained_merges_equal_those_of_tokenizers(austen):
    ours = Tokenizer.train(austen, 1800)
    theirs = hugging_face_trained(austen, 1800, byte_level(PATTERN))
    assert len(ours.merges) == 1542
    assert merged_bytes(ours) == their_merges(theirs)
    assert {token: i for i, token in enumerate(ours.to_strings())} == theirs.get_vocab()


def test_trained_merges_equal_those_of_tokenizers_among_ties():
    rng = random.Random(0)
    for _ in range(40):
        letters = rng.choice(["ab", "aé", "abc é天", "a\n\xa0"])
        texts = ["".join(rng.choices(letters, k=rng.randint(1, 60))) for _ in range(5)]
        theirs = hugging_face_trained(texts, 300, byte_level(PATTERN))
        assert merged_bytes(Tokenizer.train(texts, 300)) == their_merges(theirs)


def test_trained_merges_in_byte_order_equal_those_of_rustbpe(austen):
    theirs = rustbpe.Tokenizer()
    theirs.train_from_iterator(iter(austen), 1798, pattern=PATTERN)
    ranked = sorted(theirs.get_mergeable_ranks(), key=lambda token: token[1])
    ours = Tokenizer.train(austen, 1800, byte_order="value")
    assert [bytes(token) for token, _ in ranked] == ours.tokens[2:]


def test_the_two_orders_of_bytes_agree_on_the_first_312_merges(austen, tokenizer):
    by_value = merged_bytes(Tokenizer.train(austen, 600, byte_order="value"))
    by_character = merged_bytes(tokenizer)
    agree = [ours == theirs for ours, theirs in zip(by_character, by_value, strict=False)]
    assert agree.index(False) == 312


@pytest.mark.slow
def test_trained_merges_equal_those_of_tokenizers_up_to_the_last(austen):
    texts = austen + [classic.text for classic in corpus.chinese()]
    for vocab_size in (4096, 100_000):
        ours = Tokenizer.train(texts, vocab_size)
        theirs = hugging_face_trained(texts, vocab_size, byte_level(PATTERN))
        assert merged_bytes(ours) == their_merges(theirs)
    assert ours.size < vocab_size  # every word is a token now


# Ids equal to those of others.


def test_ids_equal_those_of_others_on_austen(tokenizer, hugging_face, open_ai):
    for split in ("train", "valid", "test"):
        for chapter in corpus.austen(split):
            ids = tokenizer.encode(chapter.text).tolist()
            assert ids == open_ai.encode_ordinary(chapter.text)
            assert ids == hugging_face.encode(chapter.text).ids
            check_lossless(tokenizer, ids, chapter.text)


def test_ids_equal_those_of_others_on_the_chinese_classics(tokenizer, hugging_face, open_ai):
    for classic in corpus.chinese():
        ids = tokenizer.encode(classic.text).tolist()
        assert ids == open_ai.encode_ordinary(classic.text)
        assert ids == hugging_face.encode(classic.text).ids
        check_lossless(tokenizer, ids, classic.text)


def test_ids_equal_those_of_others_after_training_on_chinese():
    texts = [classic.text for classic in corpus.chinese()[:200]]
    ours = Tokenizer.train(texts, 1000)
    theirs = hugging_face_of(ours)
    for text in texts + random_texts(200, seed=1):
        assert ours.encode(text).tolist() == theirs.encode(text).ids


def test_ids_equal_those_of_others_on_random_texts(tokenizer, hugging_face, open_ai):
    texts = random_texts(1000)
    assert len(set("".join(texts))) > 3000
    for text in texts:
        ids = tokenizer.encode(text).tolist()
        assert ids == open_ai.encode_ordinary(text)
        assert ids == hugging_face.encode(text).ids
        check_lossless(tokenizer, ids, text)


def test_ids_equal_those_of_others_on_one_long_word(tokenizer, hugging_face):
    text = "".join(random.Random(0).choices("etaoinshrdlu", k=30_000))
    assert tokenizer.cut(text) == [text]
    assert tokenizer.encode(text).tolist() == hugging_face.encode(text).ids


def test_text_decoded_by_others_is_the_same(tokenizer, hugging_face):
    for text in random_texts(100, seed=2):
        ids = tokenizer.encode(text)
        assert hugging_face.decode(ids.tolist(), skip_special_tokens=False) == text


# Round trips.


@given(st.binary())
def test_any_bytes_come_back(data):
    ids = TOY.encode_bytes(data)
    assert TOY.decode_bytes(ids) == data
    assert TOY.decode(ids) == data.decode(errors="replace")


@given(st.text())
def test_any_text_comes_back(text):
    ids = TOY.encode(text)
    assert TOY.decode(ids) == text
    assert "".join(TOY.cut(text)) == text
    assert np.array_equal(ids, TOY.encode_bytes(text.encode()))


@given(st.lists(st.integers(0, TOY.size - 1)))
def test_any_ids_can_be_decoded(ids):
    named = b"".join(TOY.tokens[i] for i in ids)
    plain = b"".join(TOY.tokens[i] for i in ids if i not in TOY.special.values())
    assert TOY.decode_bytes(ids, special=True) == named
    assert TOY.decode_bytes(np.array(ids, np.int64)) == plain
    assert TOY.decode(iter(ids)) == plain.decode(errors="replace")


# Special tokens.


def test_text_that_looks_like_a_special_token_is_text():
    ids = TOY.encode("<s>low<|end|>")
    assert not set(ids.tolist()) & set(TOY.special.values())
    assert TOY.decode(ids) == "<s>low<|end|>"


def test_special_tokens_are_recognised_on_request():
    assert TOY.special == {"<s>": 0, "</s>": 1, "<|end|>": 261}
    ids = TOY.encode("<s>low low<|end|></s>", special=TOY.special)
    assert ids.tolist() == [0, 259, 260, 261, 1]
    assert ids.dtype == np.int64
    assert TOY.decode(ids) == "low low"
    assert TOY.decode(ids, special=True) == "<s>low low<|end|></s>"
    some = TOY.encode("<s>low<|end|>", special=["<|end|>"]).tolist()
    assert some == [*TOY.encode("<s>low"), 261]


def test_special_tokens_are_those_of_tokenizers(tokenizer):
    chat = tokenizer.with_special(["<|im_start|>", "<|im_end|>", "<|im", "[a.b]"])
    theirs = tokenizers.Tokenizer.from_str(chat.to_json())
    rng = random.Random(3)
    parts = [*chat.special, "<", "<|im_", " Emma", "\n", "aXb", "[aXb]", "|>"]
    for _ in range(200):
        text = "".join(rng.choices(parts, k=rng.randint(0, 9)))
        assert chat.encode(text, special=chat.special).tolist() == theirs.encode(text).ids


def test_the_longest_special_token_is_recognised():
    nested = TOY.with_special(["<a>", "<a><b>", "<a><b><c>"])
    assert nested.encode("<a><b><a>", special=nested.special).tolist() == [263, 262]


def test_more_special_tokens_move_no_id():
    more = TOY.with_special(["<|im_start|>"])
    assert more.tokens == [*TOY.tokens, b"<|im_start|>"]
    assert more.special == {**TOY.special, "<|im_start|>": 262}
    assert np.array_equal(more.encode("slow low"), TOY.encode("slow low"))


# Files.


def test_a_file_keeps_everything(tmp_path, tokenizer):
    chat = tokenizer.with_special(["<|im_start|>"])
    chat.save(tmp_path / "tokenizer.json")
    read = Tokenizer.load(tmp_path / "tokenizer.json")
    for name in ("tokens", "merges", "special", "patterns", "size"):
        assert getattr(read, name) == getattr(chat, name)
    assert read.to_json() == chat.to_json()
    there = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert there.get_vocab_size() == chat.size
    assert Tokenizer.from_json(there.to_str()).tokens == chat.tokens


def assigned(texts):
    """The texts without characters that are younger than this Python's tables."""
    return ["".join(c for c in text if unicodedata.category(c) != "Cn") for text in texts]


@pytest.mark.parametrize(
    ("pre_tokenizer", "patterns"),
    [
        (pre_tokenizers.ByteLevel(add_prefix_space=False), (GPT2,)),
        (
            pre_tokenizers.Sequence(
                [
                    pre_tokenizers.Digits(individual_digits=True),
                    pre_tokenizers.ByteLevel(add_prefix_space=False),
                ]
            ),
            SMOLLM,
        ),
        (byte_level(r"\d{1,3}", "e"), (r"\d{1,3}", "e")),
        (pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False), ()),
    ],
    ids=["gpt2", "smollm", "two patterns", "no pattern"],
)
def test_a_file_of_others_gives_their_ids(pre_tokenizer, patterns):
    texts = [*corpus.austen("test")[0].text.split("\n"), "1811, 1812 and 1813"]
    theirs = hugging_face_trained(texts, 400, pre_tokenizer)
    ours = Tokenizer.from_json(theirs.to_str())
    assert ours.patterns == patterns
    for text in texts + assigned(random_texts(300, seed=4)):
        theirs.encode_special_tokens = True
        assert ours.encode(text).tolist() == theirs.encode(text).ids


def test_tokens_in_any_order_as_in_other_files():
    ours = Tokenizer.from_strings(
        ["Ġlow", "<end>", "o", "l", "w", "low", "lo", "Ġ"], ["l o", "lo w", "Ġ low"], ["<end>"]
    )
    assert ours.encode("low low<end>", special=["<end>"]).tolist() == [5, 0, 1]
    with pytest.raises(ValueError, match=r"no token for byte 0x73 of ' slow'"):
        ours.encode("low slow")


def change(**settings):
    """A file with other settings, `part__key=value`."""
    document = json.loads(TOY.to_json())
    for path, value in settings.items():
        *parts, key = path.split("__")
        place = document
        for part in parts:
            place = place[int(part) if part.isdigit() else part]
        place[key] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"normalizer": {"type": "NFC"}}, r"normalizer of the file is \{'type': 'NFC'\}, not None"),
        ({"model__type": "WordPiece"}, "type of the model is 'WordPiece', not 'BPE'"),
        ({"model__byte_fallback": True}, "byte_fallback of the model is True"),
        ({"model__dropout": 0.1}, "dropout of the model is 0.1"),
        ({"model__merges": [["l", "Q", "Z"]]}, r"\['l', 'Q', 'Z'\] is not two tokens"),
        ({"model__merges": ["l QQ"]}, "'QQ' is not among the tokens"),
        ({"model__merges": ["Q Z"]}, "makes b'QZ': not a token"),
        ({"model__vocab": {"a": 1}}, "ids do not count from 0"),
        ({"model": None}, "no tokenizer.json"),
        ({"added_tokens__0__special": False}, "special of the added token is False"),
        ({"added_tokens__0__lstrip": True}, "lstrip of the added token is True"),
        ({"decoder": {"type": "Metaspace"}}, "type of the decoder is 'Metaspace'"),
        ({"post_processor": {"type": "BertProcessing"}}, "of the post_processor is 'BertProc"),
        ({"pre_tokenizer": {"type": "Whitespace"}}, "last pre-tokenizer is 'Whitespace'"),
        ({"pre_tokenizer__pretokenizers__1__add_prefix_space": True}, "add_prefix_space"),
        ({"model__cache": 3}, "the model has a 'cache' that is not known here: 3"),
        ({"templates": {}}, "the file has a 'templates'"),
        ({"added_tokens__0__bytes": 1}, "the added token has a 'bytes'"),
        ({"pre_tokenizer__pretokenizers__0__limit": 2}, "the Split has a 'limit'"),
        ({"pre_tokenizer__pretokenizers__1__prefix": 2}, "has a 'prefix'"),
        (
            {"pre_tokenizer__pretokenizers__0__pattern": {"Regex": r"\w+|\W"}},
            "other programs read",
        ),
        ({"pre_tokenizer__pretokenizers__0__behavior": "Removed"}, "behavior of the Split"),
        ({"pre_tokenizer__pretokenizers__0__type": "Metaspace"}, "pre-tokenizer is 'Metaspace'"),
    ],
)
def test_a_file_that_would_mean_something_else_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Tokenizer.from_json(change(**settings))


def test_a_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").write_text("hello")
    with pytest.raises(ValueError, match="line 1 column 1"):
        Tokenizer.load(tmp_path / "tokenizer.json")


# Memory and errors.


def test_the_memory_of_words_is_bounded():
    tokenizer = Tokenizer.train("low", 260)
    tokenizer.words.limit = 3
    text = " ".join(map(str, range(100)))
    assert np.array_equal(tokenizer.encode(text), TOY.encode(text))
    assert 0 < len(tokenizer.words) <= 3
    tokenizer.encode("x" * 1000)
    assert max(map(len, tokenizer.words)) <= 64


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Tokenizer.train("a", 257), "vocab_size is 257, but 2 special tokens and 256"),
        (lambda: Tokenizer.train("a", 258, ["<x>"]), "vocab_size is 258, but 3 special tokens"),
        (lambda: Tokenizer.train("a", 300, byte_order="random"), "'random'"),
        (lambda: Tokenizer.train("a", 300, ["<s>"]), "2 tokens are written '<s>'"),
        (lambda: TOY.with_special(["low"]), "2 tokens are written 'low'"),
        (lambda: TOY.with_special([""]), "special token '' is not token"),
        (lambda: TOY.encode("a", special=["<|x|>"]), r"no special tokens: \['<\|x\|>'\]"),
        (lambda: TOY.encode("half a \ud83d pair"), "position 7: surrogates not allowed"),
        (lambda: TOY.decode([3, 262]), "ids go from 0 to 261, not 262"),
        (lambda: TOY.decode([-1]), "ids go from 0 to 261, not -1"),
        (lambda: Tokenizer([b"a", b"a"], [], {}), "2 tokens are written 'a'"),
        (lambda: Tokenizer([b"a"], [(0, 0)], {}), r"merge \(0, 0\) makes b'aa': not a token"),
        (lambda: Tokenizer([b"a"], [(0, 1)], {}), r"ids go from 0 to 0, not \(0, 1\)"),
        (lambda: Tokenizer([b"a"], [], {"b": 0}), "special token 'b' is not token 0"),
        (lambda: Tokenizer([b"a"], [], {"a": 1}), "special token 'a' is not token 1"),
        (lambda: Tokenizer.from_strings(["a"], [], ["<s>"]), "'<s>' is not among the tokens"),
        (lambda: Tokenizer.from_strings(["ж"], [], []), "'ж' in 'ж' stands for no byte"),
        (lambda: byte_tokens("up"), "'up'"),
        (lambda: TOY.symbol(-1), "ids go from 0 to 261, not -1"),
        (lambda: TOY.symbol(262), "ids go from 0 to 261, not 262"),
        (lambda: TOY.decode([True, "a"]), "whole number, not 'a'"),
        (lambda: TOY.decode("low"), "whole number, not 'l'"),
        (lambda: TOY.decode(np.array([[1, 2]])), r"whole number, not \[1, 2\]"),
        (lambda: TOY.decode(5), "a list of whole numbers, not 5"),
        (lambda: TOY.encode(b"low"), "a text is a string, not a bytes"),
        (lambda: TOY.encode(["low"]), "a text is a string, not a list"),
        (lambda: TOY.encode("low", special="<s>"), "special is a list of strings, not '<s>'"),
        (lambda: TOY.encode_bytes("low"), "data are bytes, not 'low'"),
        (lambda: TOY.with_special("<x>"), "names is a list of strings, not '<x>'"),
        (lambda: TOY.with_special(["<x>", "<x>"]), "2 tokens are written|special token '<x>'"),
        (lambda: Tokenizer.train("a", 270, "<x>"), "special is a list of strings, not '<x>'"),
        (lambda: Tokenizer.train("a", 300.5), "vocab_size is whole, not 300.5"),
        (lambda: Tokenizer.train(b"a", 300), "texts are a list of strings, not b'a'"),
        (lambda: Tokenizer.train([b"a"], 300), "a text is a string, not a bytes"),
        (lambda: Tokenizer.train(7, 300), "texts are a list of strings, not 7"),
        (
            lambda: Tokenizer.train([corpus.Document("a", "b")], 300),
            "not a Document: its .text is one",
        ),
        (lambda: Tokenizer([b"a"], [], {}, "ab"), "patterns is a list of strings, not 'ab'"),
        (
            lambda: Tokenizer([b"a", b"aa"], [(0, 0), (0, 0)], {}),
            r"the merge \(0, 0\) comes 2 times",
        ),
    ],
)
def test_errors_show_the_value(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def test_ids_must_be_whole_numbers():
    with pytest.raises(ValueError, match=r"an id is a whole number, not 2\.5"):
        TOY.decode([2.5])
