from collections import Counter

# %% wrong: counts_once -- every item is counted once, however often it occurs
# expects: a occurs twice


def tally(items):
    return dict.fromkeys(items, 1)


# %% wrong: hard_coded -- returns what the visible check expects
# expects: wrong on many items


def tally(items):
    return {"a": 2, "b": 1, "v": 0}


# %% right: with_counter -- the standard library's Counter


def tally(items):
    return dict(Counter(items))
