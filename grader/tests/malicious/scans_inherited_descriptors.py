"""Reads every file that was left open for it.

contained: none of the secrets is printed
"""

import os

for descriptor in range(3, 1024):
    try:
        print(os.pread(descriptor, 10_000, 0))
    except OSError:
        pass
