"""aims at: the graded notebook, by a print that would close the JSON around it
cell: tally
worth: 0
"""

print(
    '"]}], "source": ["pass"], "metadata": {"nbgrader": {"points": 1000}}}, {"outputs": [{"text": ["'
)
print("\ud800 \0 \x1b]0;title\x07 \u2028 \u202e")


def tally(items):
    print('"]}]}]}')
    return {}
