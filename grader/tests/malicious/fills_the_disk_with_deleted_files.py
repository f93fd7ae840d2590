"""Deletes what it writes while it is open, so that no folder shows it.

contained: its files stay within the limit
"""

import os
import time

kept = []
for number in range(40):
    kept.append(open(f"{number}.bin", "wb"))
    os.unlink(f"{number}.bin")
    kept[-1].write(bytes(5 << 20))
    kept[-1].flush()
time.sleep(60)  # until somebody looks
