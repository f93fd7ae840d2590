"""Python code written differently: habits of different people, and what a copyist changes.

`in_a_habit(source, rng)` is the same program as someone else might have written it: structure
differs. `disguised(source, rng)` is a copy: names, comments, layout and docstrings differ.
"""

import ast
import builtins
import random


class Habits(ast.NodeTransformer):
    """Writes an expression or a statement in another way that means the same, here and there."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.names = rng, 0
        # People differ in how often they do it, not only in where.
        self.chance = {habit: rng.random() for habit in ("flip", "long", "temp", "guard", "list")}

    def does(self, habit: str) -> bool:
        """Whether it is done this time."""
        return self.rng.random() < self.chance[habit]

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Turn a < b into b > a."""
        self.generic_visit(node)
        turned = {
            ast.Lt: ast.Gt,
            ast.Gt: ast.Lt,
            ast.LtE: ast.GtE,
            ast.GtE: ast.LtE,
            ast.Eq: ast.Eq,
        }
        if len(node.ops) == 1 and type(node.ops[0]) in turned and self.does("flip"):
            sign = turned[type(node.ops[0])]()
            return ast.Compare(node.comparators[0], [sign], [node.left])
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Turn a * b into b * a."""
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult) and self.does("flip"):
            return ast.BinOp(node.right, node.op, node.left)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """Turn a += b into a = a + b."""
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and self.does("long"):
            value = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
            return ast.Assign([node.target], value)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        """Name what is returned."""
        self.generic_visit(node)
        return self._named(node, node.value) if node.value and self.does("temp") else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        """Name an argument of what is assigned."""
        self.generic_visit(node)
        call = node.value
        if isinstance(call, ast.Call) and call.args and self.does("temp"):
            first = call.args[0]
            if not isinstance(first, ast.Name | ast.Constant | ast.Starred | ast.GeneratorExp):
                return self._named(node, first)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        """Walk over a list of it."""
        self.generic_visit(node)
        if self.does("list"):
            node.iter = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        """Turn the branches round."""
        self.generic_visit(node)
        if node.orelse and self.does("guard"):
            return ast.If(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)
        return node

    def _named(self, statement: ast.stmt, value: ast.expr) -> list[ast.stmt]:
        self.names += 1
        name = f"step_{self.names}"
        put = ast.Assign([ast.Name(name, ast.Store())], value)

        class Put(ast.NodeTransformer):
            def visit(self, node: ast.AST) -> ast.AST:
                return ast.Name(name, ast.Load()) if node is value else self.generic_visit(node)

        return [put, Put().visit(statement)]


def in_a_habit(source: str, rng: random.Random) -> str:
    """The program as someone with habits of their own writes it."""
    tree = Habits(rng).visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree))


def disguised(source: str, rng: random.Random) -> str:
    """A copy with other names, without comments and docstrings, in another order."""
    tree = ast.parse(source)
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    new = {name: f"v{rng.randrange(10**6)}" for name in sorted(own - set(dir(builtins)))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = new.get(node.arg, node.arg)
        elif isinstance(node, ast.FunctionDef) and len(node.body) > 1 and ast.get_docstring(node):
            del node.body[0]
    rng.shuffle(tree.body)
    return ast.unparse(tree)
