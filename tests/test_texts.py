"""Texts, names and ids as vocabularies take them: one text is a text, no id is outside."""

import re

import numpy as np
import pytest
import torch

from minillm.corpus import ByteVocabulary, Document, WordVocabulary
from minillm.reader import Reader
from minillm.texts import check_names, check_text, check_token_ids, each_text
from tests.small_models import build

WORDS = WordVocabulary(["the", " cat"])
VOCABULARIES = {
    "bytes": ByteVocabulary(),
    "words": WORDS,
    "unknown": WordVocabulary(["the", " cat"], "<unk>"),
}


@pytest.mark.parametrize("name", VOCABULARIES)
@pytest.mark.parametrize("wrong", [-100, -1, 0, 50])
def test_ids_outside_a_vocabulary_are_refused(name, wrong):
    """An id of -1 is not the last one, and none of -100 is left out."""
    vocabulary = VOCABULARIES[name]
    wrong += vocabulary.size if wrong >= 0 else 0
    message = f"ids go from 0 to {vocabulary.size - 1}, not {wrong}"
    for ask in (
        lambda: vocabulary.decode([2, wrong]),
        lambda: vocabulary.decode(np.array([2, wrong])),
        lambda: vocabulary.decode_bytes([wrong]),
        lambda: vocabulary.symbol(wrong),
    ):
        with pytest.raises(ValueError, match=message):
            ask()


@pytest.mark.parametrize("name", VOCABULARIES)
def test_what_is_no_text_is_refused(name):
    vocabulary = VOCABULARIES[name]
    for wrong, kind in ((["a"], "list"), (b"a", "bytes"), (None, "NoneType"), (7, "int")):
        with pytest.raises(ValueError, match=f"a text is a string, not a {kind}"):
            vocabulary.encode(wrong)
    with pytest.raises(ValueError, match=r"not a Document: its \.text is one"):
        vocabulary.encode(Document("a", "b"))


@pytest.mark.parametrize("name", VOCABULARIES)
def test_bytes_of_ids_are_those_of_the_text(name):
    vocabulary = VOCABULARIES[name]
    ids = vocabulary.encode("the cat")
    assert vocabulary.decode_bytes(ids) == vocabulary.decode(ids).encode() == b"the cat"
    assert vocabulary.decode_bytes([0, *ids, 1]) == b"the cat"


def test_one_text_is_not_taken_for_its_letters():
    text = "the cat sat on the mat"
    assert WordVocabulary.build(text, 1).symbols == WordVocabulary.build([text], 1).symbols
    assert list(each_text(text)) == [text]
    assert list(each_text(iter([text, "b"]))) == [text, "b"]
    with pytest.raises(ValueError, match=r"known is a list of strings, not 'the'"):
        WordVocabulary("the")


@pytest.mark.parametrize("wrong", [b"a", 7, None])
def test_what_is_no_list_of_texts_is_refused(wrong):
    with pytest.raises(ValueError, match=f"texts are a list of strings, not {wrong!r}"):
        list(each_text(wrong))
    with pytest.raises(ValueError, match=f"stop is a list of strings, not {wrong!r}"):
        check_names("stop", wrong)
    with pytest.raises(ValueError, match="a text is a string"):
        check_text(wrong)


def test_ids_may_be_of_any_whole_type():
    for ids in ([2, 3], (2, 3), np.array([2, 3], np.int8), torch.tensor([2, 3]), iter([2, 3])):
        assert check_token_ids(ids, 4) == [2, 3]
    assert check_token_ids([np.int64(2)], 4) == [2]
    for wrong in ([2.0], np.array([2.0]), torch.tensor([2.0]), "ab", [[2]]):
        with pytest.raises(ValueError, match="an id is a whole number, not"):
            check_token_ids(wrong, 4)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([5.7, 6.0], "torch.int64 of shape (2,) is needed, not torch.float32 (2,)"),
        ([5, -1], "these are -1 to 5"),
        ([5, 61], "these are 5 to 61"),
        ([5], "not torch.int64 (1,)"),
    ],
)
def test_a_reader_refuses_ids_that_it_would_misread(ids, message):
    reader = Reader(build("llama").eval(), [[3], [4]], 2)
    reader.start()
    with pytest.raises(ValueError, match=re.escape(message)):
        reader.read(torch.tensor(ids))
    with pytest.raises(ValueError, match="rows: 0 to 1 is possible, these are -1 to 0"):
        reader.reorder(torch.tensor([0, -1]))


@torch.no_grad()
def test_a_reader_says_where_its_room_ends():
    reader = Reader(build("llama").eval(), [[3], [4]], 1)
    reader.start()
    reader.read(torch.tensor([5, 5]))
    with pytest.raises(ValueError, match="room for 2 tokens, and no more"):
        reader.read(torch.tensor([5, 5]))
    for wrong in (2.5, -1, True):
        with pytest.raises(ValueError, match=f"max_new_tokens is 0 or more, not {wrong}"):
            Reader(build("llama").eval(), [[3]], wrong)
