"""A Sphinx extension that serves MathJax from the book itself, without its menu.

The package sphinx-mathjax-offline carries MathJax 3. Its own extension loads one combined script;
the parts that `_config.yml` names instead weigh 0.4 MB less on every page with a formula.
"""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

PARTS = ("startup.js", "core.js", "input/**/*", "output/chtml*", "output/chtml/**/*", "a11y/as*.js")


def copy_parts(app: Any, exception: Exception | None) -> None:
    """Copy the parts of MathJax to the site's static files, after a build that ended well."""
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if exception or not spec or not spec.origin:
        return
    source = Path(spec.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for file in (file for part in PARTS for file in source.glob(part) if file.is_file()):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("build-finished", copy_parts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
