"""The malformed submissions in `malformed/`, one file per case, named for what it does.

A case's docstring says in one paragraph what happened to the file, and in lines below it

    points: 60     what the checks give, of 60; `none`: it cannot be graded
    says: ...      a fragment of the note, or of the reason, that the student reads

Either `handed_in(notebook)` makes of a right submission to the demo course's assignment what comes
in instead, as bytes or as something to write as JSON; or `place(folder, notebook)` writes into the
folder of downloads itself, for the student `ann`.
"""

import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent / "malformed"
FILE = "ann_01_tally.ipynb"


@dataclass(frozen=True)
class Malformed:
    """One case."""

    name: str
    module: ModuleType
    points: float | None  # None: it cannot be graded
    says: str

    def place(self, folder: Path, notebook: dict) -> None:
        """Write what comes in into the folder of downloads."""
        if hasattr(self.module, "place"):
            self.module.place(folder, notebook)
        else:
            content = self.module.handed_in(notebook)
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            (folder / FILE).write_bytes(data)


def cases() -> list[Malformed]:
    """Every case, sorted by name."""
    return [_case(path) for path in sorted(FOLDER.glob("*.py"))]


def _case(path: Path) -> Malformed:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    header = dict(re.findall(r"^(points|says): (.+)$", module.__doc__ or "", re.MULTILINE))
    points = None if header["points"] == "none" else float(header["points"])
    return Malformed(path.stem, module, points, header.get("says", ""))
