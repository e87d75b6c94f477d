"""Grading a number: the typed formula and the true one, both as certain balls.

Without a stated tolerance, three significant digits are asked: rounded, or cut off behind the third.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from flint import arb

from grader.findings import in_order
from grader.formula import balls
from grader.formula.declare import Scope
from grader.formula.errors import Kink, NotCertain, Undefined, Unreadable
from grader.formula.read import read_formula
from grader.formula.show import show
from grader.formula.tree import Call, Expr, walk
from grader.verdict import Fact, Finding, Outcome, Place, Verdict, Witness
from questions.kinds import Number

DIGITS: Final = 3
MAX_LENGTH: Final = 2_000
_BITS: Final = 128
_DECIMAL: Final = re.compile(r"[-+−]?(?P<whole>\d*)(?:\.(?P<part>\d*))?(?:[eE](?P<power>[-+−]?\d{1,4}))?")
_COMMAS: Final = re.compile(r"[-+−]?\d+(?:,\d+)+(?:\.\d*)?\W*[^\W\d]*")
_LEAD: Final = re.compile(r"(?:[^=≈≃]*[=≈≃])?\s*~?\s*", re.DOTALL)
_UNIT: Final = re.compile(r"(?<![\w.^_{\\])(?P<unit>%|°|[^\W\d_]+)\s*$")
_LOGARITHMIC: Final = frozenset(
    {"log", "log2", "log10", "log1p", "softplus", "log_sigmoid", "logsumexp", "log_softmax", "xlogy", "logaddexp"}
)
_BASES: Final = {"2": 2, "10": 10}
_FACTORS: Final = tuple(factor for k in (2, 3, 4, 10, 100, 1000) for factor in (Fraction(k), Fraction(1, k)))


@dataclass(frozen=True, slots=True)
class _Read:
    """A number as read: its formula, its value, and what was typed if it is a plain decimal."""

    expr: Expr
    value: arb
    decimal: str | None
    shown: str


def grade_number(question: Number, text: str) -> Verdict:
    """Within the tolerance, or else what the number is instead."""
    try:
        typed = _read(text, question.unit)
    except Unreadable as error:
        return _unreadable(text, error)
    except (Undefined, Kink):
        found = Finding("unreadable", where=_place(text, 0, len(text)), data={"expected": ("a number that exists",)})
        return Verdict("number", "unreadable", 0.0, "place", findings=(found,))
    except NotCertain:
        return Verdict("number", "undecided", None)
    if isinstance(typed, Finding):
        outcome: Outcome = "wrong" if typed.code == "wrong-unit" else "unreadable"
        if outcome == "unreadable":
            return Verdict("number", outcome, 0.0, "place", findings=(typed,))
        stated = Witness({}, f"{question.answer} {question.unit}", text.strip())
        return Verdict("number", outcome, 0.0, "witness", findings=(typed,), witness=stated)
    return _compare(question, typed)


def _compare(question: Number, typed: _Read) -> Verdict:
    expr = read_formula(question.answer, Scope())
    try:
        truth = _value(expr)
        allowed = _value(read_formula(question.tolerance, Scope())) if question.tolerance is not None else None
    except (Undefined, Kink, NotCertain) as fault:
        return Verdict("number", "undecided", None, details={"fault": type(fault).__name__})
    if _near(typed.value, truth, allowed):
        return Verdict("number", "right", 1.0, "proved", reading=typed.shown)
    witness = Witness({}, digits(truth), digits(typed.value))
    findings = in_order(_diagnosis(typed.value, truth, allowed, expr))
    few = None if findings else _too_few_digits(typed, truth, allowed)
    if few is not None:
        return Verdict("number", "partly", 0.5, "witness", reading=typed.shown, findings=(few,), witness=witness)
    findings = findings or (Finding("wrong-value"),)
    return Verdict("number", "wrong", 0.0, "witness", reading=typed.shown, findings=findings, witness=witness)


def _value(expr: Expr) -> arb:
    return balls.value(expr, Scope(), {}, {}, bits=_BITS).items[0]


def _near(got: arb, truth: arb, allowed: arb | None) -> bool:
    """Not certainly further off than allowed: a tie at the very edge counts as near."""
    if not (got.is_finite() and truth.is_finite()):
        return bool(got == truth)
    error = got - truth
    if allowed is not None:
        return not abs(error) > allowed
    unit = _unit_of_digit(truth)
    cut_off = error * truth < 0 and abs(got) < abs(truth)
    return not abs(error) >= unit if cut_off else not abs(error) > unit / 2


def _unit_of_digit(truth: arb) -> arb:
    """One in the last asked digit. Of zero, one hundredth of one hundredth."""
    rounded = _decimal(truth)
    power = rounded.adjusted() - DIGITS + 1 if rounded else -4
    return balls.ball(Fraction(10) ** power)


def _too_few_digits(typed: _Read, truth: arb, allowed: arb | None) -> Finding | None:
    """The typed decimal is the truth rounded, but to fewer digits than asked."""
    if typed.decimal is None or not (match := _DECIMAL.fullmatch(typed.decimal)):
        return None
    whole, part = match["whole"], match["part"] or ""
    count = len((whole + part).lstrip("0"))
    last = int((match["power"] or "0").replace("−", "-")) - len(part)
    if count == 0 or (allowed is None and count >= DIGITS):
        return None
    if abs(typed.value - truth) > balls.ball(Fraction(10) ** last / 2):
        return None
    return Finding("too-few-digits", data={"digits": max(DIGITS, count + 1), "typed": count})


def _diagnosis(got: arb, truth: arb, allowed: arb | None, expr: Expr) -> list[Finding]:
    """What the wrong number is, relative to the truth. Each claim reproduces what was typed."""
    if not (got.is_finite() and truth.is_finite()) or truth.contains(0) or got.contains(0):
        return []
    findings = []
    sign = 1
    if got * truth < 0:
        findings.append(Finding("sign-flipped"))
        sign = -1
        if _near(-got, truth, allowed):
            return findings
    if any(isinstance(node, Call) and node.function in _LOGARITHMIC for node in walk(expr)):
        for base, number in _BASES.items():
            other = arb(number).log()
            if _near(sign * got, truth / other, _scaled(allowed, 1 / other)):
                return [*findings, Finding("log-base", data={"base": base})]
            if _near(sign * got, truth * other, _scaled(allowed, other)):
                return [*findings, Finding("log-base", data={"base": "e"})]
    for factor in _FACTORS:
        if _near(sign * got, truth * balls.ball(factor), _scaled(allowed, balls.ball(factor))):
            return [*findings, Finding("constant-factor", data={"factor": str(factor)})]
    return []  # a wrong sign explains a number only if nothing else is left over


def _scaled(allowed: arb | None, factor: arb) -> arb | None:
    return None if allowed is None else allowed * factor


def _read(text: str, unit: str | None) -> _Read | Finding:
    """The number in a text such as `L = 0.69 nats`. Raises what the reader and the evaluator raise."""
    if len(text) > MAX_LENGTH:
        return Finding("too-large", where=_place(text, MAX_LENGTH, 1), data={"what": "length", "limit": MAX_LENGTH})
    if not text.strip():
        return Finding("empty", where=Place(1, 1))
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    body = text[start:]
    per_cent = False
    if stripped := _without_unit(body, unit):
        body = stripped
    elif body.rstrip().endswith("%") and unit is None:
        body, per_cent = body.rstrip()[:-1], True
    try:
        # what stands before the number is blanked, not cut: an error keeps its place
        expr = read_formula(" " * start + body, Scope())
    except Unreadable as error:
        tail = _UNIT.search(body)
        if unit and error.code == "unknown-symbol" and tail and error.span.start >= start + tail.start():
            got = tail["unit"]
            where = _place(text, start + tail.start(), len(got))
            return Finding("wrong-unit", where=where, data={"expected": unit, "got": got})
        raise
    value = _value(expr) / 100 if per_cent else _value(expr)
    plain = body.strip()
    decimal = plain if _DECIMAL.fullmatch(plain) and not per_cent else None
    return _Read(expr, value, decimal, show(expr) + (" %" if per_cent else ""))


def _without_unit(body: str, unit: str | None) -> str | None:
    """The text before the expected unit, if it stands there (one nat, two nats)."""
    if not unit:
        return None
    trimmed = body.rstrip()
    for spelling in dict.fromkeys((unit, unit + "s", unit.removesuffix("s"))):
        before = trimmed[: -len(spelling)]
        if trimmed.lower().endswith(spelling.lower()) and before.strip() and not before[-1:].isalpha():
            return before
    return None


def _unreadable(text: str, error: Unreadable) -> Verdict:
    where = _place(text, error.span.start, max(1, error.span.end - error.span.start))
    data: dict[str, Fact] = {"expected": error.expected, **error.data}
    if _COMMAS.fullmatch(text.strip()):
        data["decimal_comma"] = True
    return Verdict("number", "unreadable", 0.0, "place", findings=(Finding(error.code, where=where, data=data),))


def _place(text: str, offset: int, length: int) -> Place:
    line_start = text.rfind("\n", 0, offset) + 1
    return Place(text.count("\n", 0, offset) + 1, offset - line_start + 1, max(1, length))


def _decimal(value: arb) -> Decimal:
    """The midpoint, to thirty digits: enough that a ball around 1/1000 is not taken for less."""
    mantissa, exponent = value.mid().man_exp()
    fraction = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return Context(prec=30).divide(Decimal(fraction.numerator), Decimal(fraction.denominator))


def digits(value: arb) -> str:
    """Fifteen digits, and … where more would follow."""
    if not value.is_finite():
        return "inf" if value > 0 else "-inf"
    exact = _decimal(value).normalize()
    short = Context(prec=15).plus(exact).normalize()
    text = f"{short:f}" if -7 <= short.adjusted() < 15 else f"{short:E}".lower()
    return text if short == exact else text + "…"
