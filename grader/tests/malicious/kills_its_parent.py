"""Kills the process that forked it.

contained: the examiner and the zygote live
"""

import os
import signal

os.kill(os.getppid(), signal.SIGKILL)
os.kill(ZYGOTE, signal.SIGKILL)
