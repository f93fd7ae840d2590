# %% wrong: code_points -- code points instead of bytes
# expects: 233 is the code point


def to_bytes(text):
    return [ord(character) for character in text]


# %% wrong: latin -- Latin-1 instead of UTF-8
# expects: 233 is the code point


def to_bytes(text):
    return list(text.encode("latin-1", "replace"))


# %% wrong: bytes_object -- bytes instead of a list
# expects: got a bytes


def to_bytes(text):
    return text.encode()


# %% wrong: ignores_surrogates -- drops what UTF-8 cannot write
# expects: call encode without a second argument


def to_bytes(text):
    return list(text.encode("utf-8", "ignore"))


# %% wrong: normalizes -- composes accents first
# expects: write the text as it is

import unicodedata


def to_bytes(text):
    return list(unicodedata.normalize("NFC", text).encode())


# %% wrong: no_return -- forgets the return
# expects: returns nothing


def to_bytes(text):
    list(text.encode())


# %% right: loop -- appends byte by byte


def to_bytes(text):
    found = []
    for byte in text.encode("utf-8"):
        found.append(byte)
    return found


# %% right: by_character -- each character by itself


def to_bytes(text):
    return [byte for character in text for byte in character.encode()]


# %% right: bit_by_bit -- UTF-8 worked out by hand


def to_bytes(text):
    found = []
    for position, character in enumerate(text):
        code = ord(character)
        if 0xD800 <= code < 0xE000:
            raise UnicodeEncodeError(
                "utf-8", text, position, position + 1, "surrogate"
            )
        if code < 0x80:
            found.append(code)
        elif code < 0x800:
            found += [0xC0 | code >> 6, 0x80 | code & 63]
        elif code < 0x10000:
            found += [
                0xE0 | code >> 12,
                0x80 | code >> 6 & 63,
                0x80 | code & 63,
            ]
        else:
            found += [0xF0 | code >> 18, 0x80 | code >> 12 & 63]
            found += [0x80 | code >> 6 & 63, 0x80 | code & 63]
    return found


# %% wrong: cached -- keeps the lists of earlier calls and gives them out again
# expects: Make a new list in each call


KNOWN = {}


def to_bytes(text):
    if text not in KNOWN:
        KNOWN[text] = list(text.encode())
    return KNOWN[text]


# %% right: bytearray_star -- a bytearray, unpacked


def to_bytes(text):
    return [*bytearray(text, "utf-8")]


# %% wrong: without_a_mark -- drops a byte order mark at the beginning
# expects: expected [239, 187, 191, 97
def to_bytes(text: str) -> list[int]:
    return list(text.removeprefix("\ufeff").encode("utf-8"))
