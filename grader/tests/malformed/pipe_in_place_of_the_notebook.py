"""A named pipe: whoever opens it for reading waits for ever.

points: none
says: is a pipe
"""

import os
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    os.mkfifo(folder / "ann_01_tally.ipynb")
