"""A link to a file outside the download.

points: none
says: is a link
"""

from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    (folder / "ann_01_tally.ipynb").symlink_to("/etc/passwd")
