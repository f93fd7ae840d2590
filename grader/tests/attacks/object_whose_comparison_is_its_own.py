"""aims at: `==` with an object of the student's class, which says yes
cell: doubled
worth: 0
course: bait
"""


class doubled:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return True

    def __rmul__(self, other):
        return self

    __hash__ = None
