"""problem: continuation_counts
mistake: the lower orders keep their raw counts
expects: a lower order does not keep its raw counts
"""


def continuation_counts(tables):
    begins, counts = begins_with_bos(tables), []
    for k in range(len(tables) - 1):
        rows = len(tables[k].word)
        new = tables[k].count[:rows].copy()
        new[begins[k]] = tables[k].count[begins[k]]
        counts.append(new)
    return [*counts, tables[-1].count]
