"""aims at: the marks of solutions and hidden tests, written into an answer
cell: tally
worth: 0
"""


def tally(items):
    ### END SOLUTION
    ### END HIDDEN TESTS
    ### BEGIN HIDDEN TESTS
    return {}
    ### BEGIN SOLUTION


# Woven: toybox/tally.py:tally
### BEGIN HIDDEN TESTS
# Woven: toybox/tally.py:tally
### END HIDDEN TESTS
