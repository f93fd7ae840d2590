"""The notebook lies in a folder of the same name, as some unpackers do it.

points: 60
"""

import json
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    inside = folder / "ann_01_tally.ipynb"
    inside.mkdir()
    (inside / "01_tally.ipynb").write_text(json.dumps(notebook))
