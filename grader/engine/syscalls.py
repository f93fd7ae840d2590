"""The system calls that a student's process may make, and their numbers on each machine.

It is what Python, NumPy, torch and Matplotlib need to compute, to start threads and to use files.
Everything that starts a program, opens a connection, reaches another process or changes what
others see of a file is not here, and so is refused.
"""

# Name, number on x86_64, number on aarch64 (-: there is no such call). Which files is for Landlock
# to say; pipes to oneself, and waiting for them, are what coroutines need.
FREE = """
files: read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68,
preadv 295 69,
pwritev 296 70, lseek 8 62, close 3 57, fstat 5 80, newfstatat 262 79, stat 4 -, lstat 6 -,
statx 332 291, access 21 -, faccessat 269 48, faccessat2 439 439, readlink 89 -,
readlinkat 267 78, getdents 78 -, getdents64 217 61, getcwd 79 17, chdir 80 49, fchdir 81 50,
statfs 137 43, fstatfs 138 44, ftruncate 77 46, fadvise64 221 223, unlink 87 -,
unlinkat 263 35, mkdir 83 -, mkdirat 258 34, rmdir 84 -, flock 73 32, rename 82 -,
renameat 264 38, umask 95 166, dup 32 23, dup2 33 -, dup3 292 24,
pipes: pipe 22 -, pipe2 293 59, recvfrom 45 207, eventfd2 290 19, epoll_create1 291 20,
epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22, poll 7 -, ppoll 271 73, select 23 -,
pselect6 270 72,
memory: mmap 9 222, mprotect 10 226, munmap 11 215, mremap 25 216, madvise 28 233, msync 26 227,
brk 12 214,
threads: futex 202 98, set_robust_list 273 99, rseq 334 293, set_tid_address 218 96,
sched_yield 24 124,
sched_getaffinity 204 123, sched_getparam 143 121, sched_getscheduler 145 120, getcpu 309 168,
exit 60 93, exit_group 231 94,
oneself: getpid 39 172, gettid 186 178, getppid 110 173, getpgrp 111 -, getpgid 121 155,
getuid 102 174,
geteuid 107 175, getgid 104 176, getegid 108 177, getgroups 115 158, getresuid 118 148,
getresgid 120 150, getrlimit 97 163, arch_prctl 158 -, uname 63 160, sysinfo 99 179,
getrandom 318 278,
time and signals: clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230 115,
nanosleep 35 101,
gettimeofday 96 169, time 201 -, times 100 153, getrusage 98 165, alarm 37 -, setitimer 38 103,
getitimer 36 102, pause 34 -, rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139,
rt_sigpending 127 136, rt_sigtimedwait 128 137, rt_sigsuspend 130 133, sigaltstack 131 132,
restart_syscall 219 128
"""

# Allowed for some arguments only, see seccomp.py; or answered without being made.
CHECKED = """
open 2 -, openat 257 56, fcntl 72 25, ioctl 16 29, clone 56 220, clone3 435 435, kill 62 129,
tgkill 234 131, prctl 157 167, prlimit64 302 261, socketpair 53 199, sendto 44 206,
fsync 74 82, fdatasync 75 83, chmod 90 -, fchmod 91 52, fchmodat 268 53, listxattr 194 11,
llistxattr 195 12, flistxattr 196 13, utime 132 -, utimes 235 -, futimesat 261 -,
utimensat 280 88
"""


def numbers(table: str, machine: str) -> dict[str, int]:
    """The calls of `table` that there are on `machine`, "x86_64" or "aarch64"."""
    rows = (entry.split()[-3:] for entry in table.split(","))
    found = {name: x86 if machine == "x86_64" else arm for name, x86, arm in rows}
    return {name: int(number) for name, number in found.items() if number != "-"}
