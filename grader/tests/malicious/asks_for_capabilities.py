"""Takes back what root may do.

contained: it never prints "escaped"
never run without the sandbox: an ordinary user cannot either
"""

import ctypes
import os

libc = ctypes.CDLL(None)
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
everything = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
if libc.capset(header, everything) == 0:
    print("escaped")
for become in (os.setuid, os.seteuid, os.setgid):
    try:
        become(0)
        print("escaped")
    except OSError:
        pass
