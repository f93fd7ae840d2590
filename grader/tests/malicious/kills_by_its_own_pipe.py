"""Makes the kernel send a deadly signal when its reply is read.

contained: it never prints "escaped"
"""

import fcntl
import os

for descriptor in range(100):
    for owner in (EXAMINER, os.getppid()):
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETOWN, owner)
            print("escaped")
        except OSError:
            pass
