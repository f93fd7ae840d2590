"""Attaches to the process that runs the checks as a debugger does.

contained: it never prints "escaped"
"""

import ctypes

ATTACH = 16
libc = ctypes.CDLL(None)
libc.ptrace.argtypes = [ctypes.c_long] * 4
if libc.ptrace(ATTACH, EXAMINER, 0, 0) == 0:
    print("escaped")
