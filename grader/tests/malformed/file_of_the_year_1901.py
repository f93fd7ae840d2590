"""The file's time lies before every computer.

points: 60
"""

import json
import os
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    path = folder / "ann_01_tally.ipynb"
    path.write_text(json.dumps(notebook))
    os.utime(path, (-2_000_000_000, -2_000_000_000))
