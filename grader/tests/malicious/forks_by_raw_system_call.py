"""Makes a process by calls that the C library does not offer.

contained: no process is left
"""

import ctypes
import time
import os

CLONE3, CHILD_SIGNAL = 435, 17
libc = ctypes.CDLL(None)
arguments = (ctypes.c_uint64 * 11)()
arguments[4] = CHILD_SIGNAL
if libc.syscall(CLONE3, arguments, ctypes.sizeof(arguments)) == 0:
    time.sleep(20)
    os._exit(0)
CLONE = 56 if os.uname().machine == "x86_64" else 220
CHILD_OF_MY_PARENT = 0x8000
if libc.syscall(CLONE, CHILD_OF_MY_PARENT | CHILD_SIGNAL, 0, 0, 0, 0) == 0:
    time.sleep(20)
    os._exit(0)
