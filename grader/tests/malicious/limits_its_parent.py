"""Lowers the limits of the processes around it, and raises its own.

contained: it never prints "escaped"
"""

import os
import resource

no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
for change in (
    lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0)),
    lambda: resource.prlimit(EXAMINER, resource.RLIMIT_NOFILE, (100, 100)),
    lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    lambda: resource.setrlimit(resource.RLIMIT_AS, no_limit),
    lambda: resource.setrlimit(resource.RLIMIT_FSIZE, no_limit),
):
    try:
        change()
        print("escaped")
    except (OSError, ValueError):
        pass
