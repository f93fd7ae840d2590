"""What the grader cannot split: each rule yields the faults it finds, with the way out.

A submission's answers run in one process and its checks in another, where the names that answer
cells define stand for what the student's process holds: a call goes there, and its result comes
back. So a check works as it is written, unless it reaches into the answer's own namespace, or an
answer reaches into the check's. Cells that do not parse are left to the other rules.
"""

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from grader.authoring.assignment import cells, label, problem
from grader.authoring.names import Code, bound, codes, definitions, dotted, imported, of, root

INSIDES = {
    *("__code__", "__globals__", "__closure__", "__builtins__", "__wrapped__"),
    *("__mro__", "__bases__"),
}
LOOKERS = {"vars", "inspect.getmembers", "inspect.getclosurevars", "dis.dis", "pickle.dumps"}
TEXTS = {"inspect.getsource", "inspect.getsourcelines"}
COMPARING = {"equal", "allclose", "isclose", "array_equal", "eq", "ne", "__eq__", "__ne__"}
SETTINGS = {
    *("numpy.errstate", "numpy.seterr", "decimal.getcontext", "decimal.localcontext", "os.chdir"),
    *("torch.set_default_dtype", "torch.set_default_device", "sys.setrecursionlimit"),
}
WRITERS = {
    *("write_text", "write_bytes", "savetxt", "savez", "mkdir", "makedirs", "tofile"),
    *("mkdtemp", "mkstemp", "TemporaryDirectory", "NamedTemporaryFile"),
}
OTHER_SIDE = {"check": "answer", "answer": "check"}
APART = "the answer runs in another process and would not see it"


def checks_compile(source: NotebookNode) -> Iterator[str]:
    """A check compiles as a module does, and needs no IPython."""
    for cell in cells(source, "check"):
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue  # checks_end_without_a_value says so
        try:
            compile(tree, "<check>", "exec")
        except SyntaxError as error:
            yield f"{label(cell)}: {error.msg}; run a coroutine with asyncio.run(...)"
    for code in of(codes(source), "check"):
        if "get_ipython" in code.reads:
            yield f"{code}: get_ipython is for notebooks alone; write the check in plain Python"


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
                "that the checks call, or in the checks; a class that derives from an answer "
                "belongs into an answer cell"
            )


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
                    f"{code}: gives {name!r} of the cell {above[name].cell.id!r} another value; "
                    f"{APART}: choose another name, and pass it as an argument"
                )


def checks_patch_nothing(source: NotebookNode) -> Iterator[str]:
    """A check replaces nothing in a module, in a class or function of a given cell or an answer."""
    found = codes(source)
    imports = imported(found)
    everywhere = definitions(found, "given answer") | imports.keys()
    for code in of(found, "check"):
        own = set(code.binds - code.imports.keys())
        shared = everywhere - own
        calls = (n for n in code.nodes(ast.Call) if _patches(n, imports, shared, own))
        places = (n for n in code.changes if _is_outside(n, shared))
        for node in [*calls, *places]:
            yield (
                f"{code}: patches with {ast.unparse(node)!r}; {APART}: let the answer take it as "
                "an argument"
            )


def _patches(call: ast.Call, imports: dict[str, str], shared: set[str], own: set[str]) -> bool:
    words = dotted(call.func, imports).split(".")
    target = root(call.args[0]) if call.args else ""
    is_mock = "patch" in words or words[0] == "monkeypatch"
    return (is_mock and target not in own) or (words[-1] == "setattr" and target in shared)


def _is_outside(place: ast.expr, shared: set[str]) -> bool:
    if ast.unparse(place).startswith("globals()"):
        return True
    return root(place) in shared and not isinstance(place, ast.Name)


def checks_and_answers_share_no_state(source: NotebookNode) -> Iterator[str]:
    """No variable of a given cell is changed by an answer and read by a check, or vice versa."""
    found = codes(source)
    imports = imported(found)
    fixed = definitions(found, "given answer") | imports.keys()
    given, answers = bound(found, "given") - fixed, bound(found, "answer") - fixed
    for code in of(found, "check answer"):
        changed = {root(place) for place in code.changes} & code.reads & given
        if code.kind == "answer":
            changed |= code.changed_by_functions & (given | answers)
        for name in sorted(changed - (code.binds if code.kind == "check" else set())):
            if any(name in other.reads for other in of(found, OTHER_SIDE[code.kind])):
                yield (
                    f"{code}: changes {name!r}, which a cell of kind `{OTHER_SIDE[code.kind]}` "
                    "reads in another process; pass it as an argument, and return it"
                )


def checks_look_into_no_answer(source: NotebookNode) -> Iterator[str]:
    """A check reads nothing of a function or an object that is no data, and derives no class."""
    found = codes(source)
    imports = imported(found)
    answers = bound(found, "answer")
    for code in of(found, "check"):
        made = answers | _made_by(code, answers)
        for node in code.nodes(ast.Attribute):
            if node.attr in INSIDES or (node.attr == "__dict__" and root(node) in made):
                yield f"{code}: looks into {ast.unparse(node)!r}; test what the answer does"
        for call in code.nodes(ast.Call):
            called = dotted(call.func, imports)
            if called in LOOKERS | TEXTS and call.args and root(call.args[0]) in made:
                way_out = "name what is forbidden by `:forbidden:` at the answer cell"
                way_out = way_out if called in TEXTS else "test what the answer does"
                yield f"{code}: looks into {ast.unparse(call)!r}; {way_out}"
        for cls in code.nodes(ast.ClassDef):
            for base in sorted(answers & {root(base) for base in cls.bases}):
                yield (
                    f"{code}: derives {cls.name} from {base}, a class of another process; "
                    f"derive it in the answer cell, or test an object of {base} itself"
                )


def checks_compare_by_themselves(source: NotebookNode) -> Iterator[str]:
    """A check asks no object whether it is equal: an object of the student could say yes."""
    found = codes(source)
    imports = imported(found)
    for code in of(found, "check"):
        for call in code.nodes(ast.Call):
            method = getattr(call.func, "attr", "")
            if method in COMPARING and root(call.func) not in imports:
                yield (
                    f"{code}: {ast.unparse(call)!r} lets an object say whether it is equal; "
                    f"use a function of a module, such as torch.{method.strip('_')}(a, b)"
                )


def checks_stay_in_their_process(source: NotebookNode) -> Iterator[str]:
    """A check writes no files and changes no setting of Python, NumPy or PyTorch."""
    found = codes(source)
    imports = imported(found)
    for code in of(found, "check"):
        for call in code.nodes(ast.Call):
            name = dotted(call.func, imports)
            method = getattr(call.func, "attr", name.split(".")[-1])
            if name in SETTINGS:
                yield f"{code}: calls {name}; {APART}: call it in a `:given:` cell"
            elif method in WRITERS or (name == "open" and _opens_to_write(call)):
                yield (
                    f"{code}: writes files with {method}; {APART}: write them in a `:given:` cell, "
                    "or pass an io.StringIO as an argument"
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


def _made_by(code: Code, answers: set[str]) -> set[str]:
    """Variables that hold what a call of an answer returned."""
    return {
        root(target)
        for node in code.nodes(ast.Assign)
        if isinstance(node.value, ast.Call) and root(node.value.func) in answers
        for target in node.targets
    }


def _opens_to_write(call: ast.Call) -> bool:
    modes = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "mode")]
    return any({*"wax+"} & {*str(getattr(mode, "value", ""))} for mode in modes)


SPLIT_RULES = [
    checks_compile,
    names_come_from_locked_cells,
    given_cells_run_without_answers,
    checks_rebind_nothing,
    checks_patch_nothing,
    checks_and_answers_share_no_state,
    checks_look_into_no_answer,
    checks_compare_by_themselves,
    checks_stay_in_their_process,
    references_stand_below_their_checks,
]
