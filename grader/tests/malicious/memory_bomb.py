"""Takes memory until the machine has none left.

contained: its memory stays within the limit
"""

blocks = []
for _ in range(60):
    blocks.append(bytearray(b"x") * (10 << 20))
