"""Imports the library module that holds the answers.

contained: none of the secrets is printed
"""

import importlib.util

path = LIBRARY + "/answers.py"
spec = importlib.util.spec_from_file_location("answers", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.ANSWER)
