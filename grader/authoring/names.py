"""Which names of the notebook a code cell binds and reads, found without running it."""

import ast
import contextlib
import functools
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from grader.authoring.assignment import kind, label
from grader.authoring.weave import HIDDEN

CAUGHT = "_caught_"  # in the place of the name of an error, which ends with its `except` block
MUTATORS = {
    *("append", "appendleft", "extend", "insert", "pop", "popleft", "popitem", "remove", "clear"),
    *("sort", "reverse", "update", "setdefault", "add", "discard", "fill", "fill_", "zero_"),
}


@dataclass(frozen=True)
class Code:
    """A code cell, and the names of the notebook that it binds and reads."""

    cell: NotebookNode
    tree: ast.Module  # of a check: without its woven reference
    binds: frozenset[str]
    reads: frozenset[str]
    woven: frozenset[str]  # what the woven reference of a check defines

    def __str__(self) -> str:
        return label(self.cell)

    @property
    def kind(self) -> str:
        """`given`, `answer`, `check` or `free`."""
        return kind(self.cell) or "free"

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each import binds, see `imports_of`."""
        return imports_of(self.tree)

    @property
    def reads_at_once(self) -> set[str]:
        """Names of the notebook that are read when the cell runs, not when its functions do."""
        found = set()
        todo: list[ast.AST] = [self.tree]
        for node in todo:  # which grows
            if isinstance(node, ast.FunctionDef):
                todo += [*node.decorator_list, node.args, *filter(None, [node.returns])]
            elif isinstance(node, ast.Lambda):
                todo.append(node.args)
            elif isinstance(node, ast.Name):
                found.add(node.id)
            else:
                todo += ast.iter_child_nodes(node)
        return found & self.reads


def codes(source: NotebookNode) -> list[Code]:
    """The code cells of a notebook, those left out that do not parse."""
    found = []
    for cell in source.cells:
        if cell.cell_type == "code":
            with contextlib.suppress(SyntaxError):
                found.append(Code(cell, *_parsed(cell.source, kind(cell) == "check")))
    return found


@functools.lru_cache(maxsize=1024)
def _parsed(text: str, is_check: bool) -> tuple:
    """The last four fields of a Code."""
    if not is_check:
        text = TransformerManager().transform_cell(text)
    by_hand = HIDDEN.sub(lambda match: "\n" * match[0].count("\n"), text)
    woven = names(text)[0] - names(by_hand)[0]
    return ast.parse(by_hand), *names(by_hand), woven


def imports_of(tree: ast.AST) -> dict[str, str]:
    """What each import binds: `{"np": "numpy", "randint": "random.randint"}`."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                found[bound] = module + (alias.name if alias.asname or module else bound)
    return found


def imported_modules(tree: ast.AST) -> list[str]:
    """The modules that import statements below `tree` name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return sorted(found)


def of(found: list[Code], kinds: str) -> Iterator[Code]:
    """The cells of these kinds, for example "given answer"."""
    return (code for code in found if code.kind in kinds.split())


def bound(found: list[Code], kinds: str) -> set[str]:
    """What cells of these kinds bind."""
    return {name for code in of(found, kinds) for name in code.binds}


def names(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the notebook that a cell's text binds and reads, inside functions too.

    A bare annotation binds nothing, and the name in `except ... as name` is gone afterwards.
    """
    tree = ast.parse(text)
    changed = [root(node.target) for node in ast.walk(tree) if isinstance(node, ast.AugAssign)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.name:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and inner.id == node.name:
                    inner.id = CAUGHT
            node.name = CAUGHT
    tree.body = [n for n in tree.body if not (isinstance(n, ast.AnnAssign) and n.value is None)]
    binds, reads = set(), set()
    tables = [symtable.symtable(ast.unparse(tree), "<cell>", "exec")]
    for table in tables:  # which grows
        for symbol in table.get_symbols():
            if table.get_type() == "module" or symbol.is_global():
                if symbol.is_assigned() or symbol.is_imported():
                    binds.add(symbol.get_name())
                if symbol.is_referenced():
                    reads.add(symbol.get_name())
        tables += table.get_children()
    return frozenset(binds - {CAUGHT}), frozenset((reads | (binds & {*changed})) - {CAUGHT})


def changes(tree: ast.AST) -> Iterator[ast.expr]:
    """What is changed in place: `x.a` and `x[0]` where assigned to, `x` of `x.append()`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript):
            if isinstance(node.ctx, ast.Store | ast.Del):
                yield node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from [node.func.value] * (node.func.attr in MUTATORS)


def root(node: ast.AST | None) -> str:
    """The name that an expression such as `a.b[0].c` begins with; "" where it is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
