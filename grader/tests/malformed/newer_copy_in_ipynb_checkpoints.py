"""Jupyter's own copy is newer than the notebook, and empty.

points: 60
"""

import json
import os
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    checkpoints = folder / "ann" / ".ipynb_checkpoints"
    checkpoints.mkdir(parents=True)
    path = folder / "ann" / "01_tally.ipynb"
    path.write_text(json.dumps(notebook))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    (checkpoints / "01_tally-checkpoint.ipynb").write_text("")
