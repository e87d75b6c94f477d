"""A part that goes component by component, as a loss of one number: g(t), t an affine formula of the variable.

What the means for one real variable prove of g (for every t in reach and every value of the other parts) holds of g
at each component, and so of their sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Final

from grader.formula.declare import REAL, Classes, Finite, Integers, OneHot, Scope, Simplex, Variable
from grader.formula.functions import FUNCTIONS
from grader.formula.rebuild import replaced
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    MatMul,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Size,
    walk,
)
from grader.properties import shape, slopes, values
from grader.properties.analysis import Property
from grader.properties.evidence import Judge, everywhere
from grader.properties.reduce import NotOneVariable, Subject, subject_of
from grader.properties.vectors.convexity import Bends
from grader.symbolic.task import Problem

NUMBER: Final = "t"
_PART: Final = "lossprep_part"
_JUDGES: Final[dict[str, tuple[Judge, int | None]]] = {
    "nonnegative": (values.nonnegative, 0),
    "convex": (shape.convex, None),
    "strictly-convex": (shape.strictly_convex, None),
    "strongly-convex": (shape.strongly_convex, 2),
    "differentiable": (slopes.differentiable, None),
    "twice-differentiable": (slopes.twice_differentiable, None),
    "lipschitz": (slopes.lipschitz, 1),
}


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """g and what t stands for in it."""

    subject: Subject
    of: Expr


class Elements:
    """The parts of one loss that go by components, each looked at once."""

    def __init__(self, bends: Bends, deadline: float) -> None:
        self.bends, self.deadline = bends, deadline
        self.scope: Scope = bends.scope
        self._known: dict[Expr, dict[tuple[bool, bool], Element | None]] = {}
        self._answers: dict[tuple[Expr, str], Property] = {}

    def holds(self, body: Expr, name: str, *, of: Expr | None = None) -> Property | None:
        """The property of g, if it is proved; with `of`, g is taken as a function of just that formula."""
        for element in self._elements(body):
            if of is not None and element.of != of:
                continue
            key = Mul((body, element.of)), name
            if key not in self._answers:
                judge, order = _JUDGES[name]
                self._answers[key] = everywhere(element.subject, name, judge, order)
            if self._answers[key].answer == "yes":
                return self._answers[key]
        return None

    def _elements(self, body: Expr) -> Iterator[Element]:
        """The readings of a body, made when they are needed."""
        seen = self._known.setdefault(body, {})
        for way in product((False, True), (True, False)):
            if way not in seen:
                seen[way] = self._element(body, opaque=way[0], whole=way[1])
            element = seen[way]
            if element is not None:
                yield element

    def _element(self, body: Expr, *, whole: bool, opaque: bool) -> Element | None:
        """`whole`: t is as large a part as possible (Xw − y), else as small a one (Xw). `opaque`: so are the other
        parts (log q_k rather than q_k)."""
        inside: set[Expr] = set()
        parts: dict[Expr, Variable] = {}

        def change(node: Node) -> Node | None:
            if not isinstance(node, Expr) or isinstance(node, Num):
                return None
            bend = self.bends.of(node)
            match node:
                case Call("xlogy", (u, v)) if bend != "flat" and self.bends.of(v) == "flat":
                    return replaced(Mul((u, Call("log", (v,)))), change)
            if bend == "flat" and (opaque or not _is_step(node)):
                if isinstance(node, Name) and not self.scope.shape(node.name):
                    parts[node] = self.scope.variables[node.name]
                elif node not in parts:
                    parts[node] = self._part(node, len(parts))
                return Name(parts[node].name)
            if bend == "flat":
                return None
            if bend == "affine" and (whole or not isinstance(node, Add | Neg | Mul | Div)):
                inside.add(node)
                return Name(NUMBER)
            return None

        flat = replaced(body, change)
        if len(inside) != 1 or any(variable.name == NUMBER for variable in parts.values()) or not _by_components(flat):
            return None
        (of,) = inside
        variables = {NUMBER: Variable(NUMBER, self.bends.signs.of(of))}
        variables |= {variable.name: replace(variable, default=None) for variable in parts.values()}
        problem = Problem(Scope(variables), flat, Name(NUMBER))
        try:
            return Element(subject_of(problem, None, deadline=self.deadline), of)
        except NotOneVariable:
            return None

    def _part(self, node: Expr, number: int) -> Variable:
        name = f"{_PART}{number}"
        base = node.base if isinstance(node, Index) else node
        if isinstance(base, Name):
            match self.scope.variables[base.name].domain:
                case Finite() | Integers() as domain:
                    return Variable(name, domain)
                case OneHot():
                    return Variable(name, Finite((Fraction(0), Fraction(1))))
                case Classes():
                    return Variable(name, REAL)
                case Simplex():
                    pass
        return Variable(name, self.bends.signs.of(node))


def _is_step(node: Expr) -> bool:
    """Whether a part is put together component by component from smaller ones."""
    if isinstance(node, Call):
        return FUNCTIONS[node.function].rule == "elementwise"
    return isinstance(node, Add | Neg | Mul | Div | Pow | Cases | Indicator)


def _by_components(expr: Expr) -> bool:
    """Whether nothing is left that mixes components."""
    for node in walk(expr):
        if isinstance(node, Reduce | MatMul | Index | IndexVar | Size):
            return False
        if isinstance(node, Call) and FUNCTIONS[node.function].rule != "elementwise":
            return False
    return True
