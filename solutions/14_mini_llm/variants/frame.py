import json
import struct


# %% wrong: big_endian -- the length has its high byte first
# expects: big-endian
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "big") + text + numbers


# %% wrong: no_blanks -- the numbers begin anywhere
# expects: no multiple of 4
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode()
    return len(text).to_bytes(4, "little") + text + numbers


# %% wrong: length_without_blanks -- the length is that before the blanks
# expects: count the blanks, too
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode()
    return (
        len(text).to_bytes(4, "little")
        + text
        + b" " * (-len(text) % 4)
        + numbers
    )


# %% wrong: characters -- the length counts characters
# expects: frame
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False)
    text += " " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text.encode() + numbers


# %% wrong: with_spaces -- JSON with blanks between its parts
# expects: separators
def frame(header, numbers):
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + numbers


# %% wrong: numbers_first -- the numbers come before the header
# expects: the numbers come last
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + numbers + text


# %% wrong: zeros -- filled up with zero bytes, which are no JSON
# expects: frame
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b"\0" * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + numbers


# %% wrong: eight -- a length of 8 bytes
# expects: frame
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(8, "little") + text + numbers


# %% wrong: four_more -- adds 4 blanks where none is needed
# expects: 0 to 3 are enough
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (4 - len(text) % 4)
    return len(text).to_bytes(4, "little") + text + numbers


# %% wrong: in_front -- puts the blanks in front of the JSON
# expects: stand in front of the JSON
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text = b" " * (-len(text) % 4) + text
    return len(text).to_bytes(4, "little") + text + numbers


# %% wrong: newlines -- fills up with newlines
# expects: filled up with b'\n'
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b"\n" * (-(len(text) + 4) % 4)
    return len(text).to_bytes(4, "little") + text + numbers


# %% wrong: with_numbers -- the length of the whole file
# expects: and nothing else
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-(len(text) + 4) % 4)
    return (len(text) + len(numbers)).to_bytes(4, "little") + text + numbers


# %% right: struct_pack -- by struct
def frame(header, numbers):
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    while len(text) % 4:
        text += b" "
    return struct.pack("<I", len(text)) + text + bytes(numbers)


# %% right: ljust -- the size first, then ljust
def frame(header, numbers):
    text = bytes(json.dumps(header, separators=(",", ":")), "utf-8")
    size = (len(text) + 3) // 4 * 4
    return b"".join(
        [size.to_bytes(4, byteorder="little"), text.ljust(size), numbers]
    )


# %% right: buffer -- a bytearray
def frame(header, numbers):
    buffer = bytearray(4)
    buffer += json.dumps(header, separators=(",", ":")).encode()
    buffer += b" " * (-len(buffer) % 4)
    buffer[:4] = (len(buffer) - 4).to_bytes(4, "little")
    return bytes(buffer + numbers)


# %% right: unescaped -- letters that are not ASCII stay as they are
def frame(header, numbers):
    text = json.dumps(
        header, separators=(",", ":"), ensure_ascii=False
    ).encode("utf-8")
    text += b" " * (-(len(text) + 4) % 4)
    return len(text).to_bytes(4, "little") + text + numbers


# %% wrong: sorted_keys -- the keys of the header are sorted
# expects: the keys were sorted
def frame(header: Mapping[str, Any], numbers: bytes) -> bytes:
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + numbers
