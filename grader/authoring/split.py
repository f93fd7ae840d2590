"""What the grader cannot split: each rule yields the faults it finds, with the way out.

Answers and probes run in one process, the other lines of checks in another, given cells in both.
Data crosses where a probe begins and ends. So a check works as it is written, unless its trusted
lines reach for what an answer made, or a probe decides. Cells that do not parse are left to the
other rules.
"""

import ast
import contextlib
import re
from collections import Counter
from collections.abc import Iterator

from nbformat import NotebookNode

from grader.authoring.assignment import cells, kind, label, problem
from grader.authoring.names import Code, bound, codes, names, of
from grader.authoring.probes import DEFINITIONS, MARK, MARK_LIKE, Part, ProbeError, parts

COMPARING = {
    *("equal", "allclose", "isclose", "array_equal", "eq", "ne", "__eq__", "__ne__", "all", "any"),
    *("array_equiv", "assert_close", "assert_allclose", "assert_array_equal", "assert_equal"),
}
MARKS = "`### BEGIN PROBE` and `### END PROBE`"
BINDERS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.comprehension)


def checks_compile(source: NotebookNode) -> Iterator[str]:
    """A check compiles as a module does, part by part, and needs no IPython."""
    for cell in cells(source, "check"):
        try:
            ast.parse(cell.source)
        except SyntaxError:
            continue  # checks_end_without_a_value says so
        try:
            for part in parts(cell.source):
                compile(part.text, "<check>", "exec")
                if "get_ipython" in part.reads:
                    yield f"{label(cell)}: get_ipython is for notebooks; write plain Python"
        except ProbeError as error:
            yield f"{label(cell)}: {error}"
        except SyntaxError as error:
            yield f"{label(cell)}: {error.msg}; run a coroutine with asyncio.run(...)"


def probes_stand_in_checks(source: NotebookNode) -> Iterator[str]:
    """The marks of probes stand in check cells, at the start of a line, and are spelled right."""
    for cell in source.cells:
        for line in cell.source.split("\n"):
            if MARK_LIKE.match(line) and not MARK.fullmatch(line):
                yield f"{label(cell)}: malformed mark {line.strip()!r}: write {MARKS}"
            elif line.startswith("### BEGIN PROBE") and kind(cell) != "check":
                yield f"{label(cell)}: a probe outside of a cell with `:check: id`"


def names_come_from_locked_cells(source: NotebookNode) -> Iterator[str]:
    """A check or a given cell reads no name of a free cell, an answer reads none of a check."""
    found = codes(source)
    checks = bound(found, "check") | {name for code in found for name in code.woven}
    for readers, owners, others in (
        ("check given", bound(found, "free"), bound(found, "given answer") | checks),
        ("answer given", checks, bound(found, "given answer free")),
    ):
        for code in of(found, readers):
            for name in sorted(code.reads & owners - others - code.binds):
                yield (
                    f"{code}: reads {name!r}, which no given cell defines; "
                    "put what defines it into a `:given:` cell"
                )


def given_cells_run_without_answers(source: NotebookNode) -> Iterator[str]:
    """A given cell uses answers in its functions only: it runs beside the checks too."""
    found = codes(source)
    for code in of(found, "given"):
        for name in sorted(code.reads_at_once & bound(found, "answer") - bound(found, "given")):
            yield (
                f"{code}: uses the answer {name!r} when it runs; use it in a function of this cell "
                "that probes call, or in a probe; a class that derives from an answer belongs "
                "into an answer cell"
            )


def trusted_lines_use_no_answer(source: NotebookNode) -> Iterator[str]:
    """Lines outside of a probe use no answer, no given function that does, nothing of a probe."""
    found = codes(source)
    answers = _using(found, bound(found, "answer"))
    for code, all_parts in _checks(found):
        kept: set[str] = set()  # what stays in the student's process
        for part in all_parts:
            if part.is_probe:
                kept |= part.defines | part.imports.keys()
                continue
            kept -= part.binds
            away = answers - (code.woven if part.hidden else set()) - part.binds
            for name in sorted(part.reads & away - bound(found, "given") | part.reads & kept):
                yield (
                    f"{code}: line {_line(part, name)} uses {name!r} outside of a probe, where it "
                    f"is not there; put the lines that use it between {MARKS}, and bind there "
                    "what the check looks at"
                )
            for name in sorted(part.reads & away & bound(found, "given")):
                yield (
                    f"{code}: line {_line(part, name)} uses {name!r} of a given cell, which uses "
                    f"an answer, outside of a probe; put it between {MARKS}"
                )


def probes_get_data(source: NotebookNode) -> Iterator[str]:
    """A probe reads no function or class that lines of the check outside of it define."""
    for code, all_parts in _checks(codes(source)):
        outside: set[str] = set()
        for part in all_parts:
            if not part.is_probe:
                outside |= part.defines
            for name in sorted(part.reads & outside) if part.is_probe else ():
                yield (
                    f"{code}: a probe reads {name!r}, which lines outside of it define; define "
                    "it inside of the probe, or in a `:given:` cell"
                )


def probes_do_not_decide(source: NotebookNode) -> Iterator[str]:
    """A probe asserts nothing, and binds no name to a comparison: a student could give that."""
    for code, all_parts in _checks(codes(source)):
        for part in all_parts:
            for node in ast.walk(part.tree) if part.is_probe else ():
                if isinstance(node, ast.Assert):
                    yield (
                        f"{code}: line {node.lineno} asserts inside of a probe, in the student's "
                        "process; bind the value there, and assert below the probe"
                    )
            for statement in part.tree.body if part.is_probe else ():
                value = getattr(statement, "value", None)
                if isinstance(statement, ast.Assign | ast.AnnAssign) and _decides(value):
                    yield (
                        f"{code}: line {statement.lineno} compares inside of a probe, where a "
                        "student could give the result; bind what is compared, and compare below "
                        "the probe"
                    )


def _decides(value: ast.expr | None) -> bool:
    """Whether an expression gives nothing but a verdict."""
    if isinstance(value, ast.Compare):
        return not all(isinstance(op, ast.Is | ast.IsNot) for op in value.ops) or any(
            isinstance(side, ast.Constant) for side in value.comparators
        )
    if isinstance(value, ast.BoolOp):
        return any(map(_decides, value.values))
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.Not)
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", getattr(value.func, "id", ""))
        return name in COMPARING or (name == "bool" and any(map(_decides, value.args)))
    return False


def patches_lose_no_name(source: NotebookNode) -> Iterator[str]:
    """What `with mock.patch.dict(globals(), ...)` binds is gone at its end, and read no more."""
    for code, all_parts in _checks(codes(source)):
        read = Counter(name for part in all_parts for name in _read(part.tree))
        for part in all_parts:
            for node in _outside_of_functions(part.tree):
                if isinstance(node, ast.With) and any(map(_patches_globals, node.items)):
                    read_elsewhere = read - Counter(_read(node))
                    for name in sorted(names(ast.unparse(node))[0] & read_elsewhere.keys()):
                        yield (
                            f"{code}: line {node.lineno} binds {name!r} while globals() is "
                            "patched, and all names are put back at the end; append it to a list "
                            "that is bound above"
                        )


def _read(tree: ast.AST) -> Iterator[str]:
    """Each name that is read, as often as it is."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return (node.id for node in found if isinstance(node.ctx, ast.Load))


def _outside_of_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the lines themselves do."""
    todo = [tree]
    for node in todo:  # which grows
        yield node
        todo += [] if isinstance(node, DEFINITIONS) else ast.iter_child_nodes(node)


def _patches_globals(item: ast.withitem) -> bool:
    return bool(re.match(r"[\w.]*\bpatch\.dict\((in_dict=)?globals\(\)", ast.unparse(item)))


def checks_can_fail(source: NotebookNode) -> Iterator[str]:
    """Each assertion below a probe can fail: what was sent is a copy, in a notebook it is not."""
    for code, all_parts in _checks(codes(source)):
        own: set[str] = set()  # bound by trusted lines
        sent: set[str] = set()
        came: set[str] = set()  # bound by probes
        for part in all_parts:
            if part.is_probe:
                sent, came = sent | part.reads & own - part.data, came | part.data
                continue
            own |= part.data
            derived = _derived(part, came)
            for node in ast.walk(part.tree):
                if isinstance(node, ast.Assert):
                    read = _names(node.test)
                    if read & sent and not read & derived:
                        name = min(read & sent)
                        yield (
                            f"{code}: line {node.lineno} cannot tell whether {name!r} has changed; "
                            f"copy it above the probe, write `after = {name}` inside of the "
                            "probe, and compare `after` with the copy"
                        )
            came |= derived
            sent -= part.binds


def _derived(part: Part, came: set[str]) -> set[str]:
    """What came from a probe, and all names that trusted lines make of it."""
    binders = [node for node in ast.walk(part.tree) if isinstance(node, BINDERS)]
    derived = set(came)
    for _ in binders:
        for node in binders:
            source = node.iter if isinstance(node, ast.For | ast.comprehension) else node.value
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if source and _names(source) & derived:
                derived |= {name for target in targets for name in _names(target)}
    return derived


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def checks_rebind_nothing(source: NotebookNode) -> Iterator[str]:
    """A check gives no other value to a name that a given or answer cell above it defines."""
    above: dict[str, Code] = {}
    imports: set[tuple[str, str]] = set()
    for code in codes(source):
        if code.kind in ("given", "answer"):
            above |= dict.fromkeys(code.binds, code)
            imports |= set(code.imports.items())
        elif code.kind == "check":
            same = {name for name, origin in code.imports.items() if (name, origin) in imports}
            for name in sorted(code.binds & above.keys() - same):
                yield (
                    f"{code}: gives {name!r} of the cell {above[name].cell.id!r} another value, "
                    "for later cells too; choose another name, or patch it inside of a probe with "
                    "mock.patch"
                )


def references_stand_below_their_checks(source: NotebookNode) -> Iterator[str]:
    """The woven reference of a problem stands below the last check of that problem."""
    found = codes(source)
    owner = {name: code.cell.id for code in of(found, "answer") for name in code.binds}
    last = {problem(code.cell.id): i for i, code in enumerate(found) if code.kind == "check"}
    for i, code in enumerate(found):
        for name in sorted(code.woven & owner.keys()):
            if last.get(owner[name], -1) >= i:
                yield (
                    f"{code}: weaves {name!r}, the answer of {owner[name]!r}, though a check of it "
                    "has yet to run; weave it into the checks of later problems"
                )


def _checks(found: list[Code]) -> Iterator[tuple[Code, list[Part]]]:
    """The check cells, and the parts of each that a person wrote."""
    for code in of(found, "check"):
        with contextlib.suppress(ProbeError, SyntaxError):  # checks_compile says so
            yield code, [part for part in parts(code.cell.source) if not part.woven]


def _using(found: list[Code], answers: set[str]) -> set[str]:
    """These names, and those of given functions and classes that use them."""
    using = set(answers)
    types = ast.FunctionDef | ast.ClassDef
    bodies = (code.tree.body for code in of(found, "given"))
    given = [node for body in bodies for node in body if isinstance(node, types)]
    for _ in given:
        for node in given:
            if any(isinstance(n, ast.Name) and n.id in using for n in ast.walk(node)):
                using.add(node.name)
    return using


def _line(part: Part, name: str) -> int:
    """The first line of a part that reads a name."""
    lines = [n.lineno for n in ast.walk(part.tree) if isinstance(n, ast.Name) and n.id == name]
    return min(lines, default=part.start)


SPLIT_RULES = [
    checks_compile,
    probes_stand_in_checks,
    names_come_from_locked_cells,
    given_cells_run_without_answers,
    trusted_lines_use_no_answer,
    probes_get_data,
    probes_do_not_decide,
    patches_lose_no_name,
    checks_can_fail,
    checks_rebind_nothing,
    references_stand_below_their_checks,
]
