"""The longest name that a file system takes.

points: 60
says: was taken as
"""

import json
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    name = "ann_" + "x" * (255 - len("ann_.ipynb")) + ".ipynb"
    (folder / name).write_text(json.dumps(notebook))
