"""Names: one canonical form for all spellings, and the vocabulary that a scope gives to a reader."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from grader.formula.declare import Definition, Scope, Variable
from grader.formula.functions import BY_SPELLING
from grader.formula.reader import symbols

Meaning = Literal[
    "name", "index", "size", "function", "big", "constant", "loss", "identity", "matrix-row", "delta", "derivative"
]

BIG: Final = {
    "sum": "sum", "Sum": "sum", "nansum": "sum", "Σ": "sum", "mean": "mean", "avg": "mean", "average": "mean",
    "prod": "prod", "product": "prod", "Π": "prod",
}  # fmt: skip
"""Operators that take an index or run over all components."""
EXTREMES: Final = {"max": "max", "min": "min", "amax": "max", "amin": "min"}
CONSTANTS: Final = {"e": "e", "pi": "pi", "inf": "inf", "infinity": "inf", "oo": "inf"}
LOSS_NAMES: Final = frozenset(("L", "ell", "loss", "Loss"))
CALLS: Final = {
    "where": "where", "Piecewise": "Piecewise", "square": "square", "power": "power", "pow": "power",
    "divide": "divide", "multiply": "multiply", "matmul": "matmul", "negative": "negative", "reciprocal": "reciprocal",
    "subtract": "subtract", "add": "add", "logical_not": "not", "heaviside": "heaviside", "Heaviside": "heaviside",
    "float": "float", "array": "float", "equal": "equal", "indicator": "indicator", "Indicator": "indicator",
    "trans": "transpose", "KroneckerDelta": "kronecker", "int": "whole", "float64": "float", "float32": "float",
    "asarray": "float", "tensor": "float", "len": "len", "size": "size", "numel": "size", "cbrt": "cbrt",
    "hypot": "hypot", "asinh": "asinh", "arcsinh": "asinh", "arsinh": "asinh", "acosh": "acosh", "arccosh": "acosh",
    "arcosh": "acosh", "atanh": "atanh", "arctanh": "atanh", "artanh": "atanh", "asin": "asin", "arcsin": "asin",
    "acos": "acos", "arccos": "acos", "sech": "sech", "csch": "csch", "coth": "coth", "sec": "sec", "csc": "csc",
    "cot": "cot", "polygamma": "polygamma", "factorial": "factorial", "unsqueeze": "unsqueeze",
    "expand_dims": "unsqueeze", "reshape": "reshape", "view": "reshape", "tr": "trace", "trace": "trace", "Tr": "trace",
}  # fmt: skip
"""Calls that are rewritten while reading; no function of the tree."""
CALLED: Final = frozenset(("len", "size", "int", "numel", "tensor", "asarray", "tr", "trace", "Tr"))
"""Of these, words that mean a function only right before a bracket."""
SHORT: Final = {"eps": "epsilon", "lam": "lambda"}
"""What programs call a Greek letter (`lambda` is no name in Python), unless it is declared itself."""
STEPS: Final = frozenset(("H", "Theta"))
"""Heaviside's step, where the letter is not declared and a bracket follows."""
_LOSSES = "cost obj objective err error risk energy nll bce mse mae ce kl xent hinge"
LOSS_WORDS: Final = frozenset(_LOSSES.split())
"""Words that name a loss in `dcost/dz`, and are never split there."""
OPERATORS_AS_WORDS: Final = frozenset(
    ("if", "else", "otherwise", "and", "or", "not", "for", "in", "when", "elif", "then")
)

_DISPLAY_MARKS: Final = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}


@lru_cache(maxsize=1 << 13)
def canonical(spelling: str) -> str:
    """The one form of all spellings: `ŷ`, `y_hat`, `yhat` give `yhat`; `σ₂` (as `σ_2`) gives `sigma_2`."""
    out: list[str] = []
    for char in spelling:
        if char in symbols.MARKS:
            out.append(symbols.MARKS[char])
        else:
            out.append(symbols.GREEK.get(char, char))
    name = "".join(out)
    for mark in symbols.MARK_OF:
        name = name.replace(f"_{mark}_", f"{mark}_")
        if name.endswith(f"_{mark}"):
            name = name[: -len(mark) - 1] + mark
    return name.rstrip("_") or name


def display(name: str) -> str:
    """A canonical name as it is shown: `yhat` gives `ŷ`, `sigma_2` gives `σ_2`."""
    base, underscore, rest = name.partition("_")
    mark = next((m for m in symbols.MARK_OF if base.endswith(m) and base != m), "")
    stem = base.removesuffix(mark)
    letter = symbols.GREEK_BY_NAME.get(stem, stem)
    if stem[:3] in ("cos", "sin", "tan") and stem[3:] in symbols.GREEK_BY_NAME:
        letter = stem[:3] + symbols.GREEK_BY_NAME[stem[3:]]  # a name by itself: cosθ
    if mark and len(letter) != 1:
        letter, mark = symbols.GREEK_BY_NAME.get(base, base), ""
    shown = unicodedata.normalize("NFC", letter + (_DISPLAY_MARKS[mark] if mark else ""))
    return shown + underscore + rest


@dataclass(frozen=True)
class Vocabulary:
    """What each canonical spelling means in a scope. Built once for each scope and set of new names."""

    scope: Scope
    names: Mapping[str, str] = field(default_factory=dict)
    """Spelling (canonical) to declared name, aliases and `x1` for `x_1` included."""
    sizes: frozenset[str] = frozenset()
    longest: int = 1

    @classmethod
    def of(cls, scope: Scope) -> Vocabulary:
        """The vocabulary of a scope. The last one is kept: every side of a derivation asks for it."""
        global _last
        if _last is None or _last.scope is not scope:
            _last = cls._made(scope)
        return _last

    @classmethod
    def _made(cls, scope: Scope) -> Vocabulary:
        names: dict[str, str] = {}
        entries: list[Variable | Definition] = [*scope.variables.values(), *scope.definitions.values()]
        for entry in entries:
            for spelling in (entry.name, *entry.aliases):
                names.setdefault(spelling, entry.name)
        for spelling, name in list(names.items()):
            for other in _digit_spellings(spelling):
                names.setdefault(other, name)
        for short, letter in SHORT.items():
            for spelling, other in ((short, letter), (letter, short)):
                if other in names:
                    names.setdefault(spelling, names[other])
        sizes = frozenset(scope.dims)
        return cls(scope, names, sizes, max(map(len, [*names, *sizes]), default=1))

    def suggestion(self, symbol: str) -> str | None:
        """The declared name (as shown) or function nearest to a spelling that means nothing."""
        wanted = canonical(symbol)
        for name in self.names.values():
            if name.lower() == wanted.lower():
                return display(name)
        for mark in symbols.MARK_OF:
            if (plain := self.names.get(wanted.removesuffix(mark))) is not None:
                return display(plain)
        known: dict[str, str] = {spelling: display(name) for spelling, name in self.names.items()}
        known |= {name: name for name in self.sizes}
        if len(symbol) > 2:
            known |= {name: name for name in (*BY_SPELLING, *BIG) if len(name) > 2}
        close = difflib.get_close_matches(wanted, known, n=1, cutoff=0.65)
        return known[close[0]] if close else None

    @property
    def known(self) -> str:
        """The declared names, as shown, separated by commas."""
        declared = (*self.scope.variables, *(name for name in self.scope.definitions if name != "L"))
        return ", ".join(_unique(display(name) for name in declared))


_last: Vocabulary | None = None


@dataclass
class LossNames:
    """The one name, beside `L`, by which a text calls the loss in `dE/dz`. `others` are introduced in the text."""

    others: frozenset[str] = frozenset()
    taken: str | None = None

    def take(self, word: str) -> bool:
        """Whether a word that means nothing else names the loss; the first one that does is the only one."""
        name = canonical(word)
        if name in self.others:
            return False
        self.taken = self.taken or name
        return self.taken == name


def _digit_spellings(name: str) -> Iterable[str]:
    """`x1` and `x_1` are one where only one of them is declared."""
    stem, underscore, digits = name.rpartition("_")
    if underscore and digits.isdigit() and stem:
        yield stem + digits
    head = name.rstrip("0123456789")
    if head != name and head and not head.endswith("_"):
        yield head + "_" + name[len(head) :]


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
