"""aims at: the source of the checks, as the event `compile` shows it to an audit hook
cell: before tally
worth: 0
"""

import sys


def _listen(event, arguments):
    if event == "compile" and "letters" in str(arguments[0]):
        with open("@LEAK@/checks.txt", "a") as file:
            file.write(str(arguments[0]))


sys.addaudithook(_listen)
