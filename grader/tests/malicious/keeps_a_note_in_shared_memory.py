"""Leaves a note in memory that outlives it.

contained: it never prints "escaped"
"""

import ctypes
import os

SHMGET = 29 if os.uname().machine == "x86_64" else 194
CREATE = 0o1600
segment = ctypes.CDLL(None).syscall(SHMGET, 0x5EED, 4096, CREATE)
if segment >= 0:
    ctypes.CDLL(None).shmctl(segment, 0, None)
    print("escaped")
with open("/dev/shm/note-of-a-student", "w") as file:
    print("escaped")
os.unlink("/dev/shm/note-of-a-student")
