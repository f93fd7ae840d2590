"""The directive that shows code of the library.

    ```{library} minillm.ngram.count_ngrams
    ```

It takes dotted names, separated by blanks: functions, classes, methods, constants of a module.
What an assignment asks students to write (the solutions say what) appears as signature and
docstring, with the place of its problem. Below it, the open edition of the book has the listing in
a fold; the student edition (`EDITION=student`) does not have it at all. All else is shown whole.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective

from grader.authoring.assignment import AssignmentError, path_of
from tools.book.editions import EDITIONS
from tools.book.listing import Listing, ListingError, course_answers, listing

FOLD = "Write yours first, then compare"


class fold(nodes.General, nodes.Element):
    """Something that a reader unfolds; the attribute `summary` says what."""


class Library(SphinxDirective):
    """`{library}`: see the module's docstring."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The nodes in the place of the directive."""
        course = Path(self.env.srcdir)
        try:
            written = course_answers(course)
            shown = [listing(name, course, written) for name in self.arguments[0].split()]
        except (AssignmentError, ListingError) as error:
            raise self.error(str(error)) from None
        for found in shown:
            self.env.note_dependency(str(found.file))
            if found.answer:
                self.env.note_dependency(str(path_of(found.answer.assignment, course)))
        return [node for found in shown for node in self.show(found)]

    def show(self, found: Listing) -> Iterator[nodes.Node]:
        """A listing, or what students are given of it."""
        if not found.answer:
            yield self.code(found.text)
            return
        box = nodes.container(classes=["library-answer"])
        box += [self.code(found.given), self.problem(found)]
        if self.config.edition == "open":
            folded = fold(summary=FOLD)
            folded += self.code(found.text)
            box += folded
        yield box

    def code(self, text: str) -> nodes.literal_block:
        """A highlighted block of Python."""
        block = nodes.literal_block(text, text, language="python")
        self.set_source_info(block)
        return block

    def problem(self, found: Listing) -> nodes.paragraph:
        """The line that leads to the problem in which students write it."""
        assert found.answer
        name = f"{found.answer.assignment}.ipynb"
        target = f"/exercises/{found.answer.assignment}/{name}"
        link = addnodes.download_reference(refdoc=self.env.docname, reftarget=target)
        link += nodes.literal(name, name, classes=["xref", "download"])
        line = nodes.paragraph(classes=["library-problem"])
        line += nodes.Text("You write this in ")
        line += nodes.strong("", f"Problem {found.answer.problem}")
        line += [nodes.Text(" of the assignment "), link, nodes.Text(".")]
        self.set_source_info(line)
        return line


def visit_fold(writer: Any, node: fold) -> None:
    """Open a fold in HTML."""
    writer.body.append(f'<details class="library-fold"><summary>{node["summary"]}</summary>\n')


def depart_fold(writer: Any, node: fold) -> None:
    """Close a fold in HTML."""
    writer.body.append("</details>\n")


def check_edition(app: Sphinx, config: Any) -> None:
    """Raise `ConfigError` on an edition that does not exist."""
    if config.edition not in EDITIONS:
        raise ConfigError(f"EDITION is {' or '.join(EDITIONS)}, not {config.edition!r}")


def setup(app: Sphinx) -> None:
    """Register what this module adds to Sphinx."""
    app.add_config_value("edition", os.environ.get("EDITION") or "open", "env")
    app.add_config_value("topic", os.environ.get("TOPIC") or "", "html")
    app.connect("config-inited", check_edition)
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.add_directive("library", Library)
