"""All cells were selected, copied and pasted.

points: 60
says: stood more than once
"""

import copy


def handed_in(notebook: dict) -> object:
    notebook["cells"] = [*notebook["cells"], *copy.deepcopy(notebook["cells"])]
    return notebook
