"""An analysis as JSON (DESIGN, section 4): formulas on one line, a property's value in ASCII."""

from __future__ import annotations

from typing import Any

from grader.formula.show import show
from grader.formula.tree import Expr
from grader.properties.analysis import Analysis, End, Kink, Named, Property
from report.analysis_view import Analysed, unwrapped
from report.analysis_words import detail
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
        "kinks": [_kink(kink, found) for kink in found.kinks],
        "ends": [_end(end, found) for end in found.ends],
        "minimiser": _named(found.minimiser),
        "likelihood": _named(found.likelihood),
        "invariances": [_named(item) for item in found.invariances],
        "sources": list(loss.known.sources) if loss.known else [],
        "seconds": round(found.seconds, 6),
    }


def _property(item: Property, found: Analysis) -> dict[str, Any]:
    return {
        "answer": item.answer,
        "evidence": item.evidence,
        "detail": detail(item, found.wrt),
        "value": None if item.value is None else ascii_formula(item.value, found),
    }


def ascii_formula(expr: Expr, found: Analysis) -> str:
    """`8/27`, `c^2/6`, `delta`: what our reader reads back as the same formula."""
    return to_ascii(unwrapped(show(expr, found.scope)))


def _text(expr: Expr | None, found: Analysis) -> str | None:
    return None if expr is None else show(expr, found.scope)


def _limit(expr: Expr | None, found: Analysis) -> str | None:
    return None if expr is None else ascii_formula(expr, found)


def _kink(kink: Kink, found: Analysis) -> dict[str, Any]:
    return {
        "at": _limit(kink.at, found),
        "left": _limit(kink.left, found),
        "right": _limit(kink.right, found),
        "jump": kink.jump,
        "cases": plain(kink.cases),
    }


def _end(end: End, found: Analysis) -> dict[str, Any]:
    return {
        "at": _limit(end.at, found),
        "loss": _limit(end.loss, found),
        "slope": _limit(end.slope, found),
        "growth": end.growth,
        "order": end.order,
        "cases": plain(end.cases),
    }


def _named(named: Named | None) -> dict[str, Any] | None:
    return None if named is None else {"name": named.name, "facts": plain(named.facts)}
