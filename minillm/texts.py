"""What vocabularies can be given: texts, names and ids.

Nothing here needs torch; `arguments` holds the same checks for a Transformer.
"""

import operator
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np


def check_text(text: Any) -> str:
    """Return the text; raise `ValueError` unless it is a string."""
    if isinstance(text, str):
        return text
    hint = ": its .text is one" if hasattr(text, "text") else ""
    raise ValueError(
        f"a text is a string, not a {type(text).__name__}{hint}: "
        f"{str(text)[:60]}"
    )


def each_text(texts: str | Iterable[str]) -> Iterator[str]:
    """Yield each of several texts; a single string is one text.

    Raises `ValueError` on anything else.

    >>> list(each_text("one text")), list(each_text(["two", "texts"]))
    (['one text'], ['two', 'texts'])
    """
    if not isinstance(texts, str | Iterable) or isinstance(texts, bytes):
        raise ValueError(f"texts are a list of strings, not {texts!r:.60}")
    yield from map(check_text, [texts] if isinstance(texts, str) else texts)


def check_names(what: str, names: Any) -> list[str]:
    """Return several names as a list.

    Raises `ValueError` on a single string, which would be taken for its
    letters.
    """
    if isinstance(names, str | bytes) or not isinstance(names, Iterable):
        raise ValueError(
            f"{what} is a list of strings, not {names!r:.60}: "
            f"[{names!r:.60}] has this one"
        )
    return [check_text(name) for name in names]


def check_token_ids(ids: Iterable[int], size: int) -> list[int]:
    """Return the ids of a text as a list of ints.

    Raises `ValueError` unless each is a whole number from 0 to `size` - 1: a
    list that is asked for item -1 would answer with its last one.
    """
    listed = ids.tolist() if isinstance(ids, np.ndarray) else ids
    if not isinstance(listed, Iterable):
        raise ValueError(f"ids are a list of whole numbers, not {ids!r:.60}")
    whole: list[int] = []
    for i in listed:
        try:
            whole.append(operator.index(i))
        except TypeError as error:
            raise ValueError(f"an id is a whole number, not {i!r:.60}") from (
                error
            )
    if whole and not 0 <= min(whole) <= max(whole) < size:
        wrong = next(i for i in whole if not 0 <= i < size)
        raise ValueError(f"ids go from 0 to {size - 1}, not {wrong}")
    return whole
