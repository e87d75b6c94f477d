"""A tree as one line of Unicode: how the reader says what it understood (`2·(ŷ − y)/n`).

What is shown reads back as the same tree: brackets stand wherever the reader would group otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from grader.formula.declare import (
    Classes,
    Definition,
    Domain,
    Finite,
    Integers,
    Interval,
    OneHot,
    Scope,
    Simplex,
    Variable,
)  # fmt: skip
from grader.formula.names import display
from grader.formula.reader import symbols
from grader.formula.reader.pieces import is_ones
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Compare,
    Const,
    Deriv,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Logic,
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
)  # fmt: skip

_SUM, _PRODUCT, _SIGNED, _POWER, _ATOM = range(5)
"""How tightly a piece of text holds together."""

_SUPERSCRIPTS: Final = {plain: sign for sign, plain in symbols.SUPERSCRIPTS.items()}
_VULGAR: Final = {value: sign for sign, value in symbols.VULGAR.items() if sign in "⅓⅔⅙⅚⅐⅑½"}
_COMPARE: Final = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}


def show(node: Node, scope: Scope | None = None) -> str:
    """The node on one line. With the scope, products of vectors are told from products of matrices, and a
    declared σ from the function."""
    return _Show(node, scope).text(node, _SUM)


def show_name(name: str) -> str:
    """A canonical name as it is shown: `ŷ` for `yhat`."""
    return display(name)


def show_number(value: Fraction, *, decimal: bool = False) -> str:
    """A number: whole, decimal where it ends soon, else a fraction in brackets. `decimal`: typed as a decimal, and
    so never shown as `½`."""
    if value.denominator == 1:
        return _minus(str(value.numerator))
    if abs(value) in _VULGAR and not decimal:
        return ("−" if value < 0 else "") + _VULGAR[abs(value)]
    written = _decimal(value)
    return _minus(written) if written is not None else f"({_minus(str(value.numerator))}/{value.denominator})"


def show_domain(domain: Domain) -> str:
    """A domain as it is declared."""
    match domain:
        case Interval(None, None):
            return "real"
        case Interval(low, high, low_open, high_open):
            if high is None and low == 0:
                return "positive" if low_open else "nonnegative"
            ends = "−∞" if low is None else show_number(low), "∞" if high is None else show_number(high)
            return f"{'(' if low_open else '['}{ends[0]}, {ends[1]}{')' if high_open else ']'}"
        case Integers():
            return "integer"
        case Finite(values):
            return "{" + ", ".join(show_number(value) for value in values) + "}"
        case Simplex():
            return "simplex"
        case OneHot():
            return "onehot"
        case Classes(count):
            return f"index({count})"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _decimal(value: Fraction) -> str | None:
    rest, places = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        places = max(places, count)
    if rest != 1 or places > 400:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator)
    sign = "-" if value < 0 else ""
    if places > 12:
        return f"{sign}{digits}e-{places}"
    digits = digits.rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


class _Show:
    def __init__(self, root: Node, scope: Scope | None) -> None:
        self.scope = scope
        named = {node.name for node in walk(root) if isinstance(node, Name)}
        if scope is not None:
            named |= {*scope.variables, *scope.definitions}
            entries: list[Variable | Definition] = [*scope.variables.values(), *scope.definitions.values()]
            named |= {alias for entry in entries for alias in entry.aliases}
        self.named = named

    def text(self, node: Node, level: int) -> str:
        """The text of a node where something of at least `level` may stand."""
        shown, own = self._shown(node)
        return shown if own >= level else f"({shown})"

    def _shown(self, node: Node) -> tuple[str, int]:
        match node:
            case Num(value):
                text = show_number(value, decimal=node.decimal)
                return text, _SIGNED if text.startswith("−") else _ATOM
            case Const(name):
                return {"e": "e", "pi": "π", "inf": "∞"}[name], _ATOM
            case Name(name):
                return display(name), _ATOM
            case IndexVar(name) | Size(name):
                return name, _ATOM
            case Index(base, subscripts):
                return self._index(base, subscripts), _ATOM
            case Add(terms):
                return self._add(terms), _SUM
            case Neg(arg):
                return "−" + self.text(arg, _PRODUCT), _PRODUCT if isinstance(arg, Neg) else _SUM
            case Mul(factors):
                return self._mul(factors), _PRODUCT
            case MatMul(left, right):
                whole = self._left(left)
                if isinstance(left, Mul) and self._elementwise(left.factors[:-1], left.factors[-1]):
                    whole = f"({whole})"  # (a⊙b)·cᵀ
                return f"{whole}·{self._right(right)}", _PRODUCT
            case Div(num, den):
                return f"{self._left(num)}/{self._right(den)}", _PRODUCT
            case Pow(base, exponent):
                return self._power(base, exponent), _POWER
            case Call():
                return self._call(node)
            case Reduce():
                return self._reduce(node)
            case Indicator(condition):
                return f"1[{self._condition(condition)}]", _ATOM
            case Compare() | Logic():
                return self._condition(node), _SUM
            case Cases(branches, otherwise):
                parts = [f"{self._branch(value)} if {self._condition(condition)}" for condition, value in branches]
                if otherwise is not None:
                    parts.append(f"{self._branch(otherwise)} otherwise")
                return "{" + "; ".join(parts) + (";" if otherwise is None and len(parts) == 1 else "") + "}", _ATOM
            case Deriv(of, wrt, order):
                return self._deriv(of, wrt, order)

    def _branch(self, node: Expr) -> str:
        return self.text(node, _SUM)

    def _left(self, node: Expr) -> str:
        """The left operand of a product: open-ended operators are closed off."""
        return self._closed(node, _PRODUCT)

    def _right(self, node: Expr, *, last: bool = True) -> str:
        """A right operand; an operator that takes what follows may stand at the end."""
        if last and isinstance(node, Reduce) and node.index is not None:
            return self._shown(node)[0]
        return self._closed(node, _POWER)

    def _closed(self, node: Expr, level: int) -> str:
        shown, own = self._shown(node)
        return f"({shown})" if own < level or _reaches(node) else shown

    def _add(self, terms: Sequence[Expr]) -> str:
        out = self.text(terms[0], _PRODUCT) if not isinstance(terms[0], Neg) else self._shown(terms[0])[0]
        for term in terms[1:]:
            if isinstance(term, Neg):
                out += " − " + self.text(term.arg, _PRODUCT)
            elif isinstance(term, Num) and term.value < 0:
                out += " − " + show_number(-term.value, decimal=term.decimal)
            else:
                out += " + " + self.text(term, _PRODUCT)
        return out

    def _mul(self, factors: Sequence[Expr]) -> str:
        out = self._left(factors[0]) if not isinstance(factors[0], Mul) else f"({self._shown(factors[0])[0]})"
        for position, factor in enumerate(factors[1:], start=1):
            sign = "⊙" if self._elementwise(factors[:position], factor) else "·"
            if sign == "⊙" and position == 1 and isinstance(factors[0], MatMul):
                out = f"({out})"  # (W·r)⊙s
            out += sign + self._right(factor, last=position == len(factors) - 1)
        return out

    def _elementwise(self, left: Sequence[Expr], right: Expr) -> bool:
        if self.scope is None:
            return False
        shape = shape_of(right, self.scope)
        beside = [other for factor in left if (other := shape_of(factor, self.scope))]
        return bool(shape) and bool(beside) and all(other == shape for other in beside)

    def _power(self, base: Expr, exponent: Expr) -> str:
        body = self._closed(base, _ATOM)
        if (
            isinstance(exponent, Num)
            and exponent.value.denominator == 1
            and abs(exponent.value) < 1000
            and exponent.value >= 0
        ):
            return body + "".join(_SUPERSCRIPTS[digit] for digit in str(exponent.value))
        if isinstance(exponent, Name | Size | Num | Const):
            shown, own = self._shown(exponent)
            if own == _ATOM and "_" not in shown:
                return f"{body}^{shown}"
        return f"{body}^({self.text(exponent, _SUM)})"

    def _index(self, base: Expr, subscripts: Sequence[Expr]) -> str:
        parts = [self._position(subscript) for subscript in subscripts]
        simple = len(parts) == 1 and (parts[0].isdigit() or (len(parts[0]) == 1 and parts[0].isalpha()))
        shown, own = self._shown(base)
        if (
            own < _ATOM
            or not isinstance(base, Name | Call)
            or (isinstance(base, Call) and base.function == "transpose")
        ):
            shown = f"({shown})"
        return f"{shown}_{parts[0]}" if simple else f"{shown}_{{{','.join(parts)}}}"

    def _position(self, node: Expr) -> str:
        """A position as a subscript counting from 1."""
        match node:
            case Num(value):
                return str(value + 1)
            case IndexVar(name):
                return name
            case Name() | Index():
                return self._shown(node)[0]
            case Size(name):
                return f"{name}+1"
            case Add(terms):
                return self._position_sum(terms)
        return self.text(node, _SUM)

    def _position_sum(self, terms: Sequence[Expr]) -> str:
        letters = [t for t in terms if not isinstance(t, Num)]
        number = sum((t.value for t in terms if isinstance(t, Num)), Fraction(0))
        if not any(isinstance(t, IndexVar | Name | Index) for t in letters):
            number += 1
        text = "+".join(self._shown(t)[0] for t in letters)
        if number:
            text += f"{'+' if number > 0 else '-'}{abs(number)}"
        return text

    # -- calls

    def _call(self, node: Call) -> tuple[str, int]:
        name, args = node.function, node.args
        match name:
            case "abs":
                inner = self.text(args[0], _SUM)
                return (f"abs({inner})" if any(c in inner for c in "|‖") else f"|{inner}|"), _ATOM
            case "norm":
                inner = self.text(args[0], _SUM)
                if not any(c in inner for c in "|‖"):
                    order = "" if len(args) == 1 else "_" + self.text(args[1], _ATOM)
                    return f"‖{inner}‖{order}", _ATOM
            case "transpose":
                return self._closed(args[0], _ATOM) + "ᵀ", _ATOM
            case "sqrt":
                return f"√({self.text(args[0], _SUM)})", _ATOM
            case "sigmoid":
                name = "sigmoid" if "sigma" in self.named else "σ"
            case "gamma":
                name = "Γ"
            case "diag" if is_ones(node) and isinstance(args[0], Call):
                return f"𝟙_{self._shown(args[0].args[0])[0]}", _ATOM
            case "eye" if isinstance(args[0], Size):
                return f"eye({args[0].name})", _ATOM
        return f"{name}({', '.join(self.text(arg, _SUM) for arg in args)})", _ATOM

    def _reduce(self, node: Reduce) -> tuple[str, int]:
        if node.index is None:
            return f"{node.op}({self.text(node.body, _SUM)})", _ATOM
        sign = "Σ" if node.op == "sum" and "Sigma" not in self.named else node.op
        binder = node.index
        high = ""
        if node.low is not None or node.high is not None or not self._tells_dimension(node):
            low = "" if node.low is None else self._position(node.low)
            end = str(node.over) if node.high is None else self._position(node.high)
            if low or node.condition is None:
                binder += f"={low or 1}"
            high = f"^{end}" if len(end) == 1 else f"^{{{end}}}"
        if node.condition is not None:
            binder += (", " if "=" in binder else ": ") + self._condition(node.condition)
        below = f"_{binder}" if len(binder) == 1 else f"_{{{binder}}}"
        body = self.text(node.body, _PRODUCT)
        return f"{sign}{below}{high} {body}", _PRODUCT

    def _tells_dimension(self, node: Reduce) -> bool:
        return any(
            isinstance(part, Index) and any(isinstance(s, IndexVar) and s.name == node.index for s in part.subscripts)
            for part in walk(node.body)
        )

    def _deriv(self, of: Expr, wrt: Expr | None, order: int) -> tuple[str, int]:
        power = "" if order == 1 else "".join(_SUPERSCRIPTS[digit] for digit in str(order))
        if wrt is None:
            if order == 1 and not self._takes_prime(of):
                return f"∇{self.text(of, _ATOM)}", _PRODUCT
            return f"{self.text(of, _ATOM)}{chr(39) * order}", _ATOM
        above = self.text(of, _SUM)
        if not (isinstance(of, Name | Index) or _bracketed(above)):
            above = f"({above})"
        return f"∂{power}{above}/∂{self._shown(wrt)[0]}{power}", _POWER

    def _takes_prime(self, node: Expr) -> bool:
        """Whether `node'` is a derivative: of the loss, of a scalar that is defined."""
        if self.scope is None or node == Name("L"):
            return True
        return shape_of(node, self.scope) == () and not (isinstance(node, Name) and node.name in self.scope.variables)

    # -- conditions

    def _condition(self, node: Node) -> str:
        match node:
            case Compare(op, left, right):
                place = _is_place(left) or _is_place(right)
                sides = [self._place(side) if place else self.text(side, _SUM) for side in (left, right)]
                return f"{sides[0]} {_COMPARE[op]} {sides[1]}"
            case Logic("not", (arg,)):
                return f"not ({self._condition(arg)})"
            case Logic(op, args):
                return f" {op} ".join(
                    f"({self._condition(a)})" if isinstance(a, Logic) else self._condition(a) for a in args
                )
        return self.text(node, _SUM)

    def _place(self, node: Expr) -> str:
        return self._position(node)


def _bracketed(text: str) -> bool:
    """Whether the text is a named function of one bracket that ends it, such as `σ(z)`."""
    name, opening, rest = text.partition("(")
    return name.isalnum() and name[0].isalpha() and bool(opening) and rest.find(")") == len(rest) - 1


def _is_place(node: Expr) -> bool:
    """Whether the side of a comparison counts positions: an index, or one moved by a number."""
    parts = node.terms if isinstance(node, Add) else (node,)
    return any(isinstance(part, IndexVar) for part in parts) and all(isinstance(p, IndexVar | Num) for p in parts)


def _reaches(node: Expr) -> bool:
    """Whether the text of a node goes on to take what follows it."""
    if isinstance(node, Reduce):
        return node.index is not None
    if isinstance(node, Mul):
        return _reaches(node.factors[-1])
    if isinstance(node, MatMul):
        return _reaches(node.right)
    if isinstance(node, Div):
        return _reaches(node.den)
    return isinstance(node, Neg) or (isinstance(node, Deriv) and node.wrt is None and node.of != Name("L"))
