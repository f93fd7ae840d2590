"""What this machine does well: which number format, and whether it can compile."""

import os
import shutil

import torch

from minillm.flops import measured_peak


def fastest_dtype(device: str = "cpu") -> str:
    """The name of the type in which products of matrices are fast: bfloat16 where it pays."""
    rough, exact = (measured_peak(device, t) for t in (torch.bfloat16, torch.float32))
    return "bfloat16" if rough > 1.5 * exact else "float32"


def can_compile(device: str = "cpu") -> bool:
    """Whether `torch.compile` finds what it needs; on a CPU that is a C++ compiler."""
    return device != "cpu" or shutil.which(os.environ.get("CXX", "g++")) is not None
