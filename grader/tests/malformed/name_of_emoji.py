"""A file name of emoji and letters that run from right to left.

points: 60
says: was taken as
"""

import json
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    (folder / "ann_\N{SNOWMAN}\N{PILE OF POO}\u202egpj.ipynb").write_text(json.dumps(notebook))
