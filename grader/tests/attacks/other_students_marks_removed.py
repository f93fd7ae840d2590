"""aims at: the marks of the others, which are deleted from the gradebook
cell: before tally
worth: 0
"""

import sqlite3

with sqlite3.connect("@COURSE@/gradebook/gradebook.db", timeout=1) as gradebook:
    gradebook.execute("delete from grade_cells")
    gradebook.execute("drop table comment")
