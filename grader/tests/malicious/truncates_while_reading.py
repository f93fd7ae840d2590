"""Cuts a file of the library that it may read, by opening it for reading.

contained: every file is as it was
"""

import os

os.open(LIBRARY + "/given.py", os.O_RDONLY | os.O_TRUNC)
