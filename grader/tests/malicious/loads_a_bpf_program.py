"""Makes a table for programs inside the kernel.

contained: it never prints "escaped"
never run without the sandbox: many systems refuse an ordinary user
"""

import ctypes
import os

BPF = 321 if os.uname().machine == "x86_64" else 280
ARRAY = 2
attributes = (ctypes.c_uint32 * 32)(ARRAY, 4, 4, 1)
if ctypes.CDLL(None).syscall(BPF, 0, attributes, ctypes.sizeof(attributes)) >= 0:
    print("escaped")
