"""Opens a folder as a mere place and reads on from there.

contained: none of the secrets is printed
"""

import os

place = os.open(os.path.dirname(CLASSMATE), os.O_PATH)
name = os.path.basename(CLASSMATE)
print(os.read(os.open(name, os.O_RDONLY, dir_fd=place), 10_000))
