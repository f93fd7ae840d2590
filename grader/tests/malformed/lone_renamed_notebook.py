"""The only notebook has a name of the student's own.

points: 60
says: was taken as 01_tally.ipynb
"""

import json
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    (folder / "ann").mkdir()
    (folder / "ann" / "my homework (2).ipynb").write_text(json.dumps(notebook))
