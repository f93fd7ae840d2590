"""The time of the submission cannot be read.

points: 60
says: holds no time
"""

import json
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    (folder / "ann").mkdir()
    (folder / "ann" / "01_tally.ipynb").write_text(json.dumps(notebook))
    (folder / "ann" / "timestamp.txt").write_text("yesterday, about noon")
