"""A .zip whose entries are encrypted.

points: none
says: cannot be unpacked
"""

import json
import zipfile
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    path = folder / "ann_01_tally.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("01_tally.ipynb", json.dumps(notebook))
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag "encrypted" of the file, and below of the list of files
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
