"""aims at: the examiner's memory, with an array that meets another of 50 and becomes 8 gigabytes
cell: scaled
time: slow
worth: 0
course: bait
"""


def scaled(x):
    return np.zeros((20_000_000, 1))
