"""What a text says before its shapes are known: the parser's output, the elaborator's input.

Every node knows its place and its depth; `Product` keeps the sign that was typed, since what it means
depends on shapes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Literal

from grader.formula.tree import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class AnySyntax:
    span: Span

    @property
    def below(self) -> tuple[AnySyntax, ...]:
        """The nodes directly below."""
        found: list[AnySyntax] = []
        stack: list[object] = [getattr(self, item.name) for item in fields(self)]
        while stack:
            part = stack.pop()
            if isinstance(part, AnySyntax):
                found.append(part)
            elif isinstance(part, tuple):
                stack.extend(part)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Number(AnySyntax):
    value: Fraction
    decimal: bool = field(default=False, kw_only=True, compare=False)
    """Whether it was typed with a decimal point."""


@dataclass(frozen=True, slots=True)
class Ident(AnySyntax):
    """A name that the vocabulary knows, and as what."""

    name: str
    meaning: Literal["name", "index", "size", "constant", "loss", "identity"]
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Apply(AnySyntax):
    """A function with its arguments; `options` are Python's keyword arguments."""

    function: str
    args: tuple[Syntax, ...]
    options: tuple[tuple[str, Syntax], ...] = ()


@dataclass(frozen=True, slots=True)
class Subscript(AnySyntax):
    """`z_i`, `X_{ij}` (`code` false, positions from 1) or `z[i]` (`code` true, positions from 0)."""

    base: Syntax
    items: tuple[Syntax, ...]
    code: bool = False


@dataclass(frozen=True, slots=True)
class Minus(AnySyntax):
    arg: Syntax


@dataclass(frozen=True, slots=True)
class Sum(AnySyntax):
    terms: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Product(AnySyntax):
    """`sign` is `*`, `·`, `` (juxtaposed), `@`, `⊙` or `⊗` (the outer product)."""

    sign: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Quotient(AnySyntax):
    num: Syntax
    den: Syntax


@dataclass(frozen=True, slots=True)
class Power(AnySyntax):
    """`code`: written `**`, which is by components for a square matrix too."""

    base: Syntax
    exponent: Syntax
    code: bool = False


@dataclass(frozen=True, slots=True)
class Transpose(AnySyntax):
    base: Syntax


@dataclass(frozen=True, slots=True)
class Prime(AnySyntax):
    """`X'`, `L'`, `f'(z)`: a transpose or a derivative, as the shape says."""

    base: Syntax
    count: int
    wrt: Syntax | None = None


@dataclass(frozen=True, slots=True)
class Binder(AnySyntax):
    """`i`, `i=1` with `^n`, `j≠k`: an index of a big operator and what it runs over."""

    index: str
    low: Syntax | None = None
    high: Syntax | None = None
    code: bool = False
    """Positions are counted from 0 and `high` is excluded (Python's `range`)."""


@dataclass(frozen=True, slots=True)
class Big(AnySyntax):
    """Σ, mean, Π, max, min over an index, or over all components where `binders` is empty."""

    op: Literal["sum", "mean", "prod", "max", "min"]
    binders: tuple[Binder, ...]
    condition: Condition | None
    body: Syntax
    options: tuple[tuple[str, Syntax], ...] = ()


@dataclass(frozen=True, slots=True)
class Relation(AnySyntax):
    """`a < b`, `a < b <= c`."""

    ops: tuple[str, ...]
    sides: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Logical(AnySyntax):
    op: Literal["and", "or", "not"]
    args: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Truth(AnySyntax):
    """`True`, `otherwise`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Branches(AnySyntax):
    branches: tuple[tuple[Syntax, Syntax], ...]
    """(condition, value)."""
    otherwise: Syntax | None


@dataclass(frozen=True, slots=True)
class Derivative(AnySyntax):
    """`dL/dz`, `∂/∂z (…)`, `∇_w L`; `wrt` None where it is not said."""

    of: Syntax
    wrt: Syntax | None
    order: int = 1


@dataclass(frozen=True, slots=True)
class Bars(AnySyntax):
    """`|x|`: an absolute value, of every component."""

    arg: Syntax


@dataclass(frozen=True, slots=True)
class Norm(AnySyntax):
    arg: Syntax
    order: Syntax | None = None


@dataclass(frozen=True, slots=True)
class Delta(AnySyntax):
    """Kronecker's δ."""

    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Extent(AnySyntax):
    """`len(x)`, `x.size`, `x.shape[0]`: how many components there are, along an axis or (None) altogether."""

    of: Syntax
    axis: int | None


@dataclass(frozen=True, slots=True)
class Column(AnySyntax):
    """`r[:, None]`, `r.unsqueeze(1)`: a vector as a matrix of one column, or (`upright` False) of one row."""

    of: Syntax
    upright: bool


@dataclass(frozen=True, slots=True)
class Components(AnySyntax):
    """`(2x_i)_i`, `[…]_{i=1}^n`: a vector by its components."""

    body: Syntax
    index: str


@dataclass(frozen=True, slots=True)
class Ones(AnySyntax):
    """`\\mathbf{1}`, a vector of ones."""


Condition = Relation | Logical | Truth
Syntax = (
    Number | Ident | Apply | Subscript | Minus | Sum | Product | Quotient | Power | Transpose | Prime | Big
    | Relation | Logical | Truth | Branches | Derivative | Bars | Norm | Delta
    | Extent | Column | Components | Ones
)  # fmt: skip
