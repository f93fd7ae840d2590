"""Makes a folder and a socket outside of its scratch folder.

contained: every file is as it was
"""

import os

os.mkdir(OUTSIDE + "/mine")
