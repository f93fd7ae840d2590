"""Leaves a file outside of its scratch folder.

contained: every file is as it was
"""

with open(OUTSIDE + "/left.txt", "w") as file:
    file.write("I was here")
