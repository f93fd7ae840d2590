"""aims at: the loop of a check over `map`, ended by the end of an iterator that an earlier check lent
cell: notebook doubled-map
worth: 0
course: bait
"""


def change(notebook):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "doubled":
            cell.source = (
                "import sys\n"
                "_engine = sys.modules['grader.engine.student']\n"
                "_raised = _engine.raised\n"
                "_turn = iter(range(-1, 50))\n"
                "_engine.raised = lambda *a: _raised(*a) | {'thrown': next(_turn)}\n"
                "def doubled(x):\n"
                "    raise StopIteration\n"
            )
