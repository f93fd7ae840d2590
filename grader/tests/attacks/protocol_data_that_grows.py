"""aims at: the decoder's memory and the printing of results, with lists that double each time
cell: tally
worth: 0
"""


def tally(items):
    text = ["x" * 1000]
    for _ in range(90):
        text = [text, text, text, text]
    return {"a": text, "b": text, "v": text}
