"""Writes files that never had a name.

contained: its files stay within the limit
"""

import os
import time

kept = []
for _ in range(40):
    kept.append(os.open(".", os.O_TMPFILE | os.O_RDWR))
    os.write(kept[-1], bytes(5 << 20))
time.sleep(60)  # until somebody looks
