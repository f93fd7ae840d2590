"""An empty folder that is called like the notebook.

points: none
says: is a folder
"""

from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    (folder / "ann_01_tally.ipynb").mkdir()
