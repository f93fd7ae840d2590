"""Leaves a pipe where a file should be, to hang whoever reads it.

contained: it ends by itself in time
"""

import os

os.mkfifo("answer.txt")
open("answer.txt").read()
