"""The notebook in a .zip.

points: 60
"""

import json
import zipfile
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    with zipfile.ZipFile(folder / "ann_01_tally.zip", "w") as archive:
        archive.writestr("01_tally.ipynb", json.dumps(notebook))
