"""Byte-level BPE: from text to tokens and back.

A text is cut into pieces by a pattern, a piece into the bytes of its UTF-8,
and their pairs are merged by rank (Radford et al. 2019). Every text can be
written, and none is lost.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal, Self

import numpy as np

from minillm.bpe import Pair, apply_merges, decode_bytes, learn_merges
from minillm.pretokenizer import PATTERN, compile_pattern
from minillm.texts import (
    check_names,
    check_text,
    check_token_ids,
    each_text,
)
from minillm.tokenizer_file import (
    byte_tokens,
    dump,
    from_printable,
    parse,
    split_pair,
    to_printable,
)


class Words(dict[str, bytes]):
    """The ids of words that were met before, as the bytes of an int64 array.

    Holds up to `limit` words of up to 64 characters: full, it starts afresh.
    """

    def __init__(self, encode: Callable[[str], list[int]], limit: int):
        self.encode, self.limit = encode, limit

    def __missing__(self, word: str) -> bytes:
        ids = np.array(self.encode(word), np.int64).tobytes()
        if len(word) <= 64:
            if len(self) >= self.limit:
                self.clear()
            self[word] = ids
        return ids


class Tokenizer:
    """A vocabulary of bytes, of pairs merged by rank, and of special tokens.

    `tokens` (V,): the bytes of each id;
    `merges`: pairs of ids, in the order in which they are merged; a merge
      makes the token that has the bytes of both;
    `special`: ids by name. A name in a text is plain text, unless `encode` is
      told to recognise it;
    `patterns` cut a text into pieces. Each pattern cuts the pieces of the
      pattern before it. No merge crosses the border of a piece.

    With `train`, ids 0 and 1 are `BOS` and `EOS`; tokenizers of others have
    their own. Raises `ValueError` where two tokens are written alike, where a
    merge makes none of the tokens or comes twice, and on a wrong id or
    pattern.
    """

    def __init__(
        self,
        tokens: Sequence[bytes],
        merges: Iterable[Pair],
        special: Mapping[str, int],
        patterns: Sequence[str] = (PATTERN,),
    ):
        self.tokens, self.merges = list(tokens), list(merges)
        self.special = dict(special)
        self.patterns = tuple(check_names("patterns", patterns))
        self.size = len(self.tokens)
        self.cuts = [compile_pattern(pattern) for pattern in self.patterns]
        self._check()
        plain = set(range(self.size)) - set(self.special.values())
        ids = {self.tokens[i]: i for i in plain}
        self.byte_ids = [ids.get(bytes([byte])) for byte in range(256)]
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self.made = [self._make(ids, pair) for pair in self.merges]
        self.plain = [
            token if i in plain else b"" for i, token in enumerate(self.tokens)
        ]
        self.words = Words(self._encode_word, limit=2**17)

    def _check(self) -> None:
        for name, i in self.special.items():
            held = self.tokens[i] if 0 <= i < self.size else b""
            if not name or held != name.encode():
                raise ValueError(f"special token {name!r} is not token {i}")
        for token, n in Counter(self.to_strings()).items():
            if n > 1:
                raise ValueError(f"{n} tokens are written {token!r}")
        for pair, n in Counter(self.merges).items():
            if n > 1:
                raise ValueError(f"the merge {pair} comes {n} times")

    def _make(self, ids: Mapping[bytes, int], pair: Pair) -> int:
        if not all(0 <= i < self.size for i in pair):
            raise ValueError(f"ids go from 0 to {self.size - 1}, not {pair}")
        token = b"".join(self.tokens[i] for i in pair)
        if token not in ids:
            raise ValueError(f"the merge {pair} makes {token!r}: not a token")
        return ids[token]

    @classmethod
    def train(
        cls,
        texts: str | Iterable[str],
        vocab_size: int,
        special: Sequence[str] = (),
        pattern: str = PATTERN,
        byte_order: Literal["printable", "value"] = "printable",
    ) -> Self:
        """Learn merges from texts, until there are `vocab_size` tokens.

        `<s>` and `</s>` come first, then the 256 bytes, what is merged, and
        the other `special` tokens. Of equally frequent pairs the one with the
        smallest ids is merged, so the order of the bytes counts: that of their
        `printable` characters, as in `tokenizers`, or by value, as in
        `rustbpe`. Texts too short for so many merges give fewer tokens.
        Raises `ValueError` where `vocab_size` has no room for the bytes, and
        on texts or `special` tokens that are no strings.
        """
        special = check_names("special", special)
        if type(vocab_size) is not int:
            raise ValueError(f"vocab_size is whole, not {vocab_size!r}")
        tokens = [b"<s>", b"</s>", *byte_tokens(byte_order)]
        n_merges = vocab_size - len(tokens) - len(special)
        if n_merges < 0:
            raise ValueError(
                f"vocab_size is {vocab_size}, but {len(special) + 2} special "
                "tokens and 256 bytes need room"
            )
        bare = cls(tokens, [], {"<s>": 0, "</s>": 1}, [pattern])
        pieces = map(bare.cut, each_text(texts))
        counts = Counter(chain.from_iterable(pieces))
        words = [bare._encode_word(word) for word in counts]
        merges = learn_merges(
            words, list(counts.values()), n_merges, len(tokens)
        )
        for left, right in merges:
            tokens.append(tokens[left] + tokens[right])
        learnt = cls(tokens, merges, bare.special, [pattern])
        return learnt.with_special(special) if special else learnt

    def with_special(self, names: Iterable[str]) -> Self:
        """The same tokenizer with more special tokens, behind all others."""
        names = check_names("names", names)
        more = {name: i for i, name in enumerate(names, self.size)}
        return type(self)(
            [*self.tokens, *(name.encode() for name in names)],
            self.merges,
            self.special | more,
            self.patterns,
        )

    @classmethod
    def from_strings(
        cls,
        tokens: Sequence[str],
        merges: Iterable[str | Sequence[str]],
        special: Collection[str],
        patterns: Sequence[str] = (PATTERN,),
    ) -> Self:
        """A tokenizer as files write it, in characters of `printable`.

        `tokens` in the order of their ids, `special` ones by name; `merges` in
        order, as pairs or as "left right". Raises `ValueError` on characters
        that stand for no byte, and on a merge of what is no token.
        """
        tokens = check_names("tokens", tokens)
        special = check_names("special", special)
        ids = {token: i for i, token in enumerate(tokens)}
        coded = [
            token.encode() if token in special else from_printable(token)
            for token in tokens
        ]
        try:
            pairs = [
                (ids[left], ids[right])
                for left, right in map(split_pair, merges)
            ]
            named = {name: ids[name] for name in special}
        except KeyError as error:
            raise ValueError(f"{error} is not among the tokens") from error
        return cls(coded, pairs, named, patterns)

    def to_strings(self) -> list[str]:
        """The tokens (V,) as files write them: see `from_strings`."""
        named = {i: name for name, i in self.special.items()}
        return [
            named.get(i) or to_printable(token)
            for i, token in enumerate(self.tokens)
        ]

    def cut(self, text: str) -> list[str]:
        """Cut a text into the pieces that are merged one by one.

        Nothing is lost: `"".join(tokenizer.cut(text)) == text`.
        """
        pieces = [text]
        for cut in self.cuts:
            pieces = list(chain.from_iterable(map(cut.findall, pieces)))
        return pieces

    def _encode_word(self, word: str) -> list[int]:
        ids = []
        for byte in word.encode(errors="surrogateescape"):
            i = self.byte_ids[byte]
            if i is None:
                raise ValueError(f"no token for byte {byte:#04x} of {word!r}")
            ids.append(i)
        return apply_merges(ids, self.ranks, self.made)

    def encode(self, text: str, special: Collection[str] = ()) -> np.ndarray:
        """Ids (T,) of a text, without `BOS` and `EOS`.

        A special token is recognised in the text where its name is among
        `special`; the longest name first. Raises `ValueError` on a name that
        is none, on half a surrogate pair, and on a byte without a token.
        """
        check_text(text).encode()  # says where half a surrogate pair stands
        if not special:
            return self._encode(text)
        special = check_names("special", special)
        unknown = set(special) - set(self.special)
        if unknown:
            raise ValueError(f"no special tokens: {sorted(unknown)}")
        names = sorted(special, key=len, reverse=True)
        parts = re.split(f"({'|'.join(map(re.escape, names))})", text)
        return np.concatenate(
            [
                np.array([self.special[part]], np.int64)
                if k % 2
                else self._encode(part)
                for k, part in enumerate(parts)
            ]
        )

    def encode_bytes(self, data: bytes) -> np.ndarray:
        """Ids (T,) of any bytes; those of a text's UTF-8 are the text's."""
        if not isinstance(data, bytes):
            raise ValueError(f"data are bytes, not {data!r:.60}")
        return self._encode(data.decode(errors="surrogateescape"))

    def _encode(self, text: str) -> np.ndarray:
        ids = bytearray().join(map(self.words.__getitem__, self.cut(text)))
        return np.frombuffer(ids, np.int64)

    def decode_bytes(self, ids: Iterable[int], special: bool = False) -> bytes:
        """The bytes of ids (T,), without special tokens or with their names.

        Raises `ValueError` on an id outside the vocabulary.
        """
        whole = check_token_ids(ids, self.size)
        return decode_bytes(whole, self.tokens if special else self.plain)

    def decode(self, ids: Iterable[int], special: bool = False) -> str:
        """The text of ids (T,), without special tokens or with their names.

        Bytes that are no UTF-8 give U+FFFD. Raises as `decode_bytes` does.
        """
        return self.decode_bytes(ids, special).decode(errors="replace")

    def symbol(self, i: int) -> str:
        r"""A readable name for one id: `" the"`, `"\n"`, `"\xe2\x80"`."""
        (i,) = check_token_ids([i], self.size)
        text = self.tokens[i].decode(errors="backslashreplace")
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)

    def to_json(self) -> str:
        """The text of a `tokenizer.json`, as `tokenizers` reads it."""
        strings = self.to_strings()
        merges = [
            (strings[left], strings[right]) for left, right in self.merges
        ]
        return dump(strings, merges, self.special, self.patterns)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """A tokenizer from the text of a `tokenizer.json`.

        Raises `ValueError` on what is no byte-level BPE, and on settings that
        would give other ids there than here.
        """
        return cls.from_strings(*parse(text))

    def save(self, path: str | Path) -> None:
        """Write a `tokenizer.json`: see `to_json`."""
        Path(path).write_text(self.to_json(), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a `tokenizer.json`: see `from_json`."""
        return cls.from_json(Path(path).read_text(encoding="utf-8"))
