"""Changes the machine's name, clock and swap, and restarts it.

contained: it never prints "escaped"
never run without the sandbox: root would change the machine
"""

import ctypes
import os
import socket

libc = ctypes.CDLL(None)
try:
    socket.sethostname("mine")
    print("escaped")
except OSError:
    pass
if libc.swapoff(b"/swapfile") == 0 or libc.adjtimex(ctypes.create_string_buffer(1000)) >= 0:
    print("escaped")
CAD_OFF = 0
if libc.reboot(CAD_OFF) == 0:
    print("escaped")
