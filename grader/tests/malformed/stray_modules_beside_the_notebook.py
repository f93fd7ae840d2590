"""Files called torch.py and numpy.py lie beside the notebook.

points: 60
"""

import json
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    (folder / "ann").mkdir()
    (folder / "ann" / "01_tally.ipynb").write_text(json.dumps(notebook))
    for module in ("torch", "numpy", "random", "toybox", "sitecustomize"):
        (folder / "ann" / f"{module}.py").write_text("raise SystemExit(1)")
