"""Kills the process that runs the checks.

contained: the examiner and the zygote live
"""

import os
import signal

os.kill(EXAMINER, signal.SIGKILL)
