"""Takes back the wish to die with its parent, and to be traceable.

contained: it never prints "escaped"
"""

import ctypes

PDEATHSIG, DUMPABLE, SECCOMP, NO_NEW_PRIVS, KEEPCAPS, PTRACER = 1, 4, 22, 38, 8, 0x59616D61
libc = ctypes.CDLL(None)
for option, value in ((PDEATHSIG, 0), (DUMPABLE, 1), (KEEPCAPS, 1), (PTRACER, -1)):
    if libc.prctl(option, value, 0, 0, 0) == 0:
        print("escaped")
