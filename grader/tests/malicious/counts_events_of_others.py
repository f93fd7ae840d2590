"""Opens performance counters, to measure what others do.

contained: it never prints "escaped"
never run without the sandbox: some systems refuse an ordinary user
"""

import ctypes
import os

PERF_EVENT_OPEN = 298 if os.uname().machine == "x86_64" else 241
attributes = (ctypes.c_uint32 * 28)(1, 112)
if ctypes.CDLL(None).syscall(PERF_EVENT_OPEN, attributes, 0, -1, -1, 0) >= 0:
    print("escaped")
