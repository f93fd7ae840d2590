"""Puts a file system over a folder.

contained: it never prints "escaped"
never run without the sandbox: an ordinary user cannot either
"""

import ctypes

libc = ctypes.CDLL(None)
if libc.mount(b"none", OUTSIDE.encode(), b"tmpfs", 0, None) == 0:
    print("escaped")
OPEN_TREE, FSOPEN = 428, 430
if libc.syscall(OPEN_TREE, -100, b"/", 1) >= 0 or libc.syscall(FSOPEN, b"tmpfs", 0) >= 0:
    print("escaped")
