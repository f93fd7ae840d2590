"""Reads the system's list of users.

contained: none of the secrets is printed
"""

with open("/etc/passwd") as file:
    print(file.read())
