"""The autograded notebook, as nbgrader's formgrader opens it."""

import json
import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.authoring.assignment import grade_id
from grader.course import write
from grader.engine.plan import Plan

LARGEST_PICTURE = 5_000_000  # characters of its base64
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def write_autograded(
    path: Path, notebook: NotebookNode, plan: Plan, shown: dict[str, list[dict[str, Any]]]
) -> None:
    """Write the notebook with the source's checks and the outputs of this run."""
    count = 0
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in plan.checks:
            cell.source = plan.checks[name].source
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            outputs = shown.get(name or cell.id, [])
            cell.outputs = [output for o in outputs if (output := _output(o, count))]
    write(path, json.dumps(notebook))


def _output(shown: Any, count: int) -> dict[str, Any] | None:
    """An output in the notebook's format; a picture that is none is left out."""
    kind = shown.get("output_type")
    if kind == "stream" and shown.get("name") in ("stdout", "stderr"):
        return {"output_type": kind, "name": shown["name"], "text": str(shown.get("text", ""))}
    if kind == "execute_result":
        data = {"text/plain": str(shown.get("text", ""))}
        return {"output_type": kind, "execution_count": count, "data": data, "metadata": {}}
    if kind == "display_data":
        png = str(shown.get("png", ""))
        if len(png) < LARGEST_PICTURE and BASE64.fullmatch(png):
            return {"output_type": kind, "data": {"image/png": png}, "metadata": {}}
    if kind == "error":
        name, message = str(shown.get("name")), str(shown.get("message"))
        lines = str(shown.get("traceback")).replace("{count}", str(count)).split("\n")
        return {"output_type": kind, "ename": name, "evalue": message, "traceback": lines}
    return None
