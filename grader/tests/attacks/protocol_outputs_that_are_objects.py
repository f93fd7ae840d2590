"""aims at: the writer of the graded notebook, with objects where texts belong
cell: tally
worth: 0
rest: own loss
"""

import sys


class Text:
    def __str__(self):
        raise SystemExit

    __repr__ = __len__ = __iter__ = __getitem__ = __str__


def tally(items):
    return {}


_answerer = sys.modules["grader.engine.student"].Answerer
_answerer.do_cell = lambda self, *rest: {
    "outputs": [
        {"output_type": "stream", "name": "stdout", "text": Text()},
        {"output_type": Text(), "text": Text()},
        {"output_type": "error", "name": Text(), "message": Text(), "traceback": Text()},
        {"output_type": "display_data", "png": '" onerror="alert(1)'},
        {"output_type": "display_data", "data": {"text/html": "<script>alert(1)</script>"}},
        Text(),
    ],
    "raised": None,
}
