"""The file may be read by nobody but the administrator.

points: none
says: cannot be read
"""

import json
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    path = folder / "ann_01_tally.ipynb"
    path.write_text(json.dumps(notebook))
    path.chmod(0)
