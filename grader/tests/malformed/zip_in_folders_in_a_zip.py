"""A .zip in a folder in a .zip, with what macOS adds.

points: 60
"""

import io
import json
import zipfile
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a/b/c/01_tally.ipynb", json.dumps(notebook))
        archive.writestr("__MACOSX/a/b/c/._01_tally.ipynb", "x")
    with zipfile.ZipFile(folder / "ann_homework.zip", "w") as archive:
        archive.writestr("home work/inner.zip", inner.getvalue())
