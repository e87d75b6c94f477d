"""Imports run one way: cli → report → practice → grader → questions."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORDER = ["questions", "grader", "practice", "report", "cli"]
"""Each may import those before it."""
FORBIDDEN_BELOW_CLI = {"print", "exit", "quit", "input"}
CHILDREN = {"child.py", "sympy_child.py"}
"""Programs of their own, that speak to their parent through a pipe."""
HEAVY = {"sympy", "numpy", "flint", "rich", "mpmath"}


def modules() -> list[Path]:
    files = [ROOT / "cli.py", ROOT / "lossprep.py"]
    return files + [path for name in ORDER[:-1] for path in sorted((ROOT / name).rglob("*.py"))]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def owner(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_imports_upward(path: Path) -> None:
    if owner(path) == "lossprep":
        return
    above = {
        *ORDER[ORDER.index(owner(path)) + 1 :],
        *([] if path.name == "cli.py" else ["lossprep"]),
    }  # it has the version
    assert not imported(parsed(path)) & above


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_command_line_prints_exits_or_asks(path: Path) -> None:
    if owner(path) in ("cli", "lossprep") or path.name in CHILDREN:
        return
    called = {
        node.func.id
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & FORBIDDEN_BELOW_CLI


@pytest.mark.parametrize("name", ["cli.py", "lossprep.py"])
def test_the_command_line_imports_nothing_heavy_at_the_top(name: str) -> None:
    tree = parsed(ROOT / name)
    top = ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], [])
    assert not imported(top) & (HEAVY | set(ORDER))


def test_text_typed_by_a_person_is_never_run() -> None:
    """No eval, exec, sympify or lambdify anywhere but in the child, which is where a person's code belongs."""
    for path in modules():
        if path.name == "child.py":
            continue
        nodes = list(ast.walk(parsed(path)))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert not names & {"eval", "exec", "sympify", "parse_expr", "lambdify", "parse_latex"}, path
