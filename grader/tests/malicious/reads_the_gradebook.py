"""Asks the gradebook for everybody's marks.

contained: none of the secrets is printed
"""

import sqlite3

rows = sqlite3.connect(GRADEBOOK).execute("SELECT * FROM grade").fetchall()
print(rows)
