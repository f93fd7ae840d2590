"""aims at: the examiner's memory, with answers that are huge, deep or contain themselves
cell: tally
time: slow
worth: 0
"""

_turn = iter(range(9))


def tally(items):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    ring = {}
    ring["a"] = [ring, {"b": ring}]
    wide = ["x" * 1000] * 300_000
    return [deep, ring, wide, 10**1_000_000, {"a": 2, "b": bytes(300_000_000)}][next(_turn) % 5]
