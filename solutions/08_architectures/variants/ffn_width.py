# %% wrong: down -- rounds down
# expects: round up
def ffn_width(C, multiple=256):
    return int(2 / 3 * 4 * C) // multiple * multiple


# %% wrong: plain -- forgets the two thirds
# expects: a gated layer has 2/3 of that
def ffn_width(C, multiple=256):
    return multiple * math.ceil(4 * C / multiple)


# %% wrong: uncut -- rounds up without cutting first
# expects: ffn_width(2, 1): expected 5
def ffn_width(C, multiple=256):
    return multiple * math.ceil(2 / 3 * 4 * C / multiple)


# %% wrong: one_more -- always one multiple on
# expects: ffn_width(96, 32): expected 256
def ffn_width(C, multiple=256):
    return (8 * C // 3 // multiple + 1) * multiple


# %% wrong: rounded -- rounded to the nearest whole number
# expects: cut it, don't round it
def ffn_width(C, multiple=256):
    return multiple * math.ceil(round(2 / 3 * 4 * C) / multiple)


# %% right: integers -- whole numbers alone
def ffn_width(C, multiple=256):
    n = 8 * C // 3
    return -(-n // multiple) * multiple


# %% right: modulo -- adds what is missing
def ffn_width(C, multiple=256):
    n = 8 * C // 3
    return n + (-n) % multiple


# %% right: counting -- counts up
def ffn_width(C, multiple=256):
    n, width = 8 * C // 3, 0
    while width < n:
        width += multiple
    return width


# %% wrong: always_one_more -- the next multiple, also of a multiple
# expects: which is a multiple of 32 already
def ffn_width(C, multiple=256):
    width = 8 * C // 3
    return (width // multiple + 1) * multiple


# %% right: whole_numbers -- whole numbers alone
def ffn_width(C, multiple=256):
    width = 8 * C // 3
    return width + -width % multiple


# %% wrong: nearest -- the nearest multiple
# expects: ffn_width(5120, 256): expected 13824
def ffn_width(C, multiple=256):
    return multiple * round(8 * C / 3 / multiple)
