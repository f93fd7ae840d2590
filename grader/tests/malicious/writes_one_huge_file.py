"""Writes a file that is larger than a file may be.

contained: its files stay within the limit
"""

import time

with open("huge.bin", "wb") as file:
    for _ in range(40):
        file.write(bytes(5 << 20))
        file.flush()
time.sleep(0.3)
