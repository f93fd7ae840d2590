"""Runs machine code that makes a system call as a 32-bit program does.

contained: it never prints "escaped"
never run without the sandbox: few machines run 32-bit programs
"""

import ctypes
import mmap
import os

# push rbx; mov eax, 20 (getpid of 32-bit programs); int 0x80; pop rbx; ret
CODE = bytes.fromhex("53 b8 14 00 00 00 cd 80 5b c3")
if os.uname().machine == "x86_64":
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    if call() > 0:
        print("escaped")
