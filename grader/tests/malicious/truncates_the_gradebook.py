"""Cuts the gradebook to nothing by its name.

contained: every file is as it was
"""

import os

os.truncate(GRADEBOOK, 0)
