"""Duplicates an open file of the process that runs the checks.

contained: it never prints "escaped"
"""

import ctypes
import os

GETFD = 438
libc = ctypes.CDLL(None)
handle = os.pidfd_open(EXAMINER)
if libc.syscall(GETFD, handle, 0, 0) >= 0:
    print("escaped")
