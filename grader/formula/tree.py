"""The one expression tree: what every notation is read into, and what every evaluator walks.

Nodes are frozen and compare by structure; `span` (where it stands in the text as typed) does not count.
All numbers are exact. Positions (subscripts, index variables, classes) count from 0 here, however they
were written. Arithmetic is elementwise with scalars broadcast; a product of matrices is a `MatMul`,
decided from the shapes by the reader, so that no evaluator guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Final, Literal

Dim = str | int
Shape = tuple[Dim, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets into the text as the person typed it, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What all nodes share. Quicker to ask for than the union `Node`, which names them."""

    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Num(Base):
    """An exact number; a typed decimal is an exact decimal. `decimal` remembers that it was typed as one."""

    value: Fraction
    decimal: bool = field(default=False, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Const(Base):
    """A constant of analysis."""

    name: Literal["e", "pi", "inf"]


@dataclass(frozen=True, slots=True)
class Name(Base):
    """A declared variable or definition, by its canonical name (`yhat`, `sigma`, `y_true`)."""

    name: str


@dataclass(frozen=True, slots=True)
class IndexVar(Base):
    """An index letter, bound by a `Reduce` or free; its value is a position."""

    name: str


@dataclass(frozen=True, slots=True)
class Size(Base):
    """A dimension as a number: `n`, `K`."""

    name: str


@dataclass(frozen=True, slots=True)
class Index(Base):
    """A component: `z_i`, `X[i,j]`, `z_{i,labels_i}`. With fewer subscripts than axes, a slice (row i of X)."""

    base: Expr
    subscripts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Add(Base):
    """A sum, elementwise."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Neg(Base):
    arg: Expr


@dataclass(frozen=True, slots=True)
class Mul(Base):
    """A product, elementwise."""

    factors: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Div(Base):
    num: Expr
    den: Expr


@dataclass(frozen=True, slots=True)
class Pow(Base):
    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class MatMul(Base):
    """A matrix product; vectors are columns. `wᵀx` is `MatMul(Call("transpose", w), x)`, a scalar."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Call(Base):
    """A function of the language, by its canonical name: a key of `grader.formula.functions.FUNCTIONS`."""

    function: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Reduce(Base):
    """`sum_i body`, `mean(body)`. With an `index`, it runs over the dimension `over` (or from `low` to
    `high`, positions, both inclusive), where `condition` holds; without one, over all components of `body`."""

    op: Literal["sum", "mean", "prod", "max", "min"]
    body: Expr
    index: str | None = None
    over: Dim | None = None
    low: Expr | None = None
    high: Expr | None = None
    condition: Cond | None = None


@dataclass(frozen=True, slots=True)
class Compare(Base):
    """A comparison; chains are read as `Logic("and", …)`."""

    op: Literal["<", "<=", ">", ">=", "==", "!="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Logic(Base):
    op: Literal["and", "or", "not"]
    args: tuple[Cond, ...]


@dataclass(frozen=True, slots=True)
class Indicator(Base):
    """1 where the condition holds, else 0: `1[r>0]`, `δ_ij`, a bare comparison within arithmetic."""

    condition: Cond


@dataclass(frozen=True, slots=True)
class Cases(Base):
    """The value of the first branch whose condition holds; `otherwise` may be missing (then undefined)."""

    branches: tuple[tuple[Cond, Expr], ...]
    otherwise: Expr | None


@dataclass(frozen=True, slots=True)
class Deriv(Base):
    """A derivative left standing: `∂L/∂z`, `d/dp (…)`, `L'`, `∇_w L`. `wrt` None: the asked variable."""

    of: Expr
    wrt: Expr | None
    order: int = 1


Cond = Compare | Logic
Expr = (
    Num
    | Const
    | Name
    | IndexVar
    | Size
    | Index
    | Add
    | Neg
    | Mul
    | Div
    | Pow
    | MatMul
    | Call
    | Reduce
    | Indicator
    | Cases
    | Deriv
)
Node = Expr | Cond

ZERO = Num(Fraction(0))
ONE = Num(Fraction(1))


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in reading order."""
    for name in parts(type(node)):
        value = getattr(node, name)
        if isinstance(value, Base):
            yield value  # type: ignore[misc]  # every node is a member of the union
        elif isinstance(value, tuple):
            yield from _nodes(value)


_known_parts: dict[type, tuple[str, ...]] = {}
_NODES: Final = re.compile(r"\b(Expr|Cond)\b")
"""In the annotation of a field that may hold nodes."""


def parts(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node that may hold nodes. `dataclasses.fields` is slow to ask each time."""
    if kind not in _known_parts:
        _known_parts[kind] = tuple(item.name for item in fields(kind) if _NODES.search(str(item.type)))
    return _known_parts[kind]


def _nodes(values: tuple[object, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Base):
            yield value  # type: ignore[misc]
        elif isinstance(value, tuple):
            yield from _nodes(value)


def free_letters(
    node: Node, hidden: Mapping[str, tuple[str, ...]], bound: frozenset[str] = frozenset()
) -> Iterator[str]:
    """The index letters that no operator in a formula binds; `hidden` holds those that names stand for."""
    if isinstance(node, IndexVar | Name):
        own = (node.name,) if isinstance(node, IndexVar) else hidden.get(node.name, ())
        yield from (letter for letter in own if letter not in bound)
        return
    if isinstance(node, Reduce) and node.index is not None:
        bound |= {node.index}
    for child in children(node):
        yield from free_letters(child, hidden, bound)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, top down."""
    stack: list[Node] = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(list(children(top))))
