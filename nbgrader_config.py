"""nbgrader's settings: what `grader/settings.py` says, and what this course wants otherwise."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from grader.settings import configure

c = get_config()  # noqa: F821 (nbgrader puts it there)
configure(c, Path(__file__).parent)

# What a late submission loses: "none"; "zero", all of it; "10% a day" of what it earned;
# "5 points a day". A time that costs nothing may follow: "10% a day, 30 min grace".
c.LatePolicy.rule = "none"
