"""Writes file after file until the disk is full.

contained: its files stay within the limit
"""

for number in range(40):
    with open(f"{number}.bin", "wb") as file:
        file.write(bytes(5 << 20))
import time

time.sleep(60)  # until somebody looks
