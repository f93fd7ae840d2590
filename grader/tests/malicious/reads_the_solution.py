"""Reads the assignment's source with its answers and hidden checks.

contained: none of the secrets is printed
"""

print(open(SOLUTION).read())
