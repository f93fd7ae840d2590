"""Kills all that it may kill, by every call that sends a signal.

contained: the examiner and the zygote live
never run without the sandbox: it ends all that this user runs
"""

import ctypes
import os
import signal

KILL, TGKILL = (62, 234) if os.uname().machine == "x86_64" else (129, 131)
libc = ctypes.CDLL(None)
libc.syscall(TGKILL, EXAMINER, EXAMINER, signal.SIGKILL)
libc.syscall(KILL, 0, signal.SIGKILL)
libc.syscall(KILL, -1, signal.SIGKILL)
