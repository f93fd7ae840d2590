"""Changes how the examiner is scheduled.

contained: it never prints "escaped"
"""

import os

for change in (
    lambda: os.setpriority(os.PRIO_PROCESS, EXAMINER, 19),
    lambda: os.sched_setaffinity(EXAMINER, {0}),
):
    try:
        change()
        print("escaped")
    except OSError:
        pass
