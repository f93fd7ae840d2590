"""A file name whose bytes are no UTF-8.

points: 60
says: was taken as
"""

import json
import os
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    path = os.fsencode(folder) + b"/ann_gr\xf6\xdfe.ipynb"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(notebook, file)
