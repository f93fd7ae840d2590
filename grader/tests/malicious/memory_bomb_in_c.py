"""Maps memory past Python, and touches it.

contained: its memory stays within the limit
"""

import mmap

blocks = []
for _ in range(60):
    block = mmap.mmap(-1, 10 << 20)
    for page in range(0, len(block), 4096):
        block[page] = 1
    blocks.append(block)
