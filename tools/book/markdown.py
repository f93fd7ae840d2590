"""Plain Markdown from a page of the book, as a notebook's text cells and code cells hold it.

`Writer(...).blocks(doctree)` goes through a page as Sphinx has resolved it: references are numbers
or titles, citations are words. It yields `Text`, one block of Markdown each, and `Code`. Nothing
that only the book knows is left: equations carry their number as a tag, boxes are quotations,
folds and quizzes are `<details>`. A node that it cannot say is an error.
"""

import base64
import json
import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape, unescape
from itertools import groupby
from pathlib import Path

from docutils import nodes

FIGURE_HOST = re.compile(r'data-figure="(\w+)"(?: data-texts="([^"]*)")?')
FENCE = re.compile(r"^`{3,}", re.MULTILINE)
SPECIAL = re.compile(r"[\\`*_\[\]<$]")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SKIPPED = (
    *("target", "comment", "substitution_definition", "index", "toctree", "meta"),
    *("citation", "compound", "exercise_title", "exercise_subtitle", "solution_title"),
    *("system_message", "colspec", "title"),
)


class CannotSay(Exception):
    """A node has no counterpart in a notebook."""


@dataclass(frozen=True)
class Text:
    """A block of Markdown."""

    source: str
    heading: bool = False


@dataclass(frozen=True)
class Code:
    """A code cell: the number of the page's cell, or the code itself."""

    index: int | None = None
    source: str = ""
    folded: bool = False


Block = Text | Code


def quoted(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks as a quotation; formulas in it are on one line, where the marks cannot break them."""
    for block in joined(blocks):
        if isinstance(block, Text):
            lines = re.sub(r"\$\$.*?\$\$", _on_one_line, block.source, flags=re.DOTALL).split("\n")
            yield Text("\n".join(f"> {line}".rstrip() for line in lines))
        else:
            yield block


def folded(summary: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks behind a summary; code cells among them are folded by themselves."""
    title = summary
    for block in joined(blocks):
        if isinstance(block, Text):
            yield Text(f"<details><summary>{title}</summary>\n\n{block.source}\n\n</details>")
            title = f"{summary}, continued"
        else:
            yield replace(block, folded=True)


def joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """Neighbouring texts as one."""
    for is_text, group in groupby(blocks, lambda block: isinstance(block, Text)):
        if is_text:
            yield Text("\n\n".join(block.source for block in group))
        else:
            yield from group


def plain(title: nodes.Element) -> str:
    """A title as the summary of a fold has it: words, without Markdown and icons."""
    texts = (t.astext() for t in title.findall(nodes.Text) if not isinstance(t.parent, nodes.raw))
    return escape(" ".join("".join(texts).split()), quote=False)


def _on_one_line(formula: re.Match[str]) -> str:
    return " ".join(formula[0].split())


class Writer:
    """Says nodes in Markdown: `blocks` those that stand for themselves, `inline` the others.

    `numbers` maps ids of equations and exercises to numbers. `address` says where a reference
    within the book leads, or "". `image` returns the address of a picture in the notebook.
    """

    def __init__(
        self,
        numbers: dict[str, str],
        address: Callable[[str], str] = lambda uri: "",
        image: Callable[[str], str] = lambda uri: uri,
    ):
        self.numbers, self.address, self.image = numbers, address, image
        self.level = 0

    # Blocks

    def blocks(self, node: nodes.Node) -> Iterator[Block]:
        """A node and what is in it, block by block."""
        name = type(node).__name__
        if name in SKIPPED:
            return
        for kind in type(node).__mro__:
            say = getattr(self, f"block_{kind.__name__}", None)
            if say:
                yield from say(node)
                return
        if isinstance(node, nodes.Inline | nodes.Text):
            yield Text(self.inline(node))
            return
        raise CannotSay(f"a notebook has nothing for the node {name}")

    def inside(self, node: nodes.Element) -> Iterator[Block]:
        """The blocks in a node."""
        for child in node.children:
            yield from self.blocks(child)

    block_document = block_compact_paragraph = inside

    def block_section(self, node: nodes.section) -> Iterator[Block]:
        title = node.next_node(nodes.title) if isinstance(node[0], nodes.title) else None
        self.level += title is not None
        if title is not None:
            yield Text(f"{'#' * self.level} {self.words(title)}", heading=True)
        yield from self.inside(node)
        self.level -= title is not None

    def block_paragraph(self, node: nodes.Element) -> Iterator[Block]:
        yield Text(self.inside_line(node).strip())

    block_rubric = block_caption = block_PassthroughTextElement = block_paragraph

    def block_literal_block(self, node: nodes.literal_block) -> Iterator[Block]:
        text, language = node.astext(), node.get("language", "")
        language = {"default": "python", "ipython3": "python", "none": ""}.get(language, language)
        fence = max([*FENCE.findall(text), "``"], key=len) + "`"
        yield Text(f"{fence}{language}\n{text}\n{fence}")

    def block_math_block(self, node: nodes.math_block) -> Iterator[Block]:
        number = self.number(node)
        tag = f" \\tag{{{number}}}" if number else ""
        text = node.astext().strip()
        bare = node.get("nowrap") and text.startswith("\\begin")
        yield Text(text if bare else f"$$\n{text}{tag}\n$$")

    def number(self, node: nodes.Element) -> str:
        """The number of an equation or an exercise, or ""."""
        return next((self.numbers[name] for name in node["ids"] if name in self.numbers), "")

    def block_bullet_list(self, node: nodes.bullet_list) -> Iterator[Block]:
        yield from self.items(node, lambda n: "- ")

    def block_enumerated_list(self, node: nodes.enumerated_list) -> Iterator[Block]:
        yield from self.items(node, lambda n: f"{node.get('start', 1) + n}. ")

    def items(self, node: nodes.Element, mark: Callable[[int], str]) -> Iterator[Block]:
        """The entries of a list, each after its mark."""
        entries = [list(joined(self.inside(item))) for item in node.children]
        loose = any(
            len(entry) > 1 or "\n\n" in getattr(entry[0], "source", "") for entry in entries
        )
        lines: list[str] = []
        for n, entry in enumerate(entries):
            for first, block in zip([True] + [False] * len(entry), entry, strict=False):
                if isinstance(block, Code):
                    yield Text("\n".join(lines))
                    yield block
                    lines = []
                    continue
                indent = " " * len(mark(n))
                text = block.source.replace("\n", f"\n{indent}")
                lines.append((mark(n) if first else indent) + re.sub(r"\n +(?=\n)", "\n", text))
        if lines:
            yield Text(("\n\n" if loose else "\n").join(lines))

    def block_definition_list(self, node: nodes.definition_list) -> Iterator[Block]:
        for item in node.children:
            terms = [self.inside_line(term) for term in item.findall(nodes.term)]
            yield Text("**" + ", ".join(terms) + "**")
            for definition in item.findall(nodes.definition):
                yield from quoted(self.inside(definition))

    def block_field_list(self, node: nodes.field_list) -> Iterator[Block]:
        for field in node.children:
            yield Text(f"**{self.inside_line(field[0])}:** {self.line(field[1])}")

    def block_block_quote(self, node: nodes.Element) -> Iterator[Block]:
        yield from quoted(self.inside(node))

    def block_line_block(self, node: nodes.line_block) -> Iterator[Block]:
        yield Text("  \n".join(self.inside_line(line) for line in node.children))

    def block_transition(self, node: nodes.Node) -> Iterator[Block]:
        yield Text("---")

    def block_table(self, node: nodes.table) -> Iterator[Block]:
        caption = next((self.words(t) for t in node.children if isinstance(t, nodes.title)), "")
        if caption:
            yield Text(f"*{caption}*")
        rows = [[self.line(entry) for entry in row] for row in node.findall(nodes.row)]
        head = rows.pop(0) if node.next_node(nodes.thead) else [""] * len(rows[0])
        entries = next(node.findall(nodes.row)).children
        lines = [head, [self.alignment(entry) for entry in entries], *rows]
        yield Text("\n".join(f"| {' | '.join(cells)} |" for cells in lines))

    def alignment(self, entry: nodes.Element) -> str:
        """The mark under the head of a column."""
        right = "text-right" in entry["classes"]
        return "---:" if right else ":-:" if "text-center" in entry["classes"] else ":--"

    def block_image(self, node: nodes.image) -> Iterator[Block]:
        yield Text(self.inline_image(node))

    def block_figure(self, node: nodes.figure) -> Iterator[Block]:
        for child in node.children:
            if isinstance(child, nodes.caption):
                yield Text(f"*{self.inside_line(child)}*")
            else:
                yield from self.blocks(child)

    block_legend = inside

    def block_footnote(self, node: nodes.footnote) -> Iterator[Block]:
        label, *rest = node.children
        blocks = [block for child in rest for block in self.blocks(child)]
        first = blocks[0].source if isinstance(blocks[0], Text) else ""
        yield Text(f"<sup>{label.astext()}</sup> {first}")
        yield from blocks[1:]

    def block_raw(self, node: nodes.raw) -> Iterator[Block]:
        if "html" in node.get("format", ""):
            figures = FIGURE_HOST.findall(node.astext())
            yield from (self.figure(name, unescape(texts)) for name, texts in figures)
            if not figures:
                yield Text(node.astext().strip())

    def block_interactive(self, node: nodes.Element) -> Iterator[Block]:
        yield self.figure(node["name"], node["texts"])

    def figure(self, name: str, texts: str) -> Code:
        """An interactive figure of the book as a widget, on texts of the page, one in a line."""
        listed = (f"    {json.dumps(text, ensure_ascii=False)},\n" for text in texts.split("\n"))
        argument = f"[\n{''.join(listed)}]" if texts else ""
        return Code(source=f"from minillm import figures\n\nfigures.{name}({argument})")

    # Boxes and folds

    def block_container(self, node: nodes.container) -> Iterator[Block]:
        classes = node["classes"]
        if node.get("nb_element") == "cell_code":
            yield Code(index=node["cell_index"])
        elif "nb_element" in node:
            return  # what a cell has printed
        elif "quiz" in classes:
            yield from self.quiz(node)
        elif "predict" in classes:
            yield from quoted(self.inside(node))
        else:
            yield from self.inside(node)

    block_HiddenCellNode = block_HideCodeCellNode = block_container

    def block_fold(self, node: nodes.Element) -> Iterator[Block]:
        yield from folded(node["summary"], self.inside(node))

    def block_dropdown_main(self, node: nodes.Element) -> Iterator[Block]:
        title, *rest = node.children
        blocks = (block for child in rest for block in self.blocks(child))
        yield from folded(plain(title), blocks)

    def block_tab_label(self, node: nodes.Element) -> Iterator[Block]:
        yield Text(f"**{self.inside_line(node)}**")

    def block_Admonition(self, node: nodes.Element) -> Iterator[Block]:
        title = next((t for t in node.children if isinstance(t, nodes.title)), None)
        name = type(node).__name__.removesuffix("_node").capitalize()
        if "dropdown" in node["classes"]:
            yield from folded(plain(title) if title else name, self.inside(node))
        else:
            words = self.words(title) if title else name
            yield from quoted([Text(f"**{words}**"), *self.inside(node)])

    def block_exercise_node(self, node: nodes.Element) -> Iterator[Block]:
        yield Text(f"**{' '.join(f'Exercise {self.number(node)} {self.words(node[0])}'.split())}**")
        yield from self.inside(node)

    block_exercise_enumerable_node = block_exercise_node

    def quiz(self, node: nodes.Element) -> Iterator[Block]:
        """Questions with lettered choices; which is right, and why, is folded."""
        for questions in node.children:
            if not isinstance(questions, nodes.enumerated_list):
                yield from self.blocks(questions)
                continue
            for number, item in enumerate(questions.children, questions.get("start", 1)):
                yield from self.question(number, item)

    def question(self, number: int, item: nodes.Element) -> Iterator[Block]:
        """A question of a quiz."""
        choices: list[str] = []
        answers: list[str] = []
        for block in item.children:
            if not isinstance(block, nodes.bullet_list):
                text = next(iter(self.blocks(block)))
                yield Text(f"**{number}.** {text.source}") if not choices else text
                continue
            for letter, choice in zip(LETTERS, block.children, strict=False):
                right = any("checked=" in raw.astext() for raw in choice.findall(nodes.raw))
                label, *explained = choice.children
                why = " ".join(self.line(entry) for part in explained for entry in part.children)
                choices.append(f"- ({letter}) {self.words(label)}")
                answers.append(f"- ({letter}) **{'Right' if right else 'Wrong'}.** {why}".rstrip())
        yield Text("\n".join(choices))
        yield from folded("Answer", [Text("\n".join(answers))])

    # Inside a line

    def line(self, node: nodes.Element) -> str:
        """The blocks in a node as one line, as tables need it."""
        texts = [block.source for block in self.inside(node) if isinstance(block, Text)]
        return " ".join(" ".join(texts).split())

    def words(self, node: nodes.Element) -> str:
        """A title as one line."""
        return " ".join(self.inside_line(node).split())

    def inside_line(self, node: nodes.Element) -> str:
        """What is in a node, as part of a line."""
        return "".join(map(self.inline, node.children))

    def inline(self, node: nodes.Node) -> str:
        """A node as part of a line."""
        for kind in type(node).__mro__:
            say = getattr(self, f"inline_{kind.__name__}", None)
            if say:
                return say(node)
        raise CannotSay(f"a notebook has nothing for {type(node).__name__} in a line")

    def inline_Text(self, node: nodes.Text) -> str:
        return SPECIAL.sub(r"\\\g<0>", node.astext())

    def inline_emphasis(self, node: nodes.Element) -> str:
        return f"*{self.inside_line(node)}*"

    inline_title_reference = inline_emphasis

    def inline_strong(self, node: nodes.Element) -> str:
        return f"**{self.inside_line(node)}**"

    def inline_literal(self, node: nodes.literal) -> str:
        text = node.astext()
        mark = "``" if "`" in text else "`"
        text = text.replace("|", r"\|") if self.is_in_table(node) else text
        space = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{mark}{space}{text}{space}{mark}"

    def inline_math(self, node: nodes.math) -> str:
        text = " ".join(node.astext().split())
        if self.is_in_table(node):
            text = text.replace("|", r"\vert ")
        return f"${text}$"

    def is_in_table(self, node: nodes.Node) -> bool:
        """Whether a bar in this node would end a cell of a table."""
        while node.parent is not None and not isinstance(node, nodes.entry):
            node = node.parent
        return isinstance(node, nodes.entry)

    def inline_reference(self, node: nodes.reference) -> str:
        text, uri = self.inside_line(node), node.get("refuri", "")
        uri = self.address(uri) if node.get("internal") or not re.match(r"\w+:", uri) else uri
        return f"[{text}]({uri})" if uri else text

    def inline_inline(self, node: nodes.Element) -> str:
        return self.inside_line(node)

    inline_download_reference = inline_abbreviation = inline_generated = inline_inline
    inline_number_reference = inline_exercise_title = inline_exercise_subtitle = inline_inline

    def inline_subscript(self, node: nodes.Element) -> str:
        return f"<sub>{self.inside_line(node)}</sub>"

    def inline_superscript(self, node: nodes.Element) -> str:
        return f"<sup>{self.inside_line(node)}</sup>"

    def inline_footnote_reference(self, node: nodes.Element) -> str:
        return f"<sup>{node.astext()}</sup>"

    def inline_image(self, node: nodes.image) -> str:
        return f"![{node.get('alt', '')}]({self.image(node['uri'])})"

    def inline_raw(self, node: nodes.raw) -> str:
        is_box = "checkbox" in node.astext()
        return node.astext() if "html" in node.get("format", "") and not is_box else ""

    def inline_target(self, node: nodes.Node) -> str:
        return ""

    inline_comment = inline_index = inline_target


def picture_name(path: Path) -> str:
    """The name of a picture among a cell's attachments."""
    return re.sub(r"\W+", "-", path.stem) + path.suffix


def attachment(path: Path) -> dict[str, str]:
    """A picture as an attachment of a cell."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {kind: base64.b64encode(path.read_bytes()).decode()}
