# %% wrong: token_by_token -- decodes each token by itself
# expects: join the bytes of all tokens first


def decode(ids, tokens):
    return "".join(
        decode_bytes([i], tokens).decode(errors="replace") for i in ids
    )


# %% wrong: strict -- fails on bytes that are no UTF-8
# expects: decode with errors='replace'


def decode(ids, tokens):
    return decode_bytes(ids, tokens).decode()


# %% wrong: ignores_bytes -- drops broken bytes
# expects: the broken byte is lost


def decode(ids, tokens):
    return decode_bytes(ids, tokens).decode(errors="ignore")


# %% wrong: latin -- reads the bytes as Latin-1
# expects: not Latin-1


def decode(ids, tokens):
    return decode_bytes(ids, tokens).decode("latin-1")


# %% wrong: returns_bytes -- forgets to decode
# expects: returns text


def decode(ids, tokens):
    return decode_bytes(ids, tokens)


# %% wrong: hides_the_error -- an id outside the vocabulary is skipped
# expects: id 99 of 7 tokens


def decode(ids, tokens):
    known = [i for i in ids if 0 <= i < len(tokens)]
    return decode_bytes(known, tokens).decode(errors="replace")


# %% right: str_of_bytes -- the constructor of str


def decode(ids, tokens):
    return str(decode_bytes(ids, tokens), "utf-8", "replace")


# %% right: codecs -- the module codecs

import codecs


def decode(ids, tokens):
    data = decode_bytes(list(ids), tokens)
    return codecs.decode(data, "utf-8", errors="replace")


# %% right: incremental -- an incremental decoder, token by token

from codecs import getincrementaldecoder


def decode(ids, tokens):
    decoder = getincrementaldecoder("utf-8")("replace")
    text = "".join(decoder.decode(decode_bytes([i], tokens)) for i in ids)
    return text + decoder.decode(b"", final=True)


# %% wrong: no_flush -- an incremental decoder that is not told that the text ends
# expects: is half a character
def decode(ids, tokens):
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return "".join(decoder.decode(decode_bytes([i], tokens)) for i in ids)


# %% wrong: nfc -- composes accents after decoding
# expects: expected that text
def decode(ids, tokens):
    import unicodedata

    return unicodedata.normalize(
        "NFC", decode_bytes(ids, tokens).decode(errors="replace")
    )


# %% wrong: one_mark_for_all -- one U+FFFD for the whole text where a byte is broken
# expects: from character
def decode(ids, tokens):
    joined = decode_bytes(ids, tokens)
    try:
        return joined.decode()
    except UnicodeDecodeError as error:
        return (
            joined[: error.start].decode()
            + "\ufffd"
            + joined[error.end :].decode(errors="ignore")
        )


# %% wrong: below_zero -- joins by itself, and lets ids below 0 through
# expects: id -1 is outside
def decode(ids, tokens):
    try:
        whole = b"".join([tokens[i] for i in ids])
    except IndexError:
        raise ValueError("an id is outside the vocabulary") from None
    return whole.decode(errors="replace")


# %% wrong: marks_dropped -- leaves the ids 0 and 1 out, whatever their bytes are
# expects: are text like any other


def decode(ids, tokens):
    return decode_bytes([i for i in ids if i not in (0, 1)], tokens).decode(
        errors="replace"
    )


# %% wrong: signature -- reads with utf-8-sig, which drops a mark at the beginning
# expects: utf-8-sig


def decode(ids, tokens):
    return decode_bytes(ids, tokens).decode("utf-8-sig", errors="replace")


# %% right: codecs_too -- an incremental decoder that is told where the end is


def decode(ids, tokens):
    import codecs

    reader = codecs.getincrementaldecoder("utf-8")("replace")
    parts = [reader.decode(decode_bytes([i], tokens)) for i in ids]
    return "".join(parts) + reader.decode(b"", final=True)
