"""The data of the norm laboratory: untrained stacks, from the stored runs."""

import json
from typing import Any

from minillm.corpus import DATA

MEASURES = ("std", "gradient", "change", "outside")


def norms_data() -> dict[str, Any]:
    """The runs of the laboratory: kind, depth, and each measure by block."""
    file = DATA / "results" / "07_transformer.json"
    stored = json.loads(file.read_text(encoding="utf-8"))["laboratory"]["runs"]
    names = ("kind", "depth", "seed", *MEASURES)
    return {"runs": [{name: run[name] for name in names} for run in stored]}
