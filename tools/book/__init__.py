"""What the book needs beside Jupyter Book: a Sphinx extension, and the verbs that build with it.

    library        the directive `{library}`: code of the library, answers withheld or folded
    listing        an object's text, found in its source without running it
    offline_math   formulas without another host

`_config.yml` names this package as an extension; Sphinx calls `setup`.
"""

from typing import Any

from tools.book import library, notebooks, offline_math


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls."""
    library.setup(app)
    notebooks.setup(app)
    offline_math.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
