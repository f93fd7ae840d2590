"""Has the kernel tell it when the gradebook is used.

contained: it never prints "escaped"
"""

import ctypes

libc = ctypes.CDLL(None)
watch = libc.inotify_init1(0)
if libc.inotify_add_watch(watch, GRADEBOOK.encode(), 0xFFF) >= 0:
    print("escaped")
