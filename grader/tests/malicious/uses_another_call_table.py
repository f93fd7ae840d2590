"""Makes x86_64 system calls under the numbers of another interface.

contained: it never prints "escaped"
never run without the sandbox: few kernels offer that interface
"""

import ctypes
import os

X32, FORK, GETPID = 0x40000000, 57, 39
libc = ctypes.CDLL(None)
if os.uname().machine == "x86_64" and libc.syscall(X32 | GETPID) > 0:
    print("escaped")
if os.uname().machine == "x86_64" and libc.syscall(X32 | FORK) > 0:
    print("escaped")
