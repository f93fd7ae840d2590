"""What a student's process gives up, for good, before it sees a line of the student's.

    descriptors   it keeps the pipes that it is told to keep, and no other open file
    limits        memory, processor time, size of a file, open files, threads
    user          one that owns nothing, where the grader is root
    Landlock      it reads the interpreter and the course's data, and writes one flat folder
    seccomp       it computes and uses files; it starts no program and reaches no other process
    namespaces    where they are to be had: no other process, network or file is there at all

Landlock and seccomp are required, and need neither root nor a container. A system without them is
refused with `SandboxError`.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.engine import landlock, libc, namespaces, seccomp
from grader.engine.root import enter_root

with contextlib.suppress(ImportError):  # Windows has no such module, and is refused below
    import resource

WAYS_OUT = (
    "Grade in a Linux virtual machine or container (kernel 5.13 or later with Landlock), or pass "
    "--unsafe-no-sandbox to run students' code unprotected; the grades will say so."
)
SPARE_THREADS = 1024  # of all that one ordinary user runs; others of theirs may start some


class SandboxError(Exception):
    """The sandbox is not to be had here; says what is missing and what to do."""


@dataclass(frozen=True)
class Policy:
    """What a student's process may do."""

    read: tuple[str, ...]  # files, and folders with everything below
    listed: tuple[str, ...]  # folders whose entries may be listed, not read, with all below
    scratch: str  # the one folder that may be written: files in it, no subfolders, no links
    uid: int | None = None  # the user to become where the grader is root; its group is the same
    memory_mb: int = 2048  # address space beyond that of the forking process
    file_mb: int = 64  # of one file
    cpu_s: int = 300  # seconds of processor time, of all threads together
    threads: int = 64
    open_files: int = 64


class Sandbox:
    """A policy made ready once in the zygote, and entered by each process that it forks."""

    def __init__(self, policy: Policy, abi: int | None = None) -> None:
        """`abi`: use no newer version of Landlock than this, as an older kernel would."""
        self.policy = policy
        self._abi = min(landlock.version(), abi or landlock.NEWEST)
        self._ruleset = self._null = -1
        self._zygote = 0
        self._capabilities: tuple[int, ...] = ()
        self._n_threads = 0
        self._rooted = False
        self._filter: seccomp.Block = []

    def missing(self) -> list[str]:
        """What this system lacks of the layers that are required, in words."""
        if not libc.machine():
            return [f"64-bit Linux on x86_64 or aarch64 (this is {sys.platform})"]
        lacks = []
        if not self._abi:
            lacks.append(
                "Landlock (Linux 5.13 or later, with `landlock` among its security modules)"
            )
        if not seccomp.supported():
            lacks.append("seccomp filters (CONFIG_SECCOMP_FILTER)")
        return lacks

    def prepare(self) -> None:
        """Make all ready that can be made before a fork; raises SandboxError.

        Call it once in the zygote, which must be the parent of the processes that `enter`.
        """
        if lacks := self.missing():
            raise SandboxError(f"This system has no {' and no '.join(lacks)}. {WAYS_OUT}")
        if os.geteuid() == 0 and self.policy.uid is None:
            raise SandboxError("Root grades with a user of its own for students: set Policy.uid.")
        try:
            self._prepare()
        except OSError as error:
            raise SandboxError(f"The sandbox cannot be set up: {error}. {WAYS_OUT}") from error

    def _prepare(self) -> None:
        self._zygote = os.getpid()
        policy = self.policy
        paths = (*policy.read, policy.scratch, "/dev/null", "/proc")
        self._rooted = enter_root(paths, policy.listed)
        self._own_scratch()
        libc.keep_shared_memory_to_oneself()
        self._ruleset = self._rules()
        self._null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        self._filter = seccomp.program(libc.machine())
        self._n_threads = self.policy.threads + self._others()

    def enter(self, keep: Iterable[int]) -> list[str]:
        """Give up all but the policy and the descriptors `keep`; returns the layers now active.

        For a process that was just forked from the zygote and has one thread. Standard streams
        that are not kept lead nowhere. The current folder is the scratch folder. On SandboxError
        the process must end without running anything.
        """
        try:
            return self._enter(set(keep))
        except OSError as error:
            raise SandboxError(f"The sandbox failed, so nothing was run: {error}") from error

    def _enter(self, keep: set[int]) -> list[str]:
        if len(os.listdir("/proc/self/task")) != 1:
            raise SandboxError("The sandbox must be entered by a process with one thread.")
        for stream in {0, 1, 2} - keep:
            os.dup2(self._null, stream)
        libc.close_all_but({0, 1, 2, self._ruleset} | keep)
        os.setsid()
        os.umask(0o077)
        self._limit()
        layers = ["closed descriptors", "resource limits", *namespaces.entered()]
        layers += ["own root folder"] if self._rooted else []
        layers += self._become()
        namespaces.die_with_parent(self._zygote)
        os.chdir(self.policy.scratch)
        landlock.restrict(self._ruleset, self._abi)
        os.close(self._ruleset)
        seccomp.install(self._filter)
        return [*layers, f"Landlock {self._abi}", "seccomp"]

    def _own_scratch(self) -> None:
        """Make the scratch folder the student's alone, and see what its user can reach."""
        if self.policy.uid is None or os.geteuid() != 0:
            return
        os.chown(self.policy.scratch, self.policy.uid, self.policy.uid)
        os.chmod(self.policy.scratch, 0o700)
        reach = self._as_user(lambda: self._reaches(deep=True))
        if reach is None:
            raise SandboxError(f"Cannot become user {self.policy.uid} here. {WAYS_OUT}")
        if not reach:
            self._grant_reading()

    def _grant_reading(self) -> None:
        """Let the students' user keep the one capability of reading: Landlock governs it alone."""
        self._capabilities = (libc.CAP_DAC_READ_SEARCH,)
        if self._as_user(lambda: True):
            return
        self._capabilities = ()  # a container without it: what matters may be readable all the same
        if not self._as_user(lambda: self._reaches(deep=False)):
            raise SandboxError(
                f"User {self.policy.uid} cannot read the interpreter below {sys.prefix}, and this "
                "container does not let root grant it: make that folder readable for all."
            )

    def _as_user(self, question: Callable[[], bool]) -> bool | None:
        """Ask in a process of the student's user; None where it cannot become that user."""
        if (child := os.fork()) == 0:
            status = 2
            try:
                self._become()
                status = 0 if question() else 1
            finally:
                os._exit(status)
        return {0: True, 1: False}.get(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    def _reaches(self, deep: bool) -> bool:
        """Whether file modes let this user read what is granted; `deep`: and what lies in it."""
        if not os.access(self.policy.scratch, os.W_OK | os.X_OK):
            return False
        paths = [Path(path) for path in (*self.policy.read, *self.policy.listed)]
        try:
            if deep:
                paths += [entry for path in paths if path.is_dir() for entry in path.iterdir()]
        except PermissionError:
            return False
        return all(os.access(path, os.R_OK) for path in paths if not path.is_symlink())

    def _become(self) -> list[str]:
        """Change the user where the grader is root; keep no capability, or only that of reading."""
        uid = self.policy.uid
        if uid is None or os.geteuid() != 0:
            libc.keep_capabilities()
            return []
        libc.prctl(libc.PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        libc.keep_capabilities(*self._capabilities)
        return ["own user"]

    def _rules(self) -> int:
        """The Landlock rules of the policy."""
        ruleset = landlock.create_ruleset(self._abi)
        for paths, rights in (
            (self.policy.read, landlock.READ),
            (self.policy.listed, landlock.READ_DIR),
            (("/dev/null",), landlock.NULL_DEVICE),
        ):
            landlock.allow_all(ruleset, self._abi, paths, rights)
        landlock.allow(ruleset, self._abi, self.policy.scratch, landlock.SCRATCH)
        return ruleset

    def _others(self) -> int:
        """How many threads of the student's user are not the student's."""
        if self.policy.uid is not None and os.geteuid() == 0:
            return 0
        if "user namespace" in namespaces.entered():
            return 4  # the zygote and its shim, with room for their threads
        count = SPARE_THREADS
        for process in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                if os.stat(f"/proc/{process}").st_uid == os.getuid():
                    count += len(os.listdir(f"/proc/{process}/task"))
        return count

    def _limit(self) -> None:
        """Set limits that this process cannot raise again."""
        with contextlib.suppress(OSError):  # where memory runs out, a student's process ends first
            Path("/proc/self/oom_score_adj").write_text("1000")
        policy, mb = self.policy, 1 << 20
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        for name, limit in {
            "AS": pages * resource.getpagesize() + policy.memory_mb * mb,
            "CPU": policy.cpu_s,
            "FSIZE": policy.file_mb * mb,
            "NOFILE": policy.open_files,
            "NPROC": self._n_threads,
            "CORE": 1,  # byte: 0 would still start the program that systems give core files to
            **dict.fromkeys(("MEMLOCK", "MSGQUEUE", "RTPRIO", "NICE"), 0),
            "SIGPENDING": 64,
        }.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
