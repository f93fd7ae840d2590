"""Attaches to the zygote as a debugger does.

contained: it never prints "escaped"
"""

import ctypes
import os

ATTACH = 16
libc = ctypes.CDLL(None)
libc.ptrace.argtypes = [ctypes.c_long] * 4
if libc.ptrace(ATTACH, os.getppid(), 0, 0) == 0:
    print("escaped")
