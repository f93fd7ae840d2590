"""aims at: the course's library, which then runs in the grader's own process
cell: before tally
worth: 0
"""

from pathlib import Path

for name in ("toybox/__init__.py", "sitecustomize.py", "random.py", "usercustomize.py"):
    with Path("@COURSE@", name).open("a") as file:
        file.write("\nimport builtins\n")
