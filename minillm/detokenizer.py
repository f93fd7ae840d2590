"""Turn tokens into text as they arrive: whole characters, no stop string."""

from codecs import getincrementaldecoder
from collections.abc import Sequence

from minillm.corpus import Vocabulary
from minillm.texts import check_names

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


class Characters:
    """Returns the characters of tokens, each as soon as it is complete.

    A broken character at the end is shown when another token follows. The
    bytes of a token come from the vocabulary's `decode_bytes`, which all of
    ours have. Where there is only `decode`, a U+FFFD of the text looks like a
    broken character and is treated as one.
    """

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        self.bytes_of = getattr(vocabulary, "decode_bytes", None)
        self.utf8 = getincrementaldecoder("utf-8")("replace")
        self.last, self.broken = b"", ""  # 3 bytes; the end, if it is broken
        self.ids: list[int] = []  # the last character's, if it is unfinished
        self.n_sure = 0  # characters of these ids that were returned

    def push(self, id: int) -> str:
        """Read the next token; return the characters that it completes."""
        if self.bytes_of:
            return self._push_bytes(self.bytes_of([id]))
        decode = self.vocabulary.decode
        self.ids.append(id)
        text = decode(self.ids)
        sure = text.removesuffix(UNFINISHED)
        shown, self.n_sure = sure[self.n_sure :], len(sure)
        if sure == text:
            self.ids, self.n_sure = [], 0
        # Tokens in front of the last character are done with. It begins where
        # the parts in front and behind have the same text as the whole.
        for start in range(len(self.ids) - 1, 0, -1):
            rest = decode(self.ids[start:])
            if rest and decode(self.ids[:start]) + rest == text:
                self.ids, self.n_sure = self.ids[start:], len(rest) - 1
                break
        return shown

    def _push_bytes(self, raw: bytes) -> str:
        self.last = (self.last + raw)[-3:]
        text = self.broken + self.utf8.decode(raw)
        unread, _ = self.utf8.getstate()
        written = self.last == UNFINISHED.encode()
        if unread or written or not text.endswith(UNFINISHED):
            self.broken = ""
            return text
        self.broken = UNFINISHED
        return text[:-1]

    def close(self) -> str:
        """No more tokens: return the text of the rest but its last character,
        which is broken.
        """
        rest = self.broken + self.utf8.decode(b"", final=True)
        return rest.removesuffix(UNFINISHED)


class Detokenizer:
    """Returns pieces of text as soon as no later token can change them.

    A token can end within a character, and a text can end with the first
    letters of a stop string: both are held back until the next tokens decide.
    With the first stop string the text ends, in front of it, and `stopped` is
    True. Each token takes the same time, whatever its bytes are.

    >>> from minillm.corpus import ByteVocabulary
    >>> stream = Detokenizer(ByteVocabulary(), stop=["END"])
    >>> [stream.push(int(i)) for i in ByteVocabulary().encode("é, E! END")]
    ['', 'é', ',', ' ', '', 'E!', ' ', '', '', '']

    Raises `ValueError` on an empty stop string, and without a vocabulary.
    """

    def __init__(
        self, vocabulary: Vocabulary | None, stop: Sequence[str] = ()
    ):
        self.stop = [] if isinstance(stop, str) else list(stop)
        if isinstance(stop, str) or not all(self.stop):
            raise ValueError(
                f"stop strings are a list, none of them empty, not {stop!r}"
            )
        check_names("stop", self.stop)
        if vocabulary is None:
            raise ValueError(f"to find {stop!r} takes a vocabulary, not None")
        self.characters = Characters(vocabulary)
        self.stopped = False
        self.held = ""  # characters that a stop string could begin with

    def push(self, id: int) -> str:
        """The next token: what can be shown because of it, often nothing."""
        if self.stopped:
            return ""
        self.held += self.characters.push(id)
        return self._release()

    def close(self) -> str:
        """No more tokens: what was held back; an unfinished character is
        left out.
        """
        if self.stopped:
            return ""
        self.held += self.characters.close()
        shown = self._release()
        rest, self.held = self.held, ""
        return shown + rest

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
