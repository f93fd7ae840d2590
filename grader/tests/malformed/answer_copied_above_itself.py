"""An older version of an answer stands above the one that counts, with the same id.

points: 60
says: stood more than once
"""

import copy


def handed_in(notebook: dict) -> object:
    place = index_of(notebook, "tally")
    earlier = copy.deepcopy(notebook["cells"][place])
    earlier["source"] = "def tally(items):\n    return None"
    notebook["cells"].insert(place, earlier)
    return notebook


def index_of(notebook: dict, name: str) -> int:
    """Where the cell with this id stands."""
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    return ids.index(name)
