"""How many small mistakes the checks of an assignment notice: `python -m tools.mutants 01_ngrams`.

Each answer of the solution is changed in one place at a time: another comparison, operator or
number, a keyword, a statement or a call left out, arguments exchanged, a slice moved. The checks of
its problem try each of these mutants. Printed are those that keep all points, as a diff, and last
how many there were. Such a mutant does the same as the answer on all that the text allows, or it
does what the text does not ask for, or the checks have a gap: that is for the author to judge.

    python -m tools.mutants 01_ngrams pad           one problem
    python -m tools.mutants 01_ngrams --most 50     a sample of so many for each problem
    python -m tools.mutants 01_ngrams --messages    also those that fail, each with its message
"""

import argparse
import ast
import copy
import difflib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.authoring.assignment import cells, course_folder, path_of, read
from grader.authoring.tries import outcomes
from grader.authoring.variants import Variant, solution_answers

OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE,),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE,),
    ast.GtE: (ast.Gt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Pow: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
KEPT = (ast.FunctionDef, ast.ClassDef, ast.Pass)  # statements that are not left out
ORDERED = ast.Sub | ast.Div | ast.Pow | ast.MatMult  # a - b is not b - a


def changed(node: Any, **fields: Any) -> Any:
    """A copy of a node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def without(items: Sequence[Any], i: int) -> list[Any]:
    """The items but number i."""
    return [*items[:i], *items[i + 1 :]]


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node, each a small mistake."""
    match node:
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                for other in OPERATORS.get(type(op), ()):
                    yield changed(node, ops=[*ops[:i], other(), *ops[i + 1 :]])
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op):
            for other in OPERATORS.get(type(op), ()):
                yield changed(node, op=other())
            if isinstance(node, ast.BinOp) and isinstance(op, ORDERED):
                yield changed(node, left=node.right, right=node.left)
        case ast.Constant(value=bool(value)):
            yield changed(node, value=not value)
        case ast.Constant(value=int(value)):
            yield changed(node, value=value + 1)
            yield changed(node, value=value - 1)
        case ast.Constant(value=float(value)):
            yield changed(node, value=2 * value)
        case ast.Call(func=func, args=args, keywords=keywords):
            for i in range(len(keywords)):
                yield changed(node, keywords=without(keywords, i))
            if len(args) == 2:
                yield changed(node, args=args[::-1])
            if isinstance(func, ast.Attribute):
                yield func.value  # x for x.copy()
            elif len(args) == 1:
                yield args[0]  # x for sorted(x)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield changed(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.comprehension(ifs=[_, *_]):
            yield changed(node, ifs=[])
        case ast.Slice(lower=lower, upper=upper):
            for name, bound in (("lower", lower), ("upper", upper)):
                if bound is not None:
                    yield changed(node, **{name: None})
                    yield changed(node, **{name: ast.BinOp(bound, ast.Add(), ast.Constant(1))})
    if isinstance(node, ast.stmt) and not isinstance(node, KEPT) and not is_text(node):
        yield ast.Pass()


def is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


class Put(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        """The new node for the old one; every other node with what is in it."""
        return self.new if node is self.old else self.generic_visit(node)


def inside(tree: ast.Module) -> list[ast.AST]:
    """All nodes of the functions and classes: a variant replaces nothing else."""
    definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [node for definition in definitions for node in ast.walk(definition)]


def mutants(source: str) -> Iterator[str]:
    """Each text that a change in one place of `source` gives, in order, none of them twice."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for i, original in enumerate(inside(tree)):
        for n in range(len(list(changes(original)))):
            fresh = copy.deepcopy(tree)
            old = inside(fresh)[i]
            Put(old, list(changes(old))[n]).visit(fresh)
            text = ast.unparse(ast.fix_missing_locations(fresh))
            if text not in seen and is_python(text):
                seen.add(text)
                yield text


def is_python(text: str) -> bool:
    """Whether a text compiles."""
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def judged(path: Path, problem: str, mutant: str) -> str:
    """The message of the first check that a mutant fails; "" where it keeps all points."""
    case = Variant(f"{problem}_mutant", problem, "a small change", "", mutant)
    try:
        failed = [result for result in outcomes(path, case) if result.earned < result.points]
    except (TimeoutError, RuntimeError) as error:
        return str(error)
    return f"{failed[0].check}: {failed[0].message}" if failed else ""


def difference(answer: str, mutant: str) -> str:
    """The lines that differ."""
    lines = difflib.unified_diff(answer.splitlines(), mutant.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def examine(path: Path, problem: str, most: int | None, messages: bool) -> tuple[int, int]:
    """Try and print the mutants of an answer; returns how many keep all points, and of how many."""
    answer = ast.unparse(ast.parse(solution_answers(path)[problem]))
    tried = list(mutants(answer))
    if most is not None and most < len(tried):
        tried = random.Random(0).sample(tried, most)
    n_left = 0
    for mutant in tried:
        message = judged(path, problem, mutant)
        n_left += not message
        if messages or not message:
            said = message or "keeps all points"
            print(f"{difference(answer, mutant)}\n    {said}\n", flush=True)
    print(f"## {problem}: {n_left} of {len(tried)} mutants keep all points\n")
    return n_left, len(tried)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: the mutants that keep all points."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("assignment", help="a name such as 01_ngrams")
    words.add_argument("problem", nargs="?", help="id of an answer cell; all when left out")
    words.add_argument("--most", type=int, help="so many mutants of each answer, drawn by lot")
    words.add_argument("--messages", action="store_true", help="print those that fail, too")
    given = words.parse_args(arguments)
    path = path_of(given.assignment, course_folder()).resolve()
    problems = [cell.id for cell in cells(read(path), "answer")]
    if given.problem:
        if given.problem not in problems:
            words.error(f"{given.assignment} has the problems {', '.join(problems)}")
        problems = [given.problem]
    counts = [examine(path, p, given.most, given.messages) for p in problems]
    left, tried = map(sum, zip(*counts, strict=True))
    print(f"{given.assignment}: {left} of {tried} mutants keep all points")


if __name__ == "__main__":
    main()
