"""aims at: the file that was handed in, replaced by the right answer while it is graded
cell: before tally
worth: 0
"""

import glob

for path in glob.glob("@COURSE@/gradebook/submitted/*/*/*.ipynb"):
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(text.replace("pass", "from toybox.tally import tally"))
