"""More than any notebook needs.

points: none
says: clear all outputs
"""

from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    with open(folder / "ann_01_tally.ipynb", "wb") as file:
        file.write(b'{"cells": [')
        file.truncate(300_000_000)
