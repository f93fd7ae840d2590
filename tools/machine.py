"""What this machine does well: number formats, compiling, memory that stays at hand."""

import ctypes
import os
import shutil
from contextlib import suppress

import torch

from minillm.flops import measured_peak


def fastest_dtype(device: str = "cpu") -> str:
    """The name of the type in which products of matrices are fast: bfloat16 where it pays."""
    rough, exact = (measured_peak(device, t) for t in (torch.bfloat16, torch.float32))
    return "bfloat16" if rough > 1.5 * exact else "float32"


def can_compile(device: str = "cpu") -> bool:
    """Whether `torch.compile` finds what it needs; on a CPU that is a C++ compiler."""
    return device != "cpu" or shutil.which(os.environ.get("CXX", "g++")) is not None


def keep_memory() -> None:
    """Let this process keep the memory that it frees, as it will soon need as much again.

    Every step of training takes and frees the same large tensors. glibc gives them back to the
    system, which clears each page before it lends it out again: up to a sixth of a step on a CPU.
    Other C libraries have no `mallopt`, and nothing happens.
    """
    trim_above, map_above = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of <malloc.h>
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(trim_above, 2**31 - 1)
        mallopt(map_above, 2**30)
