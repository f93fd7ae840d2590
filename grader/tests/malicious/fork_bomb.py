"""Forks until the machine has no process left.

contained: it never prints "escaped"
never run without the sandbox: it takes the machine with it
"""

import os
import time

for _ in range(10_000):
    if os.fork() == 0:
        os.write(1, b"escaped")
        time.sleep(60)
