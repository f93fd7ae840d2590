"""The notebook of another assignment, with a set-up cell of the same id.

points: none
says: this is another notebook (it begins: '# 2 Shapes')
"""


def handed_in(notebook: dict) -> object:
    setup = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader"))
    title = {"cell_type": "markdown", "metadata": {}, "source": "# 2 Shapes"}
    marks = {"nbgrader": {"grade_id": "area", "solution": True}}
    code = {"cell_type": "code", "metadata": marks, "source": "def area(): return 1"}
    return notebook | {"cells": [title, setup, code]}
