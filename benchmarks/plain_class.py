"""Run a class without any grader: plain_class.py SOURCE FOLDER, prints CPU seconds by student.

Every notebook in FOLDER runs in a fork of one warm process: the student's cells and the source's
check cells, hidden lines included, one after the other in IPython's shell, which draws figures as a
notebook does. It is the work that no grader can save.
"""

import json
import os
import sys
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1]))
from grader.authoring.assignment import cells, grade_id, read
from grader.engine.cells import Cells
from grader.engine.plan import plan
from grader.engine.warm import import_all, warm_torch


def main(source: Path, folder: Path) -> None:
    """Print a JSON object: CPU seconds by student."""
    course = source.parents[2]
    sys.path.insert(0, str(course))
    planned = plan(source, course / "exercises" / source.stem / f"{source.stem}.ipynb")
    import_all([*planned.packages, *planned.imports, "matplotlib.pyplot"])
    warm_torch()
    sys.modules.update(dict.fromkeys(planned.withheld))
    shell = Cells()
    checks = {grade_id(cell): cell.source for cell in cells(read(source), "check")}
    seconds = {}
    for path in sorted(folder.glob("*.ipynb")):
        code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        codes = [checks.get(grade_id(cell), cell.source) for cell in code]
        child = os.fork()
        if child == 0:
            for code in codes:
                shell.run(code, "<cell>")
            os._exit(0)
        usage = os.wait4(child, 0)[2]
        seconds[path.stem] = usage.ru_utime + usage.ru_stime
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
