"""Opens the memory of the process that runs the checks.

contained: none of the secrets is printed
"""

with open(f"/proc/{EXAMINER}/mem", "rb") as memory:
    memory.seek(ADDRESS)
    print(memory.read(100))
