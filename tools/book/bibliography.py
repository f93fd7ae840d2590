"""A Sphinx extension that lets screen readers read the list of sources.

docutils calls the list a `list` and each entry a `doc-biblioentry`, which is no item of a list.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def visit_citation(writer: Any, node: nodes.citation) -> None:
    """Begin an entry, and before the first one the list."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        writer.body.append('<div role="list" class="citation-list">\n')
    writer.body.append(writer.starttag(node, "div", classes=["citation"], role="listitem"))


def depart_citation(writer: Any, node: nodes.citation) -> None:
    """End an entry, and after the last one the list."""
    following = node.next_node(descend=False, siblings=True)
    writer.body.append("</div>\n" if isinstance(following, nodes.citation) else "</div>\n</div>\n")


def setup(app: Sphinx) -> None:
    """Register what this module replaces."""
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
