"""Libraries adapted to the sandbox: what they need and may not have is done in another way.

Where there is no other way (processes, the network, a person at a keyboard), the refusal names its
rule. This is for honest code: the sandbox refuses the same without it, in the words of the kernel.
"""

import functools
import multiprocessing.connection
import multiprocessing.context
import multiprocessing.queues
import sys
import threading
from typing import Any

NO_PROCESS = "graded work may start no other process: do it in this one, or with threads"
NO_NETWORK = "graded work has no network: use the files that come with the assignment"
NO_INPUT = "graded work cannot ask for input: nobody is there to answer"
STARTING = {
    *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"),
    *("subprocess.Popen", "pty.spawn"),
}
CONNECTING = {
    *("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"),
    *("socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"),
}
SHARED = (  # between processes
    *("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier"),
    *("Queue", "JoinableQueue", "Manager"),
)
WORKERS = {  # what a data loader is told about its processes
    *("num_workers", "timeout", "multiprocessing_context", "prefetch_factor"),
    "persistent_workers",
}
AF_UNIX = 1


def explain_refusals() -> None:
    """From now on, and in all forks of this process, let what is refused say why."""
    sys.addaudithook(_explain)


def _explain(event: str, arguments: tuple[Any, ...]) -> None:
    if event in STARTING:
        raise PermissionError(NO_PROCESS)
    if event in CONNECTING or (event == "socket.__new__" and arguments[1] != AF_UNIX):
        raise PermissionError(NO_NETWORK)
    if event == "builtins.input":
        raise EOFError(NO_INPUT)


class ThreadQueue(multiprocessing.queues.SimpleQueue):
    """What a pool of threads keeps its messages in, with locks between threads alone."""

    def __init__(self) -> None:
        self._reader, self._writer = multiprocessing.connection.Pipe(duplex=False)
        self._rlock, self._wlock = threading.Lock(), threading.Lock()
        self._poll = self._reader.poll


def adapt() -> None:
    """Adapt the libraries that are loaded."""
    context: Any = multiprocessing.context.BaseContext
    context.SimpleQueue = lambda self: ThreadQueue()
    for name in SHARED:
        setattr(context, name, _refuse)
    torch = sys.modules.get("torch")
    if torch is not None:
        _adapt_loaders(torch.utils.data)
        torch.compile(lambda: None)  # off while work is graded; it imports what it needs


def _refuse(*rest: object, **options: object) -> None:
    raise PermissionError(NO_PROCESS)


def _adapt_loaders(data: Any) -> None:
    """Let data loaders load in their own process, whatever number of workers they are given."""
    make = data.DataLoader.__init__
    names = make.__code__.co_varnames[1 : make.__code__.co_argcount]

    @functools.wraps(make)
    def __init__(self: Any, *arguments: Any, **options: Any) -> None:
        options |= dict(zip(names, arguments, strict=False))
        make(self, **{name: value for name, value in options.items() if name not in WORKERS})

    data.DataLoader.__init__ = __init__
