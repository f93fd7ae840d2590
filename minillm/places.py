"""Where the course's files are: beside this package in a clone, in it in a
wheel.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
IN_WHEEL = PACKAGE / "course"  # `tools.book.wheel` puts the files there
COURSE = IN_WHEEL if IN_WHEEL.is_dir() else PACKAGE.parent
