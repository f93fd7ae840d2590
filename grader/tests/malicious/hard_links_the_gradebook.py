"""Gives the gradebook a second name in the scratch folder and writes to that.

contained: every file is as it was
"""

import os

os.link(GRADEBOOK, os.path.join(os.path.dirname(GRADEBOOK), "again.db"))
