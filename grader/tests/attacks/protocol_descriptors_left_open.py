"""aims at: files and pipes of the grader, by the descriptors that a process inherits
cell: before tally
worth: 0
"""

import os

for fd in range(256):
    try:
        found = os.fstat(fd)
        name = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue
    if not name.startswith(("/dev/null", "pipe:", "anon_inode", "socket:")):
        with open("@LEAK@/descriptors.txt", "a") as file:
            file.write(f"{fd} {name}\n")
    try:
        text = os.pread(fd, 10**6, 0)
        if b"letters" in text:
            print(text.decode())
    except OSError:
        pass
