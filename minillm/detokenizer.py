"""Text out of tokens as they come: whole characters, no stop string."""

from collections.abc import Sequence

from minillm.corpus import Vocabulary

UNFINISHED = "\ufffd"  # how `decode` shows a character that lacks bytes


def overlap(text: str, stop: str) -> int:
    """How many characters at the end of `text` could begin a `stop`.

    >>> overlap("one, two E", "END")
    1
    """
    for n in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:n]):
            return n
    return 0


class Detokenizer:
    """Pieces of text, as soon as it is sure that they stay as they are.

    A token can end within a character, and a text can end with the first
    letters of a stop string: both are held back until the next tokens decide.
    With the first stop string the text ends, in front of it, and `stopped` is
    True. The vocabulary joins the bytes of its tokens, all of ours do.

    >>> from minillm.corpus import ByteVocabulary
    >>> stream = Detokenizer(ByteVocabulary(), stop=["END"])
    >>> [stream.push(int(i)) for i in ByteVocabulary().encode("é, E! END")]
    ['', 'é', ',', ' ', '', 'E!', ' ', '', '', '']

    Raises `ValueError` on an empty stop string, and without a vocabulary.
    """

    def __init__(
        self, vocabulary: Vocabulary | None, stop: Sequence[str] = ()
    ):
        if isinstance(stop, str) or "" in stop:
            raise ValueError(
                f"stop strings are a list, none of them empty, not {stop!r}"
            )
        if vocabulary is None:
            raise ValueError(f"to find {stop!r} takes a vocabulary, not None")
        self.vocabulary, self.stop = vocabulary, stop
        self.stopped = False
        self.ids: list[int] = []  # since the last border of characters
        self.n_sure = 0  # characters of theirs that are in `held` or out
        self.held = ""  # characters that a stop string could begin with

    def push(self, id: int) -> str:
        """The next token: what can be shown because of it, often nothing."""
        if self.stopped:
            return ""
        self.ids.append(id)
        text = self.vocabulary.decode(self.ids)
        sure = text.removesuffix(UNFINISHED)
        self.held += sure[self.n_sure :]
        self.n_sure = len(sure)
        if sure == text:
            self.ids, self.n_sure = [], 0
        return self._release()

    def close(self) -> str:
        """No more tokens: what was held back; an unfinished character is
        left out.
        """
        rest, self.held = self.held, ""
        return rest

    def _release(self) -> str:
        """Cut off what can be shown."""
        found = [
            (at + len(s), at)  # the first to be complete counts
            for s in self.stop
            if (at := self.held.find(s)) >= 0
        ]
        self.stopped = bool(found)
        if found:
            shown, self.held = self.held[: min(found)[1]], ""
            return shown
        n_held = max((overlap(self.held, s) for s in self.stop), default=0)
        n_shown = len(self.held) - n_held
        shown, self.held = self.held[:n_shown], self.held[n_shown:]
        return shown
