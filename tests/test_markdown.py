"""What stands in a notebook's text cells, from small pages."""

import re

import pytest
from docutils import nodes
from sphinx_design.dropdown import dropdown_main, dropdown_title

from tools.book.library import fold
from tools.book.markdown import CannotSay, Code, Text, Writer, folded, joined, quoted


def say(*parts: nodes.Node, numbers: dict[str, str] | None = None) -> list[str | Code]:
    """Nodes in Markdown; code as it is."""
    document = nodes.container()
    document += parts
    blocks = Writer(numbers or {}).blocks(document)
    return [block.source if isinstance(block, Text) else block for block in blocks]


def paragraph(*parts: nodes.Node | str) -> nodes.paragraph:
    found = nodes.paragraph()
    found += [nodes.Text(part) if isinstance(part, str) else part for part in parts]
    return found


def item(*parts: nodes.Node) -> nodes.list_item:
    return nodes.list_item("", *parts)


def code() -> nodes.container:
    return nodes.container(nb_element="cell_code", cell_index=3)


def test_text_is_escaped_and_code_is_not():
    line = paragraph("2 * 3 < $7 ", nodes.literal("", "a_b * <s>"), " ", nodes.math("", "x_1"))
    assert say(line) == [r"2 \* 3 \< \$7 `a_b * <s>` $x_1$"]
    assert say(paragraph(nodes.literal("", "a `b`"))) == ["`` a `b` ``"]


def test_equation_carries_its_number():
    equation = nodes.math_block("", "a = b", ids=["equation-x"])
    assert say(equation, numbers={"equation-x": "1.2"}) == ["$$\na = b \\tag{1.2}\n$$"]
    assert say(equation) == ["$$\na = b\n$$"]


def test_quotation_keeps_formulas_on_one_line():
    box = nodes.admonition("", nodes.title("", "Pitfall"), nodes.math_block("", "a\n= b"))
    assert say(box) == ["> **Pitfall**\n>\n> $$ a = b $$"]


def test_listing_is_fenced_beyond_the_fences_in_it():
    listing = nodes.literal_block("", "a = '```'\n", language="ipython3")
    assert say(listing)[0].startswith("```python\n")
    listing = nodes.literal_block("", "```\nx\n```", language="none")
    assert say(listing) == ["````\n```\nx\n```\n````"]


def test_fold_closes_around_code_and_goes_on():
    box = fold("", paragraph("one"), code(), paragraph("two"), summary="Answer")
    assert say(box) == [
        "<details><summary>Answer</summary>\n\none\n\n</details>",
        Code(index=3, folded=True),
        "<details><summary>Answer, continued</summary>\n\ntwo\n\n</details>",
    ]


def test_dropdown_is_a_fold_whose_summary_is_words_alone():
    title = dropdown_title("", "Is ", nodes.literal("", "a < b"), nodes.Text("?"))
    title += nodes.raw("", "<svg></svg>", format="html")
    box = dropdown_main("", title, paragraph("Yes."))
    assert say(box) == ["<details><summary>Is a &lt; b?</summary>\n\nYes.\n\n</details>"]
    solution = nodes.admonition("", nodes.title("", "Solution"), paragraph("Yes."))
    solution["classes"].append("dropdown")
    assert say(solution) == ["<details><summary>Solution</summary>\n\nYes.\n\n</details>"]


def test_lists_are_tight_or_loose_and_nest():
    inner = nodes.bullet_list("", item(paragraph("b")))
    outer = nodes.enumerated_list("", item(paragraph("a\nmore"), inner), item(paragraph("c")))
    outer["start"] = 7
    assert say(outer) == ["7. a\n   more\n\n   - b\n\n8. c"]
    assert say(nodes.bullet_list("", item(paragraph("a")), item(paragraph("b")))) == ["- a\n- b"]


def test_code_in_a_list_stands_between_its_parts():
    found = say(nodes.bullet_list("", item(paragraph("a"), code(), paragraph("b"))))
    assert found == ["- a", Code(index=3), "  b"]


def row(*texts: nodes.Node) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", text)) for text in texts))


def test_bars_in_a_table_do_not_end_its_cells():
    head = nodes.thead("", row(nodes.Text("a"), nodes.Text("b")))
    body = nodes.tbody("", row(nodes.math("", "p(w|h)"), nodes.literal("", "x | y")))
    table = nodes.table("", nodes.tgroup("", head, body, cols=2))
    assert say(table) == ["| a | b |\n| :-- | :-- |\n| $p(w\\vert h)$ | `x \\| y` |"]


def choice(text: str, why: str, checked: str = "") -> nodes.list_item:
    box = nodes.raw("", f"<input type=checkbox {checked}>", format="html")
    return item(paragraph(box, text), nodes.bullet_list("", item(paragraph(why))))


def test_quiz_hides_which_choice_is_right():
    choices = nodes.bullet_list("", choice(" Yes", "Because."), choice(" No", "Not.", "checked="))
    quiz = nodes.container("", nodes.enumerated_list("", item(paragraph("Well?"), choices)))
    quiz["classes"].append("quiz")
    shown, hidden = say(quiz)[1:]
    assert shown == "- (a) Yes\n- (b) No"
    assert "checkbox" not in "".join(map(str, say(quiz)))
    assert re.search(r"<details>.*\(a\) \*\*Wrong.\*\* Because.*\(b\) \*\*Right", hidden, re.S)


def test_figure_becomes_a_widget():
    html = '<div class="figure-host" data-figure="shannon"><p>moves</p></div>'
    assert say(nodes.raw("", html, format="html")) == [
        Code(source="from minillm import figures\n\nfigures.shannon()")
    ]


def test_figure_gets_the_texts_of_the_page():
    html = '<div class="figure-host" data-figure="counting" data-texts="a b&#10;c">'
    assert say(nodes.raw("", html, format="html")) == [
        Code(source='from minillm import figures\n\nfigures.counting([\n    "a b",\n    "c",\n])')
    ]


def test_outputs_are_left_out():
    assert say(nodes.container("", paragraph("printed"), nb_element="mime_bundle")) == []


def test_sections_nest_and_titles_are_one_line():
    inner = nodes.section("", nodes.title("", "In\nside"), paragraph("text"))
    outer = nodes.section("", nodes.title("", "Out"), inner, paragraph("more"))
    assert say(outer) == ["# Out", "## In side", "text", "more"]


def test_node_that_a_notebook_cannot_show_is_refused():
    with pytest.raises(CannotSay, match="math_frame"):
        say(type("math_frame", (nodes.General, nodes.Element), {})())


def test_blocks_are_joined_up_to_code():
    blocks = [Text("a"), Text("b"), Code(index=1), Text("c")]
    assert list(joined(blocks)) == [Text("a\n\nb"), Code(index=1), Text("c")]
    assert list(quoted(blocks)) == [Text("> a\n>\n> b"), Code(index=1), Text("> c")]
    assert [b.folded for b in folded("s", blocks) if isinstance(b, Code)] == [True]
