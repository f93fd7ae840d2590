"""Texts, splits, words and vocabularies."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minillm import corpus
from minillm.corpus import ByteVocabulary, WordVocabulary

SPLITS = ("train", "valid", "test")


def test_austen_chapters_are_all_there_once():
    names = [document.name for split in SPLITS for document in corpus.austen(split)]
    assert len(names) == len(set(names)) == 61 + 55 + 50 + 48 + 31 + 24


def test_austen_split_is_near_90_5_5_and_does_not_move():
    n = {split: sum(len(d.text.encode()) for d in corpus.austen(split)) for split in SPLITS}
    assert n == {"train": 3509619, "valid": 255318, "test": 237755}
    assert corpus.austen("test")[0].name == "emma/15"


def test_austen_documents_hold_prose_without_headings():
    for split in SPLITS:
        for document in corpus.austen(split):
            assert not corpus.CHAPTER.search(document.text)
            assert "\n\n" not in document.text
            assert "  " not in document.text
            assert len(document.text) > 2000
    first = corpus.austen("train")[0].text
    assert first.startswith(
        "Emma Woodhouse, handsome, clever, and rich, with a comfortable home and"
    )


def test_austen_refuses_an_unknown_split():
    with pytest.raises(ValueError, match="'dev'"):
        corpus.austen("dev")


def test_austen_refuses_a_changed_file(tmp_path, monkeypatch):
    (tmp_path / "austen").mkdir()
    sums = (corpus.DATA / "austen" / "SHA256SUMS").read_text()
    (tmp_path / "austen" / "SHA256SUMS").write_text(sums)
    (tmp_path / "austen" / "emma.txt").write_text("CHAPTER I\n\nSomething else.")
    monkeypatch.setattr(corpus, "DATA", tmp_path)
    with pytest.raises(ValueError, match=r"emma\.txt has changed"):
        corpus.austen("train")


def test_chinese_holds_every_classic_once():
    classics = corpus.chinese()
    assert len({classic.name for classic in classics}) == len(classics) == 871
    assert classics[0].name == "唐詩三百首/001 行宮"
    assert classics[0].text == "寥落古行宮，宮花寂寞紅。\n白頭宮女在，閒坐說玄宗。"
    assert sum(len(classic.text.encode()) for classic in classics) == 316113


def test_chinese_refuses_a_changed_file(tmp_path, monkeypatch):
    (tmp_path / "chinese").mkdir()
    sums = (corpus.DATA / "chinese" / "SHA256SUMS").read_text()
    (tmp_path / "chinese" / "SHA256SUMS").write_text(sums)
    (tmp_path / "chinese" / "classics.jsonl").write_text("{}\n")
    monkeypatch.setattr(corpus, "DATA", tmp_path)
    with pytest.raises(ValueError, match=r"data/chinese/classics\.jsonl has changed"):
        corpus.chinese()


def test_shelley_is_the_file_that_the_chapters_measure():
    folder = corpus.DATA / "shelley"
    sha256, name = (folder / "SHA256SUMS").read_text().split()
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256
    (novel,) = corpus.load(folder / name)
    assert novel.text.startswith("I am by birth a Genevese;")


def test_split_of_is_a_function_of_the_name_alone():
    assert corpus.split_of("emma/01") == "train"
    shares = [corpus.split_of(f"document {i}") for i in range(4000)]
    assert 0.88 < shares.count("train") / 4000 < 0.92
    assert 0.04 < shares.count("test") / 4000 < 0.06


def test_load_reads_a_file_and_a_folder(tmp_path):
    (tmp_path / "b.txt").write_bytes(b"\xef\xbb\xbfcaf\xc3\xa9\r\nau lait")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.md").write_text("one")
    (tmp_path / "a" / "picture.png").write_bytes(b"\x89PNG")
    assert corpus.load(tmp_path / "b.txt")[0].text == "café\nau lait"
    assert [d.name for d in corpus.load(tmp_path)] == ["a/x.md", "b.txt"]


def test_load_takes_endings_in_any_case_and_any_line_ends(tmp_path):
    for name in ("A.TXT", "b.Text", "c.MD", "d.markdown"):
        (tmp_path / name).write_bytes(b"one\r\ntwo\rthree\n")
    (tmp_path / ".notes.rst").write_text("hidden")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.txt").write_text("hidden")
    (tmp_path / "SHA256SUMS").write_text("no ending")
    (tmp_path / "picture.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    documents = corpus.load(tmp_path)
    assert [document.name for document in documents] == ["A.TXT", "b.Text", "c.MD", "d.markdown"]
    assert {document.text for document in documents} == {"one\ntwo\nthree\n"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("novel.rst", "A café.".encode()),
        ("novel.html", b"<p>" + "é".encode() * 600),  # a character is cut at 1,000 bytes
        ("novel.pdf", b"%PDF-1.7\n\xe2\xe3"),
        ("novel.DOCX", b"PK\3\4\0\xff"),
    ],
)
def test_load_refuses_a_folder_of_which_it_would_leave_out_text(tmp_path, name, content):
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name}' holds text, but .* \.txt, \.text"):
        corpus.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"caf\xe9 au lait", "not UTF-8: byte 0xe9 at 3"), (b" \n", "is empty"), (b"", "is empty")],
)
def test_load_says_what_is_wrong_with_a_file(tmp_path, content, message):
    (tmp_path / "text.txt").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        corpus.load(tmp_path / "text.txt")


def test_load_says_that_nothing_is_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file or folder"):
        corpus.load(tmp_path / "missing.txt")
    with pytest.raises(FileNotFoundError, match=r"no \.txt or \.md file"):
        corpus.load(tmp_path)


def test_load_refuses_a_huge_file(tmp_path):
    with open(tmp_path / "huge.txt", "wb") as file:
        file.truncate(10**9 + 1)  # sparse: it takes no disk
    with pytest.raises(ValueError, match="above 1 GB"):
        corpus.load(tmp_path / "huge.txt")


def test_words_by_hand():
    cut = corpus.words('"Oh! Mr. Bennet\'s -- 25 _very_ good."\n')
    assert cut == [
        *('"', "Oh", "!", " Mr", ".", " Bennet", "'s", " --", " 25", " _", "very", "_"),
        *(" good", ".", '"', "\n"),
    ]


@given(st.text())
def test_words_lose_nothing(text):
    assert "".join(corpus.words(text)) == text


@given(st.text())
def test_bytes_round_trip(text):
    vocabulary = ByteVocabulary()
    ids = vocabulary.encode(text)
    assert len(ids) == len(text.encode())
    assert vocabulary.decode(ids) == text


@given(st.text(), st.text())
def test_spelled_words_round_trip(known, text):
    vocabulary = WordVocabulary.build([known], min_count=1)
    ids = vocabulary.encode(text)
    assert vocabulary.decode(ids) == text
    assert ids.dtype == np.int64
    assert np.all((ids >= 2) & (ids < vocabulary.size))


def test_word_vocabulary_is_ordered_by_count_and_cut_at_min_count():
    vocabulary = WordVocabulary.build(["- b a a b a c"], min_count=2, unknown="<unk>")
    assert vocabulary.symbols == ["<s>", "</s>", "<unk>", " a", " b"]
    assert vocabulary.decode(vocabulary.encode(" a c b")) == " a<unk> b"


def test_unknown_words_are_one_id_or_their_bytes():
    assert WordVocabulary([], "<unk>").encode("zé").tolist() == [2]
    assert WordVocabulary([]).encode("zé").tolist() == [2 + b for b in "zé".encode()]
    with pytest.raises(ValueError, match="'drop'"):
        WordVocabulary([], "drop")


def test_symbols_are_readable():
    assert [ByteVocabulary().symbol(i) for i in (0, 1, 99, 12)] == ["<s>", "</s>", "a", r"\n"]
    assert WordVocabulary([" the"]).symbol(258) == " the"
