"""Changes who may read and write the gradebook.

contained: every file is as it was
"""

import os

os.chmod(GRADEBOOK, 0o604)
