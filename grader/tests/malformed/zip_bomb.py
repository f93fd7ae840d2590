"""A small .zip that becomes a gigabyte.

points: none
says: holds too much
"""

import zipfile
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    with zipfile.ZipFile(folder / "ann_01_tally.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            with archive.open(f"{number}/01_tally.ipynb", "w") as file:
                for _ in range(70):
                    file.write(bytes(1_000_000))
