"""The notebook was exported as a Python file.

points: none
says: only ann_01_tally.py
"""

from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    code = [c["source"] for c in notebook["cells"] if c["cell_type"] == "code"]
    (folder / "ann_01_tally.py").write_text("\n\n".join(code))
