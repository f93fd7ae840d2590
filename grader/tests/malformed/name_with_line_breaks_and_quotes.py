"""A file name with a line break, quotes and a semicolon.

points: 60
says: was taken as
"""

import json
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    name = 'ann_it\'s "mine";\n rm -rf.ipynb'
    (folder / name).write_text(json.dumps(notebook))
