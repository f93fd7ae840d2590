"""Texts, their fixed splits, and two simple ways from text to ids and back."""

import hashlib
import json
import re
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from minillm.places import COURSE
from minillm.texts import (
    check_names,
    check_text,
    check_token_ids,
    each_text,
)

DATA = COURSE / "data"
ENDINGS = (".txt", ".text", ".md", ".markdown")  # of text files
BOS, EOS = 0, 1  # ids in every vocabulary: a text begins, a text ends

CHAPTER = re.compile(
    r"^ *chapter +(?:[ivxlc]+|\d+) *$", re.IGNORECASE | re.MULTILINE
)
BORDER = re.compile(
    r"^ *(?:volume [ivx]+|finis|the end) *$", re.IGNORECASE | re.MULTILINE
)
WORD = re.compile(r" ?[^\W\d_]+|['’][^\W\d_]+| ?\d+| ?-+| ?\S|\s")


@dataclass(frozen=True)
class Document:
    """One text with a beginning and an end: a chapter of a novel, say."""

    name: str
    text: str


def austen(split: Literal["train", "valid", "test"]) -> list[Document]:
    """The chapters of Jane Austen's six novels that belong to a split.

    A document is one chapter without its heading, one paragraph per line.
    Raises `ValueError` on an unknown split and on a file that is not the one
    that the course was measured on.
    """
    if split not in ("train", "valid", "test"):
        raise ValueError(f"split is 'train', 'valid' or 'test', not {split!r}")
    chapters = (c for file in _files("austen") for c in _chapters(*file))
    return [chapter for chapter in chapters if split_of(chapter.name) == split]


def chinese() -> list[Document]:
    """871 Chinese classics: Tang poems, the Book of Songs, the Analects, ...

    Their names are book, number in the book, and title; they have no splits.
    Raises `ValueError` on a file that is not the one of the course.
    """
    numbers: Counter[str] = Counter()
    documents = []
    ((_, lines),) = _files("chinese")
    for classic in map(json.loads, lines.splitlines()):
        book = classic["book"]
        numbers[book] += 1
        name = f"{book}/{numbers[book]:03} {classic['title']}"
        documents.append(Document(name, classic["text"]))
    return documents


def split_of(name: str) -> Literal["train", "valid", "test"]:
    """The split of a document, fixed by a hash of its name: 90 / 5 / 5 %."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64
    return "train" if share < 0.90 else "valid" if share < 0.95 else "test"


def _files(folder: str) -> Iterator[tuple[str, str]]:
    """Names and texts of the files in `SHA256SUMS`, unless one has changed."""
    for line in (DATA / folder / "SHA256SUMS").read_text().splitlines():
        sha256, file = line.split()
        raw = (DATA / folder / file).read_bytes()
        if hashlib.sha256(raw).hexdigest() != sha256:
            raise ValueError(
                f"data/{folder}/{file} has changed: restore it with git"
            )
        yield file, raw.decode()


@lru_cache(maxsize=6)  # the novels: checks and chapters ask again and again
def _chapters(file: str, text: str) -> tuple[Document, ...]:
    """The chapters of one novel."""
    _, *bodies = CHAPTER.split(text)
    novel = file.removesuffix(".txt")
    return tuple(
        Document(f"{novel}/{number:02}", unwrap(BORDER.sub("", body)))
        for number, body in enumerate(bodies, 1)
    )


def unwrap(text: str) -> str:
    """The same text, one line per paragraph; blank lines end a paragraph."""
    paragraphs = (
        " ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text)
    )
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)


def load(path: str | Path) -> list[Document]:
    """Read one text file, or each text file below a folder.

    In a folder, the names of text files end in `.txt`, `.text`, `.md` or
    `.markdown`, in small letters or capitals. Pictures, files without an
    ending, and what a leading dot hides are skipped. All line ends become a
    newline.

    Raises `FileNotFoundError` where nothing is there. Raises `ValueError` on
    a file that is empty, above 1 GB, or not UTF-8 (the message gives the
    position of the first bad byte), and on a folder that holds text in files
    of another kind, such as `.rst` or `.pdf`: it would be missing.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"no file or folder {str(path)!r}")
    if path.is_file():
        return [Document(path.name, _read(path))]
    documents = []
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        name = file.relative_to(path).as_posix()
        if name.startswith(".") or "/." in name:
            continue
        if file.suffix.lower() in ENDINGS:
            documents.append(Document(name, _read(file)))
        elif file.suffix and _holds_text(file):
            raise ValueError(
                f"{str(file)!r} holds text, but the names of text files end "
                f"in {', '.join(ENDINGS)}: rename it, or move it elsewhere"
            )
    if not documents:
        raise FileNotFoundError(f"no .txt or .md file below {str(path)!r}")
    return documents


def _holds_text(file: Path) -> bool:
    """Whether a file is a document of some format, or begins with UTF-8."""
    if file.suffix.lower() in (".pdf", ".doc", ".docx", ".odt", ".epub"):
        return True
    with file.open("rb") as opened:
        start = opened.read(1000)
    try:  # the last character may be cut
        return "\0" not in getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False


def _read(file: Path) -> str:
    if file.stat().st_size > 10**9:
        raise ValueError(
            f"{str(file)!r} is above 1 GB: split it, or sample from it first"
        )
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{str(file)!r} is not UTF-8: "
            f"byte {error.object[error.start]:#04x} at {error.start}"
        ) from error
    if not text.strip():
        raise ValueError(f"{str(file)!r} is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def words(text: str) -> list[str]:
    """Cut a text into words, numbers and marks.

    A space belongs to the word behind it, and nothing is lost:
    `"".join(words(text)) == text`.

    >>> words("Emma's 2 dogs -- and a cat.")
    ['Emma', "'s", ' 2', ' dogs', ' --', ' and', ' a', ' cat', '.']
    """
    return WORD.findall(text)


class Vocabulary(Protocol):
    """The methods of every vocabulary; ids 0 and 1 are `BOS` and `EOS`."""

    size: int

    def encode(self, text: str) -> np.ndarray:
        """Ids (T,) of a text, without `BOS` and `EOS`."""

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids (T,)."""


class ByteVocabulary:
    """The 256 bytes of UTF-8: byte b has id b + 2."""

    size = 258

    def encode(self, text: str) -> np.ndarray:
        """Ids (T,) of the UTF-8 bytes of a text."""
        raw = check_text(text).encode()
        return np.frombuffer(raw, np.uint8).astype(np.int64) + 2

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes of ids (T,) without `BOS` and `EOS`.

        Raises `ValueError` on an id outside the vocabulary.
        """
        return bytes(i - 2 for i in check_token_ids(ids, self.size) if i >= 2)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids without `BOS`, `EOS`; broken UTF-8 gives U+FFFD."""
        return self.decode_bytes(ids).decode(errors="replace")

    def symbol(self, i: int) -> str:
        """A readable name for one id."""
        (i,) = check_token_ids([i], self.size)
        return ("<s>", "</s>")[i] if i < 2 else ascii(chr(i - 2))[1:-1]


class WordVocabulary:
    """The words of a list, and a policy for every other word.

    `unknown="spell"` spells an unknown word out in UTF-8 bytes, ids 2 to 257,
    so that no text is lost; `unknown="<unk>"` puts the one id 2 in its place,
    as most textbooks do.
    """

    def __init__(
        self,
        known: Iterable[str],
        unknown: Literal["spell", "<unk>"] = "spell",
    ):
        if unknown not in ("spell", "<unk>"):
            raise ValueError(f"unknown is 'spell' or '<unk>', not {unknown!r}")
        self.bytes = ByteVocabulary()
        self.unknown = unknown
        spelled = [self.bytes.symbol(i) for i in range(2, 258)]
        self.symbols = ["<s>", "</s>"] + (
            spelled if unknown == "spell" else ["<unk>"]
        )
        first = len(self.symbols)
        self.symbols += dict.fromkeys(check_names("known", known))
        self.ids = {
            word: i for i, word in enumerate(self.symbols[first:], first)
        }
        self.size = len(self.symbols)

    @classmethod
    def build(
        cls,
        texts: str | Iterable[str],
        min_count: int = 2,
        unknown: Literal["spell", "<unk>"] = "spell",
    ) -> "WordVocabulary":
        """The words that occur `min_count` times, frequent ones first."""
        counts = Counter(
            word for text in each_text(texts) for word in words(text)
        )
        return cls(
            (word for word, n in counts.most_common() if n >= min_count),
            unknown,
        )

    def encode(self, text: str) -> np.ndarray:
        """Ids (T,) of a text; an unknown word is `<unk>` or its bytes."""
        pieces = words(check_text(text))
        if self.unknown == "<unk>":
            return np.array(
                [self.ids.get(word, 2) for word in pieces], dtype=np.int64
            )
        ids: list[int] = []
        for word in pieces:
            known = self.ids.get(word)
            ids.extend(
                self.bytes.encode(word).tolist() if known is None else (known,)
            )
        return np.array(ids, dtype=np.int64)

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes of ids (T,) without `BOS` and `EOS`.

        Raises `ValueError` on an id outside the vocabulary.
        """
        spelled = 258 if self.unknown == "spell" else 2
        pieces = (
            bytes([i - 2]) if i < spelled else self.symbols[i].encode()
            for i in check_token_ids(ids, self.size)
            if i >= 2
        )
        return b"".join(pieces)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids without `BOS` and `EOS`, spelled words joined."""
        return self.decode_bytes(ids).decode(errors="replace")

    def symbol(self, i: int) -> str:
        """A readable name for one id; a word keeps its leading space."""
        return self.symbols[check_token_ids([i], self.size)[0]]
