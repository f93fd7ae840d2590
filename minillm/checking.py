"""What the check cells of assignments share: calling, looking, comparing.

None of it decides: a check asserts on what these functions return, and puts
their words into its message. Tensors are known by what they can do: an
assignment that needs NumPy alone does not wait for PyTorch.
"""

from collections.abc import Callable
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
    except NotImplementedError:
        raise  # not attempted: the check says so by itself
    except Exception as error:
        return error
    if isinstance(result, Exception):
        return f"a {type(result).__name__} that was returned, not raised"
    return result


def kind_of(got: Any) -> str:
    """What sort of thing a result is, in words."""
    if got is None:
        return "None"
    if isinstance(got, Exception):
        return f"the error {type(got).__name__}: {got}"
    if isinstance(got, np.ndarray) or is_tensor(got):
        name = "a tensor" if is_tensor(got) else "an array"
        dtype = str(got.dtype).removeprefix("torch.")
        return f"{name} of {dtype} with the shape {tuple(got.shape)}"
    if isinstance(got, list | tuple | dict):
        return f"a {type(got).__name__} of {len(got)}"
    return f"{got!r:.80} (a {type(got).__name__})"


def is_tensor(got: Any) -> bool:
    """Whether a result is a PyTorch tensor."""
    return hasattr(got, "detach") and hasattr(got, "dtype")


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


def same(got: Any, want: Any, tolerance: float = 1e-6) -> bool:
    """Whether two results agree in shape and, up to rounding, in value."""
    a, b = plain(got), plain(want)
    if a.dtype.kind not in "biuf" or a.shape != b.shape:
        return False
    return bool(np.allclose(a, b, tolerance, tolerance, equal_nan=True))


def first_difference(got: Any, want: Any, tolerance: float = 1e-6) -> str:
    """Where a result first differs from what is expected, and both values."""
    a, b = plain(got), plain(want)
    if a.dtype.kind not in "biuf":
        return f"got {kind_of(got)}"
    if a.shape != b.shape:
        return f"expected the shape {b.shape}, got {kind_of(got)}"
    close = np.isclose(a, b, tolerance, tolerance, equal_nan=True)
    if close.all():
        return f"the values are right, but it is {kind_of(got)}"
    at = tuple(map(int, np.argwhere(~close)[0]))
    place = f"at {list(at)} " if at else ""
    return f"{place}expected {b[at]:.6g}, got {a[at]:.6g}"


def because(
    got: Any, *likely: tuple[Any, str], tolerance: float = 1e-6
) -> str:
    """The sentence beside the first likely mistake's value that `got` equals;
    "" where it equals none.
    """
    reasons = (why for value, why in likely if same(got, value, tolerance))
    return next((f" {why}" for why in reasons), "")


def rounded(values: Any, digits: int = 4) -> Any:
    """Numbers as short lists, for a message."""
    return np.round(plain(values).astype(float), digits).tolist()
