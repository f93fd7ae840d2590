"""What the check cells of assignments share: calling, looking, comparing.

None of it decides: a check asserts on what these functions return, and puts
their words into its message. Tensors are known by what they can do: an
assignment that needs NumPy alone does not wait for PyTorch. Work is counted,
in lines, bytes or entries, and never timed: a busy machine changes no points.
"""

import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from types import FrameType
from typing import Any

import numpy as np

KINDS = {"f": "floats", "i": "whole numbers", "b": "True and False"}


def attempt(function: Callable, *arguments: Any, **options: Any) -> Any:
    """What a call returns, or the error that it raises.

    An error that is returned, not raised, comes back as a sentence that says
    so. NumPy's warnings are left out: *Validate* takes them for failures.
    """
    try:
        with np.errstate(all="ignore"):
            result = function(*arguments, **options)
    except Exception as error:
        if is_stub(error):  # the check says so by itself
            raise
        return error
    if isinstance(result, Exception):
        return f"a {type(result).__name__} that was returned, not raised"
    return result


def is_stub(error: Exception) -> bool:
    """Whether an answer that nobody has written has raised an error.

    Such a stub says that it was not attempted, or, in the library that a class
    gets, where to write it. PyTorch raises `NotImplementedError`, too: where a
    dtype has no such operation, or a module no `forward`.
    """
    text = str(error)
    return isinstance(error, NotImplementedError) and (
        text.endswith(": not attempted") or text.startswith("write ")
    )


def kind_of(got: Any) -> str:
    """What sort of thing a result is, in words."""
    if got is None:
        return "None"
    if isinstance(got, Exception):
        # Some errors of PyTorch go on with a list of its own C++ functions.
        message = str(got).partition("\nException raised from ")[0]
        return f"the error {type(got).__name__}: {message}"
    if isinstance(got, np.ndarray) or is_tensor(got):
        name = "a tensor" if is_tensor(got) else "an array"
        dtype = str(got.dtype).removeprefix("torch.")
        return f"{name} of {dtype} with the shape {tuple(got.shape)}"
    name = type(got).__name__
    if isinstance(got, list | tuple | dict):
        return f"a {name} of {len(got)}"
    return f"{repr(got)[:80]} ({'an' if name[0] in 'aeiou' else 'a'} {name})"


def shown(got: Any) -> str:
    """A result itself in a few words, and what sort of thing it is."""
    if isinstance(got, Exception):
        return kind_of(got)
    if isinstance(got, np.ndarray) or is_tensor(got):
        text = np.array2string(plain(got), separator=", ", threshold=40)
        name = "a tensor" if is_tensor(got) else "an array"
        return f"{text} ({name} of {str(got.dtype).removeprefix('torch.')})"
    return f"{str(got)[:300]} ({type(got).__name__})"


def is_tensor(got: Any) -> bool:
    """Whether a result is a PyTorch tensor."""
    return hasattr(got, "detach") and hasattr(got, "dtype")


def is_whole(got: Any) -> bool:
    """Whether a result is an array of whole numbers that fit int64."""
    is_array = isinstance(got, np.ndarray) and got.dtype.kind in "iu"
    return is_array and np.can_cast(got.dtype, np.int64)


def is_number(got: Any) -> bool:
    """Whether a result is a single number."""
    is_one = isinstance(got, int | float | np.number | np.ndarray)
    return is_one and np.ndim(got) == 0 and not isinstance(got, bool)


def complaint(
    got: Any, shape: tuple[int, ...], kinds: str = "f", tensor: bool = False
) -> str:
    """What is wrong with a result's type, shape or dtype; "" if nothing is.

    `kinds` are the letters of NumPy's kinds that are allowed, of f, i and b.
    The result must be an array, or, where `tensor` is true, a tensor.
    """
    if got is None:
        return "is None: end the function with a return"
    if isinstance(got, Exception):
        return f"is {kind_of(got)}"
    if not (is_tensor(got) if tensor else isinstance(got, np.ndarray)):
        wanted = "a PyTorch tensor" if tensor else "a NumPy array"
        return f"is {kind_of(got)}, not {wanted}"
    if tuple(got.shape) != shape:
        return f"has the shape {tuple(got.shape)}, not {shape}"
    if plain(got).dtype.kind.replace("u", "i") not in kinds:
        dtype = str(got.dtype).removeprefix("torch.")
        return f"holds {dtype}, not {' or '.join(KINDS[k] for k in kinds)}"
    return ""


def plain(values: Any) -> np.ndarray:
    """A result as an array, without its gradient: floats in 64 bits; of what
    holds no numbers, such as lists of unequal length, an array of objects.
    """
    if is_tensor(values):
        values = values.detach().cpu()
        floats = values.dtype.is_floating_point
        return (values.double() if floats else values).numpy()
    try:
        return np.asarray(values)
    except ValueError:
        return np.array(None)


def close(
    a: np.ndarray, b: np.ndarray, tolerance: float, floor: float | None
) -> np.ndarray:
    """Where two arrays of numbers agree: whole numbers exactly, others up to
    `tolerance` times the value plus `floor`, which is `tolerance` for None.
    """
    if a.dtype.kind in "biu" and b.dtype.kind in "biu":
        return a == b
    floor = tolerance if floor is None else floor
    return np.isclose(a, b, tolerance, floor, equal_nan=True)


def same(
    got: Any, want: Any, tolerance: float = 1e-6, floor: float | None = None
) -> bool:
    """Whether two results agree in shape and, as `close` says, in value.

    Give a small `floor` where the values are small, as probabilities are.
    """
    a, b = plain(got), plain(want)
    if a.dtype.kind not in "biuf" or a.shape != b.shape:
        return False
    return bool(np.all(close(a, b, tolerance, floor)))


def first_difference(
    got: Any, want: Any, tolerance: float = 1e-6, floor: float | None = None
) -> str:
    """Where a result first differs from what is expected, and both values."""
    a, b = plain(got), plain(want)
    if a.dtype.kind not in "biuf":
        return f"got {kind_of(got)}"
    if a.shape != b.shape:
        return f"expected the shape {b.shape}, got {kind_of(got)}"
    places = np.argwhere(~close(a, b, tolerance, floor))
    if not len(places):
        return f"the values are right, but it is {kind_of(got)}"
    at = tuple(map(int, places[0]))
    short = f"{b[at]:.6g}", f"{a[at]:.6g}"
    is_told = a.dtype.kind == b.dtype.kind == "f" and short[0] != short[1]
    expected, found = short if is_told else (b[at].item(), a[at].item())
    place = f"at {list(at)} " if at else ""
    return f"{place}expected {expected}, got {found}"


def because(
    got: Any,
    *likely: tuple[Any, str],
    tolerance: float = 1e-6,
    floor: float | None = None,
) -> str:
    """The sentence beside the first likely mistake's value that `got` equals;
    "" where it equals none.
    """
    found = (why for x, why in likely if same(got, x, tolerance, floor))
    return next((f" {why}" for why in found), "")


def rounded(values: Any, digits: int = 4) -> Any:
    """Numbers as short lists, for a message."""
    return np.round(plain(values).astype(float), digits).tolist()


def lines_run(function: Callable, *arguments: Any, most: int) -> int:
    """How many lines of Python a call runs; `most` + 1 where it is stopped.

    A loop in one line counts once in each round. What NumPy does inside one
    call is not seen.
    """
    n = 0

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal n
        n += event == "line"
        if n > most:
            raise TooManyLines
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        function(*arguments)
    except TooManyLines:
        pass
    finally:
        sys.settrace(before)
    return n


class TooManyLines(BaseException):
    """A call ran more lines than it may."""


def peak_bytes(function: Callable, *arguments: Any) -> int:
    """How much memory a call holds at once, arrays included."""
    tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    try:
        function(*arguments)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


class Counted(np.ndarray):
    """An array that counts the entries that NumPy's arithmetic reads."""

    entries = 0

    def __array_ufunc__(
        self,
        ufunc: Any,
        method: str,
        *inputs: Any,
        out: Any = (),
        **options: Any,
    ) -> Any:
        """Count the entries, then compute as usual, with plain arrays."""
        plain = [
            x.view(np.ndarray) if isinstance(x, Counted) else x for x in inputs
        ]
        if out:
            options["out"] = tuple(np.asarray(x) for x in out)
        result = getattr(ufunc, method)(*plain, **options)
        Counted.entries += max(np.size(x) for x in [*plain, result])
        is_array = isinstance(result, np.ndarray)
        return result.view(Counted) if is_array else result


def counted(given: Any) -> Any:
    """An argument with each array in it as Counted."""
    if isinstance(given, np.ndarray):
        return given.view(Counted)
    if isinstance(given, list):
        return [counted(each) for each in given]
    if is_dataclass(given) and not isinstance(given, type):
        parts = [getattr(given, field.name) for field in fields(given)]
        return type(given)(*map(counted, parts))
    return given


def entries_read(function: Callable, *arguments: Any) -> int:
    """How many entries NumPy's arithmetic reads during a call."""
    Counted.entries = 0
    attempt(function, *map(counted, arguments))
    return Counted.entries
