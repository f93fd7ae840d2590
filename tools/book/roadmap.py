"""The directive that lists the topics of the course on the front page, from `book/roadmap.yml`.

    ```{roadmap}
    ```

A topic links to its chapter when `_toc.yml` has it, and to its notebook when there is one. The
others are shown as what they will be, without a link.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FILE = "book/roadmap.yml"


@dataclass(frozen=True)
class Topic:
    """One topic: `needs` are the numbers of earlier ones, `hours` is for chapter and assignment."""

    slug: str
    title: str
    question: str
    builds: str
    needs: list[int]
    hours: int


def parts(course: Path) -> dict[str, list[Topic]]:
    """The topics by the part of the course that they belong to, in order."""
    listed = yaml.safe_load((course / FILE).read_text(encoding="utf-8"))
    return {part["part"]: [Topic(**topic) for topic in part["topics"]] for part in listed}


class Roadmap(SphinxDirective):
    """`{roadmap}`: see the module's docstring."""

    def run(self) -> list[nodes.Node]:
        """A heading and a list for each part."""
        course = Path(self.env.srcdir)
        self.env.note_dependency(str(course / FILE))
        box = nodes.container(classes=["roadmap"])
        n = 1
        for name, topics in parts(course).items():
            box += nodes.paragraph(name, name, classes=["roadmap-part"])
            box += nodes.enumerated_list(
                "",
                *(self.entry(topic, course) for topic in topics),
                **{"enumtype": "arabic", "start": n, "prefix": "", "suffix": "."},
            )
            n += len(topics)
        return [box]

    def entry(self, topic: Topic, course: Path) -> nodes.list_item:
        """A topic: title and question, what the reader builds, what it takes."""
        page = f"book/{topic.slug}"
        ready = page in self.env.found_docs
        title = nodes.strong("", topic.title)
        head = nodes.paragraph("", "", self.chapter(page, title) if ready else title)
        head += [nodes.Text(" "), nodes.emphasis("", topic.question)]
        built = nodes.paragraph("", "", nodes.Text(f"You build {topic.builds}."))
        facts = nodes.paragraph("", ". ".join(facts_of(topic)) + ". ", classes=["roadmap-facts"])
        facts += self.assignment(topic, course) if ready else [nodes.Text("Not written yet.")]
        kind = "roadmap-ready" if ready else "roadmap-later"
        return nodes.list_item("", head, built, facts, classes=[kind])

    def chapter(self, page: str, title: nodes.Node) -> nodes.Node:
        """A link to a page of the book."""
        link = addnodes.pending_xref(
            refdomain="std",
            reftype="doc",
            reftarget=f"/{page}",
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )
        link += title
        return link

    def assignment(self, topic: Topic, course: Path) -> Iterator[nodes.Node]:
        """The notebook of a topic to download, where there is one."""
        file = f"exercises/{topic.slug}/{topic.slug}.ipynb"
        if (course / file).is_file():
            target = addnodes.download_reference(reftarget=f"/{file}", refdoc=self.env.docname)
            target += nodes.Text("Assignment")
            yield target


def facts_of(topic: Topic) -> list[str]:
    """What a topic takes, in words."""
    *others, last = [str(n) for n in topic.needs] or [""]
    needs = f"topics {', '.join(others)} and {last}" if others else f"topic {last}"
    return [f"{topic.hours} hours", f"Needs {needs}" if last else "Needs no other topic"]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("roadmap", Roadmap)
