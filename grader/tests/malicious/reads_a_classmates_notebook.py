"""Reads the notebook that a classmate handed in.

contained: none of the secrets is printed
"""

print(open(CLASSMATE).read())
