"""A newer notebook in the folder belongs to something else.

points: 60
says: scratch.ipynb was left out
"""

import json
import os
from pathlib import Path


def place(folder: Path, notebook: dict) -> None:
    (folder / "ann").mkdir()
    path = folder / "ann" / "01_tally.ipynb"
    path.write_text(json.dumps(notebook))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    other = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    (folder / "ann" / "scratch.ipynb").write_text(json.dumps(other))
