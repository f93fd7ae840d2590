"""Burns every processor of the machine with threads.

contained: its processor time stays within the limit
"""

import hashlib
import threading


def spin():
    while True:
        hashlib.pbkdf2_hmac("sha256", b"", b"", 100_000)


for _ in range(8):
    threading.Thread(target=spin).start()
spin()
