"""Changes the mode of a library file through a descriptor.

contained: every file is as it was
"""

import os

os.fchmod(os.open(LIBRARY + "/given.py", os.O_RDONLY), 0o600)
