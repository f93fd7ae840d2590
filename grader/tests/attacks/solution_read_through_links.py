"""aims at: the answer, by another name of the same file: a link and a path through `/proc`
cell: tally
worth: 0
"""

import os
import re

_names = ["@LEAK@/link", "/proc/self/root@COURSE@/solutions/01_tally/01_tally.md"]
for _make in (os.symlink, os.link):
    try:
        _make("@COURSE@/solutions/01_tally/01_tally.md", "link")
        _names.append("link")
    except OSError:
        pass
for _name in _names:
    try:
        with open(_name) as _file:
            exec("from typing import *\n" + re.search(r"def tally.*?### END", _file.read(), 16)[0])
    except OSError:
        pass
for _name in ("link",):
    if os.path.lexists(_name):
        os.remove(_name)
