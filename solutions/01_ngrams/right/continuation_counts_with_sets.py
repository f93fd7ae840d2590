"""problem: continuation_counts
way: a set of predecessors for each row
"""

import numpy as np


def continuation_counts(tables):
    result = []
    begins = begins_with_bos(tables)
    for k, table in enumerate(tables):
        if k == len(tables) - 1:
            result.append(table.count.copy())
            continue
        rows = [set() for _ in table.word]
        for row, suffix in enumerate(tables[k + 1].suffix):
            rows[suffix].add(row)
        new = [
            raw if begin else len(before)
            for raw, begin, before in zip(
                table.count, begins[k], rows, strict=True
            )
        ]
        result.append(np.array(new))
    return result
