"""A .zip that was renamed to .ipynb.

points: none
says: is a .zip archive
"""

import json
import zipfile
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    with zipfile.ZipFile(folder / "ann_01_tally.ipynb", "w") as archive:
        archive.writestr("01_tally.ipynb", json.dumps(notebook))
