"""Makes small changes of a learner's code, each of which would undo a slip: in a sign, a comparison, an axis, a missing factor.

A change is an edit of the text, so that lines keep their numbers. `grader.authoring.mutants` asks something else, whether a
change of a reference goes unnoticed, and leaves the changes to a library that learners need not install.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Final

import msgspec

Kind = str
"""What a change is of, as a learner is told it."""

COMPARISON: Final = "a comparison"
OPERATOR: Final = "an operator"
SIGN: Final = "a sign"
NUMBER: Final = "a number"
AXIS: Final = "an axis"
ORDER: Final = "the order of two values"
ASSIGNMENT: Final = "how a variable is assigned or updated"
MISSING: Final = "a missing factor or term"
SURPLUS: Final = "something that is too much"
TRANSPOSITION: Final = "a transposition"
INDENTATION: Final = "an indentation"
FUNCTION: Final = "which function is called"
CONDITION: Final = "a condition"
COPY: Final = "a missing copy of an array"
TYPE: Final = "the type of the values"
NAME: Final = "which variable is used"
BOUND: Final = "where a range begins or ends"

_SYMBOLS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_COMPARISONS: Final = {
    "<": {"<=": 1, ">": 2, ">=": 2},
    "<=": {"<": 1, ">=": 2, ">": 2},
    ">": {">=": 1, "<": 2, "<=": 2},
    ">=": {">": 1, "<=": 2, "<": 2},
    "==": {"!=": 2},
    "!=": {"==": 2},
}
"""What each may have to be, and how far that is."""

_OPERATORS: Final = {
    "+": {"-": 1, "*": 4},
    "-": {"+": 1},
    "*": {"/": 2, "@": 4, "+": 4},
    "/": {"*": 2, "//": 3},
    "//": {"/": 2},
    "%": {"//": 3},
    "**": {"*": 3},
    "@": {"*": 2},
}
_ORDERED: Final = frozenset({"-", "/", "//", "%", "**", "@"})
_OTHER_FUNCTIONS: Final = {
    old: new
    for pair in (
        ("max", "min"),
        ("maximum", "minimum"),
        ("argmax", "argmin"),
        ("amax", "amin"),
        ("reduce_max", "reduce_min"),
        ("reduce_sum", "reduce_mean"),
        ("sum", "mean"),
        ("any", "all"),
        ("floor", "ceil"),
        ("zeros", "ones"),
        ("zeros_like", "ones_like"),
        ("normal", "uniform"),
        ("sqrt", "square"),
        ("var", "std"),
    )
    for old, new in (pair, pair[::-1])
}
_REDUCTIONS: Final = frozenset(
    {"sum", "mean", "max", "min", "argmax", "argmin", "var", "std", "prod", "norm", "cumsum", "any", "all", "flip"}
)
_MULTIPLICATIONS: Final = frozenset({"dot", "matmul"})
_ACTIVATIONS: Final = frozenset({"maximum", "minimum", "clip", "abs", "relu", "sigmoid", "tanh", "softmax", "round"})
_IN_ORDER: Final = frozenset(
    {"range", "arange", "zip", "enumerate", "isinstance", "print", "reshape", "transpose", "zeros"}
)
_RANGES: Final = frozenset({"range", "arange"})
_AXES: Final = ("0", "1", "-1", "None")
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_SIMPLE: Final = (ast.Return, ast.Assign, ast.AugAssign, ast.Expr)


class Change(msgspec.Struct, frozen=True):
    """One change of a source."""

    line: int
    """The line that changes."""
    statement: int
    """The first line of the statement that it is in."""
    kind: Kind
    cost: int
    """How far the changed code is from what was written: 1 is a slip of the pen."""
    start: int
    end: int
    text: str
    """What stands between two places of the source, counted in bytes, afterwards."""

    def apply(self, source: bytes) -> bytes:
        """Returns the source with the change."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def make_changes(source: str) -> list[Change]:
    """Lists the changes of a source that is Python, cheapest first; what comes out need not be Python.

    Args:
        source: the text, its lines ended by a line feed alone.

    Raises:
        SyntaxError: it is no Python.
    """
    maker = _Maker(source)
    found = {(change.start, change.end, change.text): change for change in reversed(list(maker.make()))}
    return sorted(found.values(), key=lambda change: (change.cost, change.line))


class _Maker:
    """Walks through a syntax tree, and knows where its nodes are in the text."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.source = source.encode()
        self.starts = [0]
        for line in self.source.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.modules = {
            alias.asname or alias.name.partition(".")[0]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        self.names: list[str] = []
        """The variables of the function that is walked through, and of those around it."""
        self.arguments: list[str] = []
        """Those that are arguments."""
        self.statement = 0

    def make(self) -> Iterator[Change]:
        """Yields all changes."""
        yield from self._of_block(self.tree.body, loops=0)

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Returns where a node begins."""
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Returns where a node ends."""
        return self.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def text(self, node: ast.expr | ast.stmt) -> str:
        """Returns how a node is written, without the parentheses around it."""
        return self.source[self.start(node) : self.end(node)].decode()

    def replace(self, node: ast.expr | ast.stmt, text: str, kind: Kind, cost: int, line: int | None = None) -> Change:
        """Makes the change that writes something else in the place of a node."""
        return Change(line or node.lineno, self.statement, kind, cost, self.start(node), self.end(node), text)

    def _of_block(self, body: list[ast.stmt], loops: int) -> Iterator[Change]:
        for statement, following in zip(body, [*body[1:], None], strict=False):
            yield from self._of_statement(statement, loops)
            if isinstance(statement, ast.For | ast.While | ast.If | ast.With):
                yield from self._move(statement, following)

    def _of_statement(self, statement: ast.stmt, loops: int) -> Iterator[Change]:
        self.statement = statement.lineno
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            outer = self.names, self.arguments
            arguments = _arguments_of(statement)
            self.arguments = [*self.arguments, *arguments]
            self.names = list(dict.fromkeys([*self.names, *arguments, *_assigned_in(statement)]))
            for default in (*statement.args.defaults, *statement.args.kw_defaults):
                yield from self._of_expression(default)
            yield from self._of_block(statement.body, loops=0)
            self.names, self.arguments = outer
            return
        if isinstance(statement, ast.ClassDef):
            yield from self._of_block(statement.body, loops=0)
            return
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.AnnAssign) or _is_docstring(statement):
            return
        yield from self._of_form(statement, loops)
        for field in ast.iter_child_nodes(statement):
            if isinstance(field, ast.expr):
                yield from self._of_expression(field)
            elif isinstance(field, ast.withitem):
                yield from self._of_expression(field.context_expr)
        deeper = loops + isinstance(statement, ast.For | ast.While)
        yield from self._of_block(getattr(statement, "body", []), deeper)
        yield from self._of_block(getattr(statement, "orelse", []), loops)

    def _of_form(self, statement: ast.stmt, loops: int) -> Iterator[Change]:
        """Yields what changes a statement as a whole."""
        match statement:
            case ast.Break() | ast.Continue():
                other = "continue" if isinstance(statement, ast.Break) else "break"
                yield self.replace(statement, other, CONDITION, 2)
            case ast.AugAssign(target=target, op=op, value=value):
                left, symbol, right = self.text(target), _SYMBOLS.get(type(op), ""), self.text(value)
                yield self.replace(statement, f"{left} = {left} {symbol} ({right})", ASSIGNMENT, 2)
                yield self.replace(statement, f"{left} = {right}", ASSIGNMENT, 2)
                for operator, cost in _OPERATORS.get(symbol, {}).items():
                    yield self.replace(statement, f"{left} {operator}= {right}", OPERATOR, cost)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Slice(None, None, None))]):
                yield self.replace(statement, f"{name} = {self.text(statement.value)}", ASSIGNMENT, 2)
            case ast.Assign(targets=[ast.Name() | ast.Subscript() | ast.Attribute() as target]) if loops:
                yield self.replace(statement, f"{self.text(target)} += {self.text(statement.value)}", ASSIGNMENT, 2)
            case ast.If(test=test, orelse=orelse) | ast.While(test=test, orelse=orelse):
                yield self.replace(test, f"not ({self.text(test)})", CONDITION, 3)
                if isinstance(statement, ast.If):
                    yield self.replace(test, "True", CONDITION, 4)
                if isinstance(statement, ast.If) and not orelse and len(statement.body) <= 2:
                    yield self.replace(statement, "pass", SURPLUS, 3)
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr) and self.names:
            yield self.replace(statement, "pass", SURPLUS, 4)
        if isinstance(statement, ast.Return | ast.Assign | ast.AugAssign):
            result = statement.value
            if result and _is_number(result):
                yield from self._of_value(result)
                if isinstance(statement, ast.Return):
                    yield self.replace(result, f"({self.text(result)}).astype(int)", TYPE, 3)

    def _of_value(self, value: ast.expr) -> Iterator[Change]:
        """Yields what may be missing in a value that is kept or returned, or in a part of a sum."""
        text = self.text(value)
        yield self.replace(value, f"(-({text}))", SIGN, 3)
        yield self.replace(value, f"(2 * ({text}))", MISSING, 3)
        yield self.replace(value, f"(({text}) / 2)", MISSING, 4)
        yield self.replace(value, f"(({text}) + 1)", MISSING, 4)
        yield self.replace(value, f"(({text}) - 1)", MISSING, 4)
        yield self.replace(value, f"(1 - ({text}))", MISSING, 5)
        used = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
        for entry in _entries_in(value):
            yield self.replace(value, f"(({text}) + {entry})", MISSING, 4)
        for name in self.arguments:
            if name not in used:
                yield self.replace(value, f"(({text}) * {name})", MISSING, 5)
                yield self.replace(value, f"(({text}) / {name})", MISSING, 5)
                yield self.replace(value, f"(({text}) + {name})", MISSING, 5)
                yield self.replace(value, f"(({text}) / len({name}))", MISSING, 5)

    def _of_expression(self, node: ast.AST | None) -> Iterator[Change]:
        if node is None or isinstance(node, ast.JoinedStr):  # Places in an f-string are not those of the text.
            return
        if isinstance(node, ast.expr):
            yield from self._of_logic(node)
            yield from self._of_arithmetic(node)
        for child in ast.iter_child_nodes(node):
            yield from self._of_expression(child)

    def _of_logic(self, node: ast.expr) -> Iterator[Change]:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                for part in (left, right):
                    if isinstance(part, ast.BinOp):
                        yield from self._of_value(part)
                for other, cost in _COMPARISONS.get(_SYMBOLS.get(type(op), ""), {}).items():
                    yield self.replace(node, f"(({self.text(left)}) {other} ({self.text(right)}))", COMPARISON, cost)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield self.replace(node, f"({self.text(operand)})", CONDITION, 1)
            case ast.BoolOp(op=op, values=[left, right]):
                other = "or" if isinstance(op, ast.And) else "and"
                yield self.replace(node, f"(({self.text(left)}) {other} ({self.text(right)}))", CONDITION, 2)
                for part in (left, right):
                    yield self.replace(node, f"({self.text(part)})", CONDITION, 3)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                words = f"({self.text(orelse)}) if ({self.text(test)}) else ({self.text(body)})"
                yield self.replace(node, f"({words})", ORDER, 3)

    def _of_arithmetic(self, node: ast.expr) -> Iterator[Change]:
        match node:
            case ast.BinOp():
                yield from self._of_operation(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                yield self.replace(node, f"({self.text(operand)})", SIGN, 1)
            case ast.Constant(value=value):
                yield from self._of_constant(node, value)
            case ast.Tuple(elts=[left, right], ctx=ast.Load()):
                yield self._swap(left, right, 2)
            case ast.Subscript(ctx=ast.Load()):
                yield self.replace(node, f"({self.text(node.value)})", SURPLUS, 4)
            case ast.Slice():
                yield from self._of_bounds([bound for bound in (node.lower, node.upper) if bound])
            case ast.Attribute(attr="T"):
                yield self.replace(node, f"({self.text(node.value)})", TRANSPOSITION, 2)
            case ast.Name(ctx=ast.Load()):
                yield from self._of_name(node)
            case ast.List(elts=[ast.Name() as only]):
                yield self.replace(only, f"{only.id}.copy()", COPY, 4)
            case ast.Call():
                yield from self._of_call(node)

    def _of_operation(self, node: ast.BinOp) -> Iterator[Change]:
        symbol = _SYMBOLS.get(type(node.op), "")
        left, right = self.text(node.left), self.text(node.right)
        line = node.right.lineno
        for other, cost in _OPERATORS.get(symbol, {}).items():
            yield self.replace(node, f"(({left}) {other} ({right}))", OPERATOR, cost, line)
        if symbol in _ORDERED:
            yield self.replace(node, f"(({right}) {symbol} ({left}))", ORDER, 2, line)
        if symbol != "@":
            yield self.replace(node, f"({left})", SURPLUS, 3, line)
        if symbol in ("+", "*", "-"):
            yield self.replace(node, f"({right})", SURPLUS, 3)
        for part in (node.left, node.right):
            if symbol == "@" and not _is_transposed(part):
                yield self.replace(part, f"({self.text(part)}).T", TRANSPOSITION, 2)
            if symbol in ("+", "-") and _is_number(part):
                yield from self._of_value(part)

    def _of_constant(self, node: ast.expr, value: object) -> Iterator[Change]:
        if isinstance(value, bool):
            yield self.replace(node, str(not value), CONDITION, 2)
        elif isinstance(value, int | float) and abs(value) < 1e9:
            for other in (value + 1, value - 1):
                yield self.replace(node, f"({other!r})", NUMBER, 2 if isinstance(value, int) else 3)
            if value:
                yield self.replace(node, f"({-value!r})", SIGN, 2)
                yield self.replace(node, f"({2 * value!r})", NUMBER, 4)
                yield self.replace(node, f"({value / 2!r})", NUMBER, 4)
                yield self.replace(node, f"({1 - value!r})", NUMBER, 4)
            for name in self.names:
                yield self.replace(node, name, NAME, 6)

    def _of_name(self, node: ast.Name) -> Iterator[Change]:
        if node.id in self.names:
            for name in self.names:
                if name != node.id:
                    yield self.replace(node, name, NAME, 6)

    def _of_call(self, node: ast.Call) -> Iterator[Change]:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for first, second in zip(node.args, node.args[1:], strict=False):
            yield self._swap(first, second, 4 if name in _IN_ORDER else 2)
        if name in _OTHER_FUNCTIONS:
            function = self.text(node.func)
            other = function.removesuffix(name) + _OTHER_FUNCTIONS[name]
            yield self.replace(node.func, other, FUNCTION, 2)
        if node.args and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
            yield self.replace(node, f"({self.text(node.args[0])})", SURPLUS, 2 if name in _ACTIVATIONS else 3)
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if owner and not (isinstance(owner, ast.Name) and owner.id in self.modules):
            yield self.replace(node, f"({self.text(owner)})", SURPLUS, 4)
        yield from self._of_axis(node, name)
        for argument in node.args:
            if name in _MULTIPLICATIONS and not _is_transposed(argument):
                yield self.replace(argument, f"({self.text(argument)}).T", TRANSPOSITION, 2)
            if isinstance(argument, ast.BinOp):
                yield from self._of_value(argument)
            if isinstance(argument, ast.Name):
                yield self.replace(argument, f"{argument.id}[1:]", BOUND, 4)
                yield self.replace(argument, f"{argument.id}[:-1]", BOUND, 4)
        if name in _RANGES:
            yield from self._of_bounds(node.args)
        if name == "append" and len(node.args) == 1 and isinstance(node.args[0], ast.Name):
            yield self.replace(node.args[0], f"{node.args[0].id}.copy()", COPY, 3)
        if name == "len":
            for variable in self.names:
                yield self.replace(node, variable, NAME, 5)

    def _of_axis(self, node: ast.Call, name: str) -> Iterator[Change]:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if "axis" in given:
            for axis in _AXES:
                yield self.replace(given["axis"], axis, AXIS, 1)
        elif name in _REDUCTIONS or name.startswith("reduce_"):
            place = self.end(node) - 1
            comma = ", " if node.args or node.keywords else ""
            for axis in _AXES[:-1]:
                yield Change(node.lineno, self.statement, AXIS, 2, place, place, f"{comma}axis={axis}")

    def _of_bounds(self, bounds: Iterable[ast.expr]) -> Iterator[Change]:
        for bound in bounds:
            if not isinstance(bound, ast.Constant):
                for change in ("+ 1", "- 1"):
                    yield self.replace(bound, f"({self.text(bound)}) {change}", BOUND, 2)

    def _swap(self, first: ast.expr, second: ast.expr, cost: int) -> Change:
        between = self.source[self.end(first) : self.start(second)].decode()
        text = f"{self.text(second)}{between}{self.text(first)}"
        return Change(first.lineno, self.statement, ORDER, cost, self.start(first), self.end(second), text)

    def _move(self, compound: ast.stmt, following: ast.stmt | None) -> Iterator[Change]:
        """Yields what takes the last statement of a block out of it, or the one after the block into it."""
        body: list[ast.stmt] = getattr(compound, "body", [])
        inner = body[-1]
        if len(body) > 1 and isinstance(inner, _SIMPLE) and not getattr(compound, "orelse", []):
            yield self._indent(inner, compound.col_offset)
        if isinstance(following, _SIMPLE) and body[0].lineno > compound.lineno:
            yield self._indent(following, body[0].col_offset)

    def _indent(self, statement: ast.stmt, column: int) -> Change:
        start = self.starts[statement.lineno - 1]
        text = " " * column + self.text(statement)
        cost = 1 if isinstance(statement, ast.Return) else 3
        return Change(statement.lineno, statement.lineno, INDENTATION, cost, start, self.end(statement), text)


def _arguments_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [name for name in names if name != "self"]


def _assigned_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Yields the names that a function assigns, without those of the functions in it."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if not isinstance(node, _DEFINITIONS):
            waiting += ast.iter_child_nodes(node)


def _entries_in(value: ast.expr) -> Iterator[str]:
    """Yields the other entry of each pair of which one is used: the biases, where the weights are."""
    for node in ast.walk(value):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=0 | 1 as index)):
                yield f"{name}[{1 - index}]"


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_number(value: ast.expr) -> bool:
    """Says whether a value may be a number or an array."""
    kinds = (ast.BinOp, ast.Name, ast.Call, ast.Subscript, ast.Attribute, ast.UnaryOp, ast.IfExp, ast.Compare)
    return isinstance(value, kinds)


def _is_transposed(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and value.attr == "T"
