"""aims at: addresses and folders of the grader, in environment variables and command lines
cell: before tally
worth: 0
"""

import glob
import os

found = [f"{name}={value}" for name, value in os.environ.items()]
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try:
        with open(path) as file:
            found += file.read().split("\0")
    except OSError:
        pass
told = [text for text in found if "@COURSE@" in text or "gradebook" in text]
if told:
    with open("@LEAK@/environment.txt", "w") as file:
        file.write("\n".join(told))
