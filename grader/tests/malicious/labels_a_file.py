"""Hides a note for classmates in a file's extended attributes.

contained: every file is as it was
"""

import os

os.setxattr(OUTSIDE, "user.note", b"the answer is 42")
