"""A .zip of which a part is missing.

points: none
says: cannot be unpacked
"""

import json
import zipfile
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    path = folder / "ann_01_tally.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("01_tally.ipynb", json.dumps(notebook))
    path.write_bytes(path.read_bytes()[:-100])
