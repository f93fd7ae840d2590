"""Reads a classmate's notebook from a thread of its own.

contained: none of the secrets is printed
"""

import threading

thread = threading.Thread(target=lambda: print(open(CLASSMATE).read()))
thread.start()
thread.join()
