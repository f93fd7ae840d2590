"""aims at: the grader's process, with a result whose unpickling runs a command
cell: tally
worth: 0
"""


class Counts(dict):
    def __reduce_ex__(self, protocol):
        return (exec, ("open('@LEAK@/pickle.txt', 'w').write('here')", {}))

    __getstate__ = __copy__ = __deepcopy__ = lambda self, *args: self.__reduce_ex__(2)


def tally(items):
    return Counts(v=0)
