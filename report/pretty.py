"""A formula in two dimensions: the boxes are SymPy's, the order of everything is that of our own tree.

SymPy's printer would sort terms and multiply fractions out; what is shown here is what was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from grader.formula.declare import Scope
from grader.formula.show import show
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Cond,
    Const,
    Deriv,
    Div,
    Expr,
    Index,
    IndexVar,
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
from report.paper import to_ascii

if TYPE_CHECKING:
    from sympy.printing.pretty.stringpict import prettyForm

TALLEST: Final = 7
"""A reading taller than this would push the rest off a small screen."""


def two_dimensional(
    sides: Sequence[Node], relations: Sequence[str], scope: Scope, *, width: int, unicode: bool = True
) -> str | None:
    """A formula, or an equation or chain of these sides, as a few lines.

    None where one line says the same, or where the box would not fit.
    """
    if not any(_rises(node) for side in sides for node in walk(side)):
        return None  # and SymPy is not imported: most of a first answer's time

    from sympy.printing.pretty.pretty_symbology import pretty_use_unicode

    before = pretty_use_unicode(unicode)
    try:
        form = _Printer(unicode, scope).chain(sides, relations)
        text = "\n".join(line.rstrip() for line in str(form).split("\n"))
    finally:
        pretty_use_unicode(before)
    if form.height() < 2 or form.height() > TALLEST or form.width() > width:
        return None
    return text


def _rises(node: Node) -> bool:
    """Whether a node may take more than a line."""
    raised = isinstance(node, Call) and node.function in ("exp", "transpose")
    return raised or isinstance(node, Div | Pow | Reduce | Deriv | Cases)


class _Printer:
    def __init__(self, unicode: bool, scope: Scope) -> None:
        from sympy.printing.pretty import stringpict

        self._pict = stringpict
        self._unicode = unicode
        self._scope = scope

    def chain(self, sides: Sequence[Node], relations: Sequence[str]) -> prettyForm:
        parts = [self.form(sides[0])]
        for relation, side in zip(relations, sides[1:], strict=True):
            parts += [self._text(f" {relation} "), self.form(side)]
        return self._row(*parts)

    def form(self, node: Node) -> prettyForm:
        """The box of a node. What has no two-dimensional shape of its own is set on one line."""
        match node:
            case Add(terms=terms):
                return self._sum(terms)
            case Neg(arg=arg):
                box = self._bracketed(arg, Add)
                return self._row(self._text("−" if box.height() == 1 else "− "), box)
            case Mul(factors=factors):
                return self._product(factors)
            case MatMul(left=left, right=right):
                return self._row(self._bracketed(left, Add, Neg), self._text("·"), self._bracketed(right, Add, Neg))
            case Div(num=num, den=den):
                return self._fraction(self.form(num), self.form(den))
            case Pow(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Call(function="exp", args=(arg,)):
                return self._raise(self._text("e"), self._text(show(arg, self._scope)))
            case Call(function="sqrt", args=(arg,)):
                return self._row(self._text("√"), self._parens(self.form(arg)))
            case Call(function="abs", args=(arg,)):
                return self._pf(*self.form(arg).parens("|", "|"))
            case Call(function="transpose", args=(arg,)):
                return self._raise(self._bracketed(arg, Add, Neg, Mul, Div, MatMul), self._text("T"))
            case Call(args=args) if any(self.form(arg).height() > 1 for arg in args):
                head = self._text(show(Call(node.function, (Name("x"),) * len(args))).split("(")[0])
                return self._row(head, self._parens(self._list(args)))
            case Reduce(op="sum" | "prod" | "mean", index=str()):
                return self._reduce(node)
            case Deriv(of=of, wrt=wrt, order=order) if wrt is not None and order <= 2:
                raised = "" if order == 1 else "²"
                top = self._row(self._text(f"∂{raised}"), self._bracketed(of, Add, Neg, Mul, Div))
                return self._fraction(top, self._row(self._text("∂"), self.form(wrt), self._text(raised)))
            case Cases(branches=branches, otherwise=otherwise):
                return self._cases(branches, otherwise)
            case _:
                return self._text(show(node, self._scope))

    def _sum(self, terms: tuple[Expr, ...]) -> prettyForm:
        parts = [self._bracketed(terms[0], Add)]
        for term in terms[1:]:
            negative = isinstance(term, Neg)
            parts.append(self._text(" − " if negative else " + "))
            parts.append(self._bracketed(term.arg if isinstance(term, Neg) else term, Add, Neg))
        return self._row(*parts)

    def _product(self, factors: tuple[Expr, ...]) -> prettyForm:
        parts: list[prettyForm] = []
        for factor in factors:
            if parts:
                parts.append(self._text("·"))
            parts.append(self._bracketed(factor, Add, Neg) if parts else self._bracketed(factor, Add))
        return self._row(*parts)

    def _power(self, base: Expr, exponent: Expr) -> prettyForm:
        simple = (
            isinstance(base, Name | Index | Size | IndexVar | Const)
            or (isinstance(base, Num) and base.value.denominator == 1 and base.value >= 0)
            or (isinstance(base, Call) and base.function in ("abs", "norm"))
        )
        box = self.form(base)
        raised = self._text(show(exponent, self._scope))  # on one line: a tower would be hard to read
        return self._raise(box if simple else self._parens(box), raised)

    def _reduce(self, node: Reduce) -> prettyForm:
        glyph = self._text({"sum": "Σ", "prod": "∏"}.get(node.op, node.op))
        first = f"{node.index} = {show(node.low, self._scope)}" if node.low is not None else str(node.index)
        if node.condition is not None:
            first += f", {show(node.condition, self._scope)}"
        tall = self._pf(*glyph.below(self._text(first)))
        if node.high is not None:
            tall = self._pf(*tall.above(self._text(show(node.high, self._scope))))
        tall.baseline = 1 if node.high is not None else 0
        return self._row(tall, self._text(" "), self._bracketed(node.body, Add, Neg))

    def _cases(self, branches: tuple[tuple[Cond, Expr], ...], otherwise: Expr | None) -> prettyForm:
        values = [self.form(value) for _, value in branches] + ([self.form(otherwise)] if otherwise is not None else [])
        tests = [f"where {show(test, self._scope)}" for test, _ in branches] + ["otherwise"]
        room = max(box.width() for box in values) + 2
        pairs = zip(values, tests, strict=False)  # there may be no "otherwise"
        rows = [self._row(box, self._text(" " * (room - box.width()) + test)) for box, test in pairs]
        wide = max(row.width() for row in rows)
        lines = [line.ljust(wide) for row in rows for line in row.picture]
        return self._pf(*self._pf("\n".join(lines), len(lines) // 2).parens("{", ""))

    def _fraction(self, top: prettyForm, bottom: prettyForm) -> prettyForm:
        text, _ = self._pict.stringPict.stack(top, self._pict.stringPict.LINE, bottom)
        return self._pf(text, top.height())

    def _raise(self, base: prettyForm, exponent: prettyForm) -> prettyForm:
        """The exponent's last line stands one above the base's first."""
        padded = self._pf("\n" * exponent.height() + str(base), exponent.height() + base.baseline)
        lifted = self._pf(str(exponent), exponent.height() + base.baseline)
        return self._row(padded, lifted)

    def _list(self, args: tuple[Expr, ...]) -> prettyForm:
        parts = [self.form(args[0])]
        for arg in args[1:]:
            parts += [self._text(", "), self.form(arg)]
        return self._row(*parts)

    def _bracketed(self, node: Expr, *weaker: type) -> prettyForm:
        box = self.form(node)
        return self._parens(box) if isinstance(node, weaker) else box

    def _parens(self, box: prettyForm) -> prettyForm:
        return self._pf(*box.parens())

    def _row(self, *boxes: prettyForm) -> prettyForm:
        first, *others = boxes
        for box in others:
            first = self._pf(*first.right(box))
        return first

    def _text(self, text: str) -> prettyForm:
        return self._pf(text if self._unicode else to_ascii(text))

    def _pf(self, text: object, baseline: int = 0) -> prettyForm:
        return self._pict.prettyForm(text, baseline, binding=self._pict.prettyForm.ATOM)
