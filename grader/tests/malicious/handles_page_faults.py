"""Takes over page faults, the start of many attacks on the kernel.

contained: it never prints "escaped"
"""

import ctypes
import os

USERFAULTFD = 323 if os.uname().machine == "x86_64" else 282
USER_MODE_ONLY = 1
if ctypes.CDLL(None).syscall(USERFAULTFD, USER_MODE_ONLY) >= 0:
    print("escaped")
