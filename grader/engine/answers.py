"""What a student's process answers: whether it is an answer at all, and how a process ended."""

import signal
from typing import Any

LONGEST = 20_000  # characters of an error's text


def is_answer(verb: str, answer: Any) -> bool:
    """Whether a reply has the parts that are asked for after `verb`, of the right types."""
    if type(answer) is not dict or any(type(key) is not str for key in answer):
        return False
    if answer.get("raised") is not None and not _is_raised(answer["raised"]):
        return False
    if verb == "cell":
        return type(answer.get("outputs")) is list and "raised" in answer
    if verb == "names":
        found = answer.get("value")
        return type(found) is dict and all(type(data) is bytes for data in found.values())
    if verb == "backward":
        return "raised" in answer or type(answer.get("value")) is list
    return verb != "use" or "raised" in answer or type(answer.get("data")) is bytes


def _is_raised(data: Any) -> bool:
    """Whether `data` describes an exception, in texts that are not too long."""
    kinds = {"names": list, "args": list, "text": str, "stack": str, "cell": str, "line": int}
    if type(data) is not dict or any(
        type(data.get(key)) is not kind for key, kind in kinds.items()
    ):
        return False
    texts = [*data["names"], data["text"], data["stack"], data["cell"]]
    is_short = all(type(text) is str and len(text) <= LONGEST for text in texts)
    return is_short and 0 < len(data["names"]) < 100 and len(data["args"]) <= 10


def as_data(error: BaseException, number: int) -> dict[str, Any]:
    """An exception of the examiner, which has this number, for the student's process."""
    plain = (bool, int, float, str, bytes, type(None))
    return {
        "thrown": number,
        "names": [f"{cls.__module__}.{cls.__qualname__}" for cls in type(error).__mro__],
        "args": [arg if type(arg) in plain else repr(arg) for arg in error.args],
        "text": str(error),
    }


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
