"""aims at: the loop of a check over `map`, ended by an error that is sent as data of the course
cell: doubled
worth: 0
course: bait
"""

import sys

_engine = sys.modules["grader.engine.student"]
_raised = _engine.raised


def _forged(error, *rest):
    from grader.engine.wire import Raised

    given = Raised(("StopIteration",), (), "", ())
    return _raised(error, *rest) | {"given": given}


_engine.raised = _forged


def doubled(x):
    raise KeyError(x)
