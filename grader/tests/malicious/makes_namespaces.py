"""Becomes root in a world of its own, from where more of the kernel is in reach.

contained: it never prints "escaped"
never run without the sandbox: some systems refuse an ordinary user
"""

import ctypes

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
libc = ctypes.CDLL(None)
if libc.unshare(NEW_USER) == 0 or libc.unshare(NEW_USER | NEW_NETWORK) == 0:
    print("escaped")
