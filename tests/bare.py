"""Python as it is on a machine that has the packages of other authors and nothing of ours."""

import sysconfig
import venv
from pathlib import Path

# What is left out: our own packages, and what only the book is built with.
LEFT_OUT = ("minillm", "__editable__", "sphinx", "myst", "jupyter_book", "jupytext")


def bare_python(folder: Path) -> Path:
    """The program of a fresh environment in `folder`; pip in it installs wheels."""
    venv.create(folder, with_pip=False, symlinks=True)
    packages = sysconfig.get_path("purelib", vars={"base": folder, "platbase": folder})
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.lower().startswith(LEFT_OUT) and package.suffix != ".pth":
            (Path(packages) / package.name).symlink_to(package)
    return folder / "bin" / "python"
