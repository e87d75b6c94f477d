"""What can be told from a submission's text, before it runs. Nothing here runs it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from grader.numeric.messages import Region
from grader.verdict import Finding, Place

LENGTH_LIMIT: Final = 200_000
HIDERS: Final = frozenset({"nan_to_num", "nansum", "nanmean", "isnan", "isfinite", "isinf"})
BOUNDS: Final = 6
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A submission that parses, and the name of the function to be called."""

    text: str
    tree: ast.Module
    entry: str

    def place(self, region: Region | None) -> Place | None:
        """A region of the child's (columns in bytes) as a place in the text, if it lies in it."""
        lines = self.text.split("\n")
        if region is None or not 1 <= region.line <= len(lines):
            return None
        raw = lines[region.line - 1].encode("utf-8", "replace")
        start = len(raw[: region.column].decode("utf-8", "ignore"))
        end = region.end_column if region.end_line == region.line else len(raw.rstrip())
        return Place(region.line, start + 1, max(1, len(raw[:end].decode("utf-8", "ignore")) - start))

    @cached_property
    def epsilons(self) -> list[float]:
        """The small constants in the text, which a clip may use."""
        found = {}
        for node in ast.walk(self.tree):
            match node:
                case ast.Constant(value=float(number)) if 0 < number <= 0.05 or 0.95 <= number < 1:
                    found[number if number < 0.5 else 1 - number] = True
                case ast.BinOp(ast.Constant(10 | 10.0), ast.Pow(), ast.UnaryOp(ast.USub(), ast.Constant(int(power)))):
                    if power < 300:
                        found[10.0**-power] = True
                case ast.Attribute(attr="eps" | "epsilon"):
                    found[2.0**-52] = found[2.0**-23] = True
                case ast.Attribute(attr="tiny" | "smallest_normal" | "min"):
                    found[2.0**-1022] = True
        return list(found)

    @cached_property
    def bounds(self) -> list[float]:
        """The larger constants in the text, within which something may be clipped."""
        found = {}
        for node in ast.walk(self.tree):
            match node:
                case ast.Constant(value=int() | float() as number) if 5 <= number <= 1e6:
                    found[float(number)] = True
        return list(found)[:BOUNDS]

    @cached_property
    def hider(self) -> Place | None:
        """Where NaN is replaced or left out."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and node.attr in HIDERS:
                end = node.end_col_offset or node.col_offset + 1
                return Place(node.lineno, node.col_offset + 1, end - node.col_offset)
        return None

    @cached_property
    def narrows(self) -> bool:
        """Whether a smaller floating type is named."""
        names = {"float32", "float16", "single", "half"}
        return any(
            (isinstance(node, ast.Attribute) and node.attr in names)
            or (isinstance(node, ast.Constant) and node.value in names)
            for node in ast.walk(self.tree)
        )

    def signature(self) -> tuple[Region, int] | None:
        """Where the function begins, and how many arguments it takes by position; None if it is not a plain one."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function) and node.name == self.entry and node.args.vararg is None:
                end = node.col_offset + len(f"def {self.entry}".encode())
                count = len(node.args.posonlyargs) + len(node.args.args)
                return Region(node.lineno, node.col_offset, node.lineno, end), count
        return None

    def loop(self) -> int | None:
        """The line of the first loop in Python."""
        loops = ast.For | ast.While | ast.ListComp | ast.GeneratorExp
        lines = [node.lineno for node in ast.walk(self.tree) if isinstance(node, loops)]
        return min(lines, default=None)


def examine(text: str, entry: str | None, name: str) -> Source | Finding:
    """The submission, parsed; or `syntax-error`, or `no-entry` (data: the names there are, the one asked)."""
    if len(text) > LENGTH_LIMIT:
        return Finding("syntax-error", where=Place(1, 1), data={"message": "too long"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, name)
            compile(text, name, "exec", dont_inherit=True)  # finds `return` outside a function, too; nothing runs
    except SyntaxError as error:
        line, column = max(1, error.lineno or 1), max(1, error.offset or 1)
        same = error.end_lineno == error.lineno and error.end_offset is not None
        length = max(1, (error.end_offset or 0) - column) if same else 1
        return Finding("syntax-error", where=Place(line, column, length), data={"message": error.msg})
    except (ValueError, RecursionError, MemoryError) as error:
        return Finding("syntax-error", where=Place(1, 1), data={"message": type(error).__name__})
    bound = dict(_bound(tree.body))
    public = tuple(n for n, node in bound.items() if _is_function(node) and not n.startswith("_"))
    if entry is None and len(public) == 1:
        return Source(text, tree, public[0])
    if entry is not None and (entry in bound or "*" in bound):
        return Source(text, tree, entry)
    return Finding("no-entry", where=Place(1, 1), data={"names": public, "asked": entry})


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, Function) or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda))


def _bound(body: list[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    """The names bound at the top level, also within `if`, `try` and `with`."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from ((n.id, node) for n in ast.walk(target) if isinstance(n, ast.Name))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name.split(".")[0], node) for alias in node.names)
        else:
            for part in ("body", "orelse", "finalbody", "handlers"):
                inner = getattr(node, part, [])
                for item in inner:
                    yield from _bound(item.body if isinstance(item, ast.ExceptHandler) else [item])
