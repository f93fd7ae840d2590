"""`tokenizer.json`, the file in which the package `tokenizers` keeps one."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, Literal

from minillm.pretokenizer import GPT2

Parts = tuple[list[str], list, list[str], list[str]]

# What a file may say beside vocabulary, merges and pre-tokenizer. Anything
# else would change ids or texts, and is refused.
PLAIN_MODEL = {
    "type": ("BPE", None),
    "dropout": (None, 0.0),
    "unk_token": (None,),
    "continuing_subword_prefix": (None, ""),
    "end_of_word_suffix": (None, ""),
    "fuse_unk": (False, None),
    "byte_fallback": (False, None),
    "ignore_merges": (False, None),
}
PLAIN_TOKEN = {
    "special": (True,),
    "single_word": (False, None),
    "lstrip": (False, None),
    "rstrip": (False, None),
}
BYTE_LEVEL = {"type": ("ByteLevel",)}
FILE = {"truncation": (None,), "padding": (None,), "normalizer": (None,)}
# The other keys of each part, which are read or change neither ids nor texts.
READ = {
    "file": {
        *("version", "added_tokens", "pre_tokenizer", "post_processor"),
        *("decoder", "model"),
    },
    "model": {"vocab", "merges"},
    "added token": {"id", "content", "normalized"},
    "Split": {"type", "pattern"},
    "ByteLevel": {"add_prefix_space", "trim_offsets", "use_regex"},
    "Digits": {"type", "individual_digits"},
}


@cache
def printable() -> tuple[str, ...]:
    """A character (256,) for each byte that files can show.

    A byte that Latin-1 prints, and that is no space, stands for itself; the
    others get the characters from U+0100 on, in order (Radford et al. 2019).

    >>> "".join(printable()[byte] for byte in "né\\n".encode())
    'nÃ©Ċ'
    """
    spare = count(256)
    return tuple(
        chr(byte)
        if 33 <= byte <= 126 or (161 <= byte <= 255 and byte != 173)
        else chr(next(spare))
        for byte in range(256)
    )


def to_printable(token: bytes) -> str:
    """Bytes as files write them, in the characters of `printable`."""
    return "".join(map(printable().__getitem__, token))


def from_printable(text: str) -> bytes:
    """The bytes that `to_printable` wrote.

    Raises `ValueError` on a character that it does not write.
    """
    byte = _byte_by_character()
    try:
        return bytes(map(byte.__getitem__, text))
    except KeyError as error:
        raise ValueError(f"{error} in {text!r} stands for no byte") from error


@cache
def _byte_by_character() -> dict[str, int]:
    return {character: byte for byte, character in enumerate(printable())}


def byte_tokens(order: Literal["printable", "value"]) -> list[bytes]:
    """The 256 bytes, by their `printable` characters or by value."""
    if order not in ("printable", "value"):
        raise ValueError(f"the order is 'printable' or 'value', not {order!r}")
    key = printable().__getitem__ if order == "printable" else None
    return [bytes([byte]) for byte in sorted(range(256), key=key)]


def split_pair(merge: str | Sequence[str]) -> Sequence[str]:
    """Left and right of a merge: a pair, or "left right" in older files."""
    pair = merge.split(" ") if isinstance(merge, str) else merge
    if len(pair) != 2:
        raise ValueError(f"{merge!r} is not two tokens")
    return pair


def dump(
    tokens: Sequence[str],
    merges: Sequence[Sequence[str]],
    special: Mapping[str, int],
    patterns: Sequence[str],
) -> str:
    """The text of the file. Tokens and merges are in printable characters."""
    byte_level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": False,
    }
    cuts = [
        {
            "type": "Split",
            "pattern": {"Regex": pattern},
            "behavior": "Isolated",
            "invert": False,
        }
        for pattern in patterns
    ]
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(name, i) for name, i in special.items()],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [*cuts, byte_level],
        },
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            **{key: values[0] for key, values in PLAIN_MODEL.items()},
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": merges,
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _added(name: str, i: int) -> dict[str, Any]:
    flags = {key: values[0] for key, values in PLAIN_TOKEN.items()}
    return {"id": i, "content": name, "normalized": False, **flags}


def parse(text: str) -> Parts:
    """Tokens by id, merges, names of special tokens, and patterns.

    Raises `ValueError` on a file that is no byte-level BPE, or that asks for
    what `minillm.tokenizer` does not do.
    """
    try:
        return _parse(json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no tokenizer.json: {error!r}") from error


def _parse(document: dict[str, Any]) -> Parts:
    _expect(document, FILE, "file")
    model, added = document["model"], document.get("added_tokens", [])
    _expect(model, PLAIN_MODEL, "model")
    _expect(document.get("decoder") or {}, BYTE_LEVEL, "decoder", "ByteLevel")
    if document.get("post_processor"):
        what = document["post_processor"]
        _expect(what, BYTE_LEVEL, "post_processor", "ByteLevel")
    vocabulary = dict(model["vocab"])
    for token in added:
        _expect(token, PLAIN_TOKEN, "added token")
        vocabulary[token["content"]] = token["id"]
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    if [vocabulary[token] for token in tokens] != list(range(len(tokens))):
        raise ValueError("the ids do not count from 0 upwards")
    names = [token["content"] for token in added]
    return tokens, model["merges"], names, _patterns(document["pre_tokenizer"])


def _expect(
    part: dict[str, Any],
    plain: Mapping[str, tuple],
    what: str,
    kind: str | None = None,
) -> None:
    """Raise `ValueError` on another value, and on a key that is not read."""
    for key, values in plain.items():
        if part.get(key) not in values:
            raise ValueError(
                f"{key} of the {what} is {part.get(key)!r}, not {values[0]!r}"
            )
    for key in part.keys() - plain.keys() - READ[kind or what]:
        raise ValueError(
            f"the {what} has a {key!r} that is not known here: "
            f"{part[key]!r:.60}"
        )


def _patterns(pre_tokenizer: dict[str, Any]) -> list[str]:
    steps = (
        pre_tokenizer["pretokenizers"]
        if pre_tokenizer["type"] == "Sequence"
        else [pre_tokenizer]
    )
    plain = BYTE_LEVEL | {"add_prefix_space": (False,)}
    _expect(steps[-1], plain, "last pre-tokenizer", "ByteLevel")
    last = [GPT2] if steps[-1].get("use_regex", True) else []
    return [*map(_pattern, steps[:-1]), *last]


def _pattern(step: dict[str, Any]) -> str:
    if step["type"] == "Digits":
        _expect(step, {}, "Digits")
        return r"\p{N}" if step["individual_digits"] else r"\p{N}+"
    if step["type"] != "Split":
        raise ValueError(
            f"the pre-tokenizer is {step['type']!r}, not 'Split' or 'Digits'"
        )
    _expect(step, {"behavior": ("Isolated",), "invert": (False,)}, "Split")
    pattern = step["pattern"]
    return pattern.get("Regex") or re.escape(pattern["String"])
