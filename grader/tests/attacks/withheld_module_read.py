"""aims at: the answer in the library, whose import is forbidden, by reading its file
cell: tally
worth: 0
"""

from pathlib import Path

exec(Path("@COURSE@/toybox/tally.py").read_text())
