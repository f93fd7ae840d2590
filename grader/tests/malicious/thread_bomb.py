"""Starts threads until the machine has none left.

contained: it never prints "escaped"
"""

import _thread
import time

_thread.stack_size(32768)
started = 0
try:
    while started < 3000:
        _thread.start_new_thread(time.sleep, (5,))
        started += 1
finally:
    print("escaped" if started > 200 + SPARE else started)
