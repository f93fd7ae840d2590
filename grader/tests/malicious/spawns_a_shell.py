"""Runs a shell by every way that Python has.

contained: it never prints "escaped"
"""

import os
import subprocess

ways = (
    lambda: subprocess.run(["/bin/sh", "-c", "echo escaped >&2"], stderr=1),
    lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "echo escaped"], {}),
    lambda: os.system("echo escaped"),
)
for way in ways:
    try:
        way()
    except OSError:
        pass
