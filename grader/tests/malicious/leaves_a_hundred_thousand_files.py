"""Fills its folder with names, some of them hostile.

contained: its files stay within the limit
"""

import os
import time

for number in range(100_000):
    name = b"-rf \n\xff\x1b[2J" + str(number).encode()
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
time.sleep(60)  # until somebody looks
