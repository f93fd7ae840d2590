"""A .zip with a name that no file system takes.

points: 60
says: was taken as
"""

import json
import zipfile
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    with zipfile.ZipFile(folder / "ann_01_tally.zip", "w") as archive:
        archive.writestr("x" * 400 + ".ipynb", json.dumps(notebook))
