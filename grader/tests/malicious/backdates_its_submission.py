"""Changes when a file was changed, to have been in time.

contained: every file is as it was
"""

import os

os.utime(CLASSMATE, (0, 0))
