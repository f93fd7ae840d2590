"""Makes a symbolic link to a classmate's notebook and reads through it.

contained: none of the secrets is printed
"""

import os

os.symlink(CLASSMATE, "mine.ipynb")
print(open("mine.ipynb").read())
