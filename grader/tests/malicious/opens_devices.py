"""Opens the disk, the memory, the terminal.

contained: it never prints "escaped"
never run without the sandbox: what devices there are differs
"""

import glob
import os

for name in ["/dev/mem", "/dev/kmsg", "/dev/tty", "/dev/ptmx", "/dev/fuse", *glob.glob("/dev/vd*")]:
    try:
        os.open(name, os.O_RDONLY)
        print("escaped")
    except OSError:
        pass
