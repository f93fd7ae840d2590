"""Text out of tokens as they come: whole characters, no stop string."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minillm.corpus import ByteVocabulary, WordVocabulary
from minillm.detokenizer import Detokenizer, overlap
from minillm.tokenizer import Tokenizer

BYTES = ByteVocabulary()


def pieces(ids, stop=(), vocabulary=BYTES):
    """What is shown for each token, then at the end."""
    stream = Detokenizer(vocabulary, stop)
    return [*(stream.push(int(i)) for i in ids), stream.close()]


class Chunks:
    """A vocabulary whose tokens are these byte strings, wherever their borders are."""

    def __init__(self, chunks):
        self.chunks = chunks
        self.size = len(chunks)

    def decode(self, ids):
        """The text of tokens joined."""
        return b"".join(self.chunks[i] for i in ids).decode(errors="replace")


def test_overlap_is_the_longest_beginning_at_the_end():
    assert overlap("aXaX", "aXaXb") == 4
    assert overlap("bXaX", "aXaXb") == 2
    assert overlap("END", "END") == 0  # whole, it is found and not held
    assert overlap("", "END") == 0


def test_stream_by_hand():
    shown = pieces(BYTES.encode("é, E! END of"), ["END"])
    assert shown == ["", "é", ",", " ", "", "E!", " ", "", "", "", "", "", "", ""]


def test_stream_shows_no_half_of_a_character():
    assert pieces(BYTES.encode("a€😀")) == ["a", "", "", "€", "", "", "", "😀", ""]


@pytest.mark.parametrize("n_bytes", [1, 2, 3])
def test_stream_leaves_out_a_character_that_stays_unfinished(n_bytes):
    ids = BYTES.encode("ab😀")[: 2 + n_bytes]
    assert "".join(pieces(ids)) == "ab"


def test_stream_shows_broken_bytes_once_they_are_sure():
    """A first byte of three, then a letter: the letter shows that the character was broken."""
    assert pieces([0xE2 + 2, ord("x") + 2]) == ["", "\ufffdx", ""]


def test_stop_string_over_many_tokens_is_cut_off():
    shown = pieces(BYTES.encode("one\n\nQ: two"), ["\n\nQ:"])
    assert "".join(shown) == "one"
    assert all("\n" not in piece for piece in shown)


def test_stop_string_that_does_not_come_is_shown():
    assert "".join(pieces(BYTES.encode("one\n\nA"), ["\n\nQ"])) == "one\n\nA"
    assert pieces(BYTES.encode("x\n"), ["\n\n"]) == ["x", "", "\n"]


def test_stop_string_of_characters_that_are_split():
    stop = "。👋"
    assert "".join(pieces(BYTES.encode("你好。👌。👋再见"), [stop])) == "你好。👌"


def test_stop_string_within_one_token():
    stream = Detokenizer(Chunks([b"yes.\n\nQ", b"more"]), ["\n"])
    assert stream.push(0) == "yes."
    assert stream.stopped
    assert stream.push(1) == ""
    assert stream.close() == ""


def test_the_first_stop_string_to_be_complete_counts():
    assert "".join(pieces(BYTES.encode("abcd"), ["bcd", "c"])) == "ab"
    assert Detokenizer(Chunks([b"abcd"]), ["bcd", "c"]).push(0) == "ab"
    assert Detokenizer(Chunks([b"abcd"]), ["d", "bcd"]).push(0) == "a"


@pytest.mark.parametrize("stop", ["END", ["END", ""], [""]])
def test_stop_strings_that_make_no_sense_are_refused(stop):
    with pytest.raises(ValueError, match="stop strings are a list"):
        Detokenizer(BYTES, stop)


def test_stop_strings_without_a_vocabulary_are_refused():
    with pytest.raises(ValueError, match="takes a vocabulary"):
        Detokenizer(None, ["END"])


texts = st.text("ab\n é€😀", max_size=30)
stops = st.lists(st.text("ab\n é😀", min_size=1, max_size=4), max_size=3)


def cut(text, stop):
    """The definition: up to the stop string that is complete first, the longest of these."""
    ends = [(text.find(s) + len(s), text.find(s)) for s in stop if s in text]
    return text[: min(ends)[1]] if ends else text


@given(texts, stops, st.lists(st.integers(0, 120), max_size=20))
def test_stream_gives_the_same_text_wherever_tokens_end(text, stop, borders):
    raw = text.encode()
    borders = sorted({0, len(raw), *(b for b in borders if b < len(raw))})
    chunks = [raw[a:b] for a, b in pairwise(borders)]
    shown = pieces(range(len(chunks)), stop, Chunks(chunks))
    assert "".join(shown) == cut(text, stop)
    assert "\ufffd" not in "".join(shown)


@given(texts, stops)
def test_stream_never_takes_back(text, stop):
    """Whatever follows, what was shown so far is the beginning of the whole."""
    stream = Detokenizer(BYTES, stop)
    shown = ""
    for n, i in enumerate(BYTES.encode(text), 1):
        shown += stream.push(int(i))
        so_far = BYTES.encode(text)[:n]
        for more in ("", "a", "\n", "é", *stop):
            whole = BYTES.decode([*so_far, *BYTES.encode(more)])
            assert cut(whole, stop).startswith(shown)


@given(st.binary(max_size=20))
def test_stream_of_any_bytes_is_their_text(raw):
    ids = [b + 2 for b in raw]
    text = BYTES.decode(ids)
    assert "".join(pieces(ids)) in (text, text.removesuffix("\ufffd"))


def test_stream_of_words_spelled_out():
    vocabulary = WordVocabulary(["the", " cat"])
    ids = vocabulary.encode("the cat naïve")
    assert "".join(pieces(ids, vocabulary=vocabulary)) == "the cat naïve"


class Whole:
    """The same bytes by `decode` alone, as vocabularies of others have it."""

    def __init__(self):
        self.n_decoded = 0

    def decode(self, ids):
        """Counts the ids that are looked at."""
        self.n_decoded += len(ids)
        return BYTES.decode(ids)


@pytest.mark.parametrize("text", ["\ufffd", "a\ufffd", "\ufffd\ufffd", "é\ufffd!\ufffd"])
def test_a_replacement_character_of_the_text_is_shown(text):
    """Its three bytes are a whole character, also where no token follows."""
    assert "".join(pieces(BYTES.encode(text))) == text
    tokenizer = Tokenizer.train(text, 258)
    assert "".join(pieces(tokenizer.encode(text), vocabulary=tokenizer)) == text
    words = WordVocabulary([text])
    assert "".join(pieces(words.encode(text), vocabulary=words)) == text
    one = WordVocabulary([text], "<unk>")
    assert "".join(pieces([3], vocabulary=one)) == text


@pytest.mark.parametrize("lead", [b"\x80", b"\xff", b"\xe2", b"\xf0\x9f"])
def test_broken_bytes_are_looked_at_a_fixed_number_of_times(lead):
    whole = Whole()
    ids = [byte + 2 for byte in lead * (600 // len(lead))]
    shown = "".join(pieces(ids, vocabulary=whole))
    assert shown == BYTES.decode(ids)[:-1]  # the last could still be finished
    assert whole.n_decoded < 20 * len(ids)


@given(st.binary(max_size=20))
def test_decode_alone_gives_the_same_pieces_as_bytes(raw):
    ids = [b + 2 for b in raw]
    ours, theirs = (pieces(ids, vocabulary=v) for v in (BYTES, Whole()))
    shown, other = "".join(ours), "".join(theirs)
    whole = raw.endswith("\ufffd".encode())  # `decode` alone cannot see that
    assert shown == other + "\ufffd" * whole
    for n in range(len(ids)):
        assert shown.startswith("".join(theirs[:n]))


def test_the_stream_refuses_ids_outside_the_vocabulary():
    stream = Detokenizer(BYTES)
    with pytest.raises(ValueError, match="ids go from 0 to 257, not -1"):
        stream.push(-1)
