"""Neither a format number nor metadata, only cells.

points: 60
"""


def handed_in(notebook: dict) -> object:
    return {"cells": notebook["cells"]}
