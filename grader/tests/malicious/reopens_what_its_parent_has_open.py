"""Reads the open files of its parent through /proc.

contained: none of the secrets is printed
"""

import os

for number in range(100):
    try:
        file = os.open(f"/proc/{ZYGOTE}/fd/{number}", os.O_RDONLY | os.O_NONBLOCK)
        print(os.pread(file, 10_000, 0))
    except OSError:
        pass
