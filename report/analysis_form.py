"""An analysis as JSON (DESIGN, section 4): formulas on one line, a property's value in ASCII."""

from __future__ import annotations

from typing import Any

from grader.formula.show import show
from grader.formula.tree import Expr
from grader.properties.analysis import Analysis, End, Kink, Named, Property
from report.analysis_view import Analysed, argument, constant_text
from report.json_form import plain
from report.paper import to_ascii


def analysis_form(loss: Analysed) -> dict[str, Any]:
    """The keys of the contract, then what else is known. Absent parts are null or empty, never left out."""
    found = loss.analysis
    return {
        "format": 1,
        "loss": show(found.loss, found.scope),
        "gradient": _text(found.gradient, found),
        "curvature": _text(found.curvature, found),
        "properties": {item.name: _property(item, found) for item in found.properties},
        "name": loss.known.name if loss.known else None,
        "wrt": to_ascii(found.wrt),
        "kinks": [_kink(kink) for kink in found.kinks],
        "ends": [_end(end) for end in found.ends],
        "minimiser": _named(found.minimiser),
        "likelihood": _named(found.likelihood),
        "invariances": [_named(item) for item in found.invariances],
        "silent": found.silent,
        "sources": list(loss.known.sources) if loss.known else [],
        "seconds": round(found.seconds, 6),
    }


def _property(item: Property, found: Analysis) -> dict[str, Any]:
    return {
        "answer": item.answer,
        "evidence": item.evidence,
        "detail": argument(item, found),
        "value": None if item.value is None else ascii_formula(item.value),
    }


def ascii_formula(expr: Expr) -> str:
    """`8/27`, `c^2/6`, `sqrt(5)*delta`: what our reader reads back as an equal formula."""
    return to_ascii(constant_text(expr))


def _text(expr: Expr | None, found: Analysis) -> str | None:
    return None if expr is None else show(expr, found.scope)


def _limit(expr: Expr | None) -> str | None:
    return None if expr is None else ascii_formula(expr)


def _kink(kink: Kink) -> dict[str, Any]:
    return {
        "at": _limit(kink.at),
        "left": _limit(kink.left),
        "right": _limit(kink.right),
        "jump": kink.jump,
        "cases": plain(kink.cases),
    }


def _end(end: End) -> dict[str, Any]:
    return {
        "at": _limit(end.at),
        "loss": _limit(end.loss),
        "slope": _limit(end.slope),
        "growth": end.growth,
        "order": end.order,
        "cases": plain(end.cases),
    }


def _named(named: Named | None) -> dict[str, Any] | None:
    return None if named is None else {"name": named.name, "facts": plain(named.facts)}
