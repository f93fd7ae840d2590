"""Deletes the gradebook.

contained: every file is as it was
"""

import os

os.unlink(GRADEBOOK)
