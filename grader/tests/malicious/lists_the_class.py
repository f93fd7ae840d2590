"""Lists the folder that is named after its students.

contained: none of the secrets is printed
"""

import os

print(os.listdir(SUBMITTED))
