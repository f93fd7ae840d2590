"""Fills its scratch folder with what is no regular file and no folder.

contained: it never prints "escaped"
"""

import os
import socket

makers = (
    lambda: os.mkfifo("pipe"),
    lambda: os.symlink("/dev/zero", "link"),
    lambda: os.mknod("file"),
    lambda: socket.socket(socket.AF_UNIX).bind("socket"),
)
for make in makers:
    try:
        make()
        print("escaped")
    except OSError:
        pass
