"""Hands its system calls to a queue that no filter sees.

contained: it never prints "escaped"
"""

import ctypes

libc = ctypes.CDLL(None)
if libc.syscall(425, 8, ctypes.create_string_buffer(120)) >= 0:
    print("escaped")
