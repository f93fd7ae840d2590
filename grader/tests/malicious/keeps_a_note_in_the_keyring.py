"""Leaves a note in the kernel for the next student's process.

contained: it never prints "escaped"
"""

import ctypes
import os

ADD_KEY, USER_KEYRING = (248 if os.uname().machine == "x86_64" else 217), -4
if ctypes.CDLL(None).syscall(ADD_KEY, b"user", b"note", b"42", 2, USER_KEYRING) >= 0:
    print("escaped")
