"""Reads the environment of the process that runs the checks.

contained: none of the secrets is printed
"""

print(open(f"/proc/{EXAMINER}/environ").read())
