"""Leaves the session and the process group, to go on after grading.

contained: no process is left
"""

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(20)
    os._exit(0)
