"""Runs at the start of every Python process of a graded submission: hides the answers' modules.

The environment variable MINILLM_WITHHELD names them, separated by commas. This stops `import`, not
a student's code that reads the file: the stock engine runs that code with the grader's rights.
"""

import importlib.abc
import os
import sys


class Withheld(importlib.abc.MetaPathFinder):
    """Finds none of the withheld modules, and says so."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for a withheld module; leave all others to the next finder."""
        if name in self.names:
            message = f"{name} cannot be imported here: writing it is the task of an assignment"
            raise ModuleNotFoundError(message, name=name)


sys.meta_path.insert(0, Withheld(os.environ.get("MINILLM_WITHHELD", "").split(",")))
