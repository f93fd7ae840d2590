"""Makes the kernel send a deadly signal when a pipe can be read.

contained: the examiner and the zygote live
"""

import fcntl
import os
import signal

F_SETSIG = 10
readable, writable = os.pipe()
fcntl.fcntl(readable, fcntl.F_SETOWN, EXAMINER)
fcntl.fcntl(readable, F_SETSIG, signal.SIGKILL)
fcntl.fcntl(readable, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
os.write(writable, b"x")
