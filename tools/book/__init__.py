"""What the book needs beside Jupyter Book: a Sphinx extension, and the verbs that build with it.

    library        the directive `{library}`: code of the library, answers withheld or folded
    listing        an object's text, found in its source without running it
    notebooks      each chapter as a plain notebook; the directive `{interactive}` for its figures
    markdown       what stands in the text cells of these
    wheel          the library as a wheel, whole or without what a class is to write
    offline_math   formulas without another host
    roadmap        the directive `{roadmap}`: all topics on the front page
    bibliography   the list of sources, for screen readers
    search         the index that the reader searches
    address        what a site with an address needs: descriptions, site map

    build          `make book`: runs what has changed, then Jupyter Book
    pdf            `make pdf`: the pages as one file
    one_page       all pages as a single one, with what is folded at the end
    inputs         which files a chapter reads beside its own text
    editions       the open and the student edition, and where they are
    bundle         `make bundle`: what a class gets for a topic
    lab            `make lab`: the notebooks that a reader may change

`_config.yml` names this package as an extension; Sphinx calls `setup`.
"""

from typing import Any


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls."""
    # Imported here, where there is Sphinx.
    from tools.book import address, bibliography, library, notebooks, offline_math, roadmap, search

    library.setup(app)
    notebooks.setup(app)
    offline_math.setup(app)
    roadmap.setup(app)
    search.setup(app)
    address.setup(app)
    bibliography.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
