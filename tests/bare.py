"""Python as it is on a machine that has the packages of other authors and nothing of ours."""

import sysconfig
import venv
from pathlib import Path

OURS = ("minillm", "grader", "tools")  # and what builds the book
BUILDERS = ("myst_nb", "myst_parser", "jupyter_book", "sphinx", "jupytext")
BLOCK = "import sys\nsys.modules.update(dict.fromkeys({names!r}))\n"


def bare_python(folder: Path) -> Path:
    """The program of a fresh environment in `folder`.

    It sees the installed packages without the library, which is installed from the repository, and
    it cannot import what builds the book. `pip` in it installs wheels and asks no index.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    ours = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    # A folder in a .pth file is searched; the .pth files in it, such as ours, are not read.
    (Path(ours) / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    blocked = BLOCK.format(names=(*OURS[1:], *BUILDERS))
    (Path(ours) / "sitecustomize.py").write_text(blocked)
    return python
