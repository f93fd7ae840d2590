"""A link to a device that never ends.

points: none
says: is a link
"""

from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    (folder / "ann_01_tally.ipynb").symlink_to("/dev/zero")
