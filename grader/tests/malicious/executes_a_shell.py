"""Becomes a shell.

contained: it never prints "escaped"
"""

import os

os.execv("/bin/sh", ["sh", "-c", "echo escaped"])
