"""What a student's process replies: exceptions as data, whether a reply is one, how it ended."""

import signal
from typing import Any

from grader.engine.cells import line_in, stack

LONGEST = 20_000  # characters of a text


def raised(error: BaseException) -> dict[str, Any]:
    """An exception, and where it came from: the last cell or check that it went through."""
    place, frame = "", error.__traceback__
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename
        place = name if name.startswith(("<cell ", "<check ")) else place
        frame = frame.tb_next
    if isinstance(error, SyntaxError) and not place:
        place = str(error.filename)
    return {"error": error, "stack": stack(error), "place": place, "line": line_in(error, place)}


def is_reply(verb: str, reply: Any) -> bool:
    """Whether a reply has the parts that are asked for after `verb`, of the right types."""
    if type(reply) is not dict or any(type(key) is not str for key in reply):
        return False
    if reply.get("raised") is not None and not _is_raised(reply["raised"]):
        return False
    if verb == "probe" and type(reply.get("values")) is not dict:
        return False
    return verb not in ("cell", "probe") or type(reply.get("outputs")) is list


def _is_raised(data: Any) -> bool:
    kinds = {"stack": str, "place": str, "line": int}
    if type(data) is not dict or any(type(data.get(key)) is not k for key, k in kinds.items()):
        return False
    is_short = max(len(data["stack"]), len(data["place"])) <= LONGEST
    return is_short and isinstance(data.get("error"), BaseException)


def ending(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit status {code}"
    names = {
        signal.SIGXCPU: "too much CPU time",
        signal.SIGSYS: "a forbidden system call",
        signal.SIGKILL: "killed, mostly for too much memory",
        signal.SIGSEGV: "a crash: invalid memory",
        signal.SIGABRT: "a crash",
    }
    return names.get(signal.Signals(-code), signal.Signals(-code).name)
