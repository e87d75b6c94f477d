"""What names mean: typed variables over domains, definitions, and the scope that holds them.

Declarations are read from text by `grader.formula.read`; these are the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from grader.formula.tree import Dim, Expr, Shape


@dataclass(frozen=True, slots=True)
class Interval:
    """A real interval; None is an infinite end."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = True
    high_open: bool = True

    def __contains__(self, value: Fraction) -> bool:
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        return self.high is None or value < self.high or (not self.high_open and value == self.high)


@dataclass(frozen=True, slots=True)
class Integers:
    """All integers."""


@dataclass(frozen=True, slots=True)
class Finite:
    """One of the listed values."""

    values: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Simplex:
    """Non-negative and summing to one along the last axis."""


@dataclass(frozen=True, slots=True)
class OneHot:
    """One 1, else 0, along the last axis."""


@dataclass(frozen=True, slots=True)
class Classes:
    """A class label below `count`, counted from 0."""

    count: Dim


Domain = Interval | Integers | Finite | Simplex | OneHot | Classes

REAL = Interval()
POSITIVE = Interval(low=Fraction(0))
NONNEGATIVE = Interval(low=Fraction(0), low_open=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """`NAME[|ALIAS…]: DOMAIN[SHAPE] [= DEFAULT]`. All names are canonical."""

    name: str
    domain: Domain = REAL
    shape: Shape = ()
    aliases: tuple[str, ...] = ()
    default: Fraction | None = None

    @property
    def continuous(self) -> bool:
        return isinstance(self.domain, Interval | Simplex)


@dataclass(frozen=True, slots=True)
class Definition:
    """`NAME[|ALIAS…] = FORMULA`."""

    name: str
    body: Expr
    shape: Shape = ()
    aliases: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """`f(u) = …`: the names that a call replaces; a call stands in the tree as the body with them replaced."""
    letters: tuple[str, ...] = ()
    """`a = σ(z_i)`: the index letters that the body leaves free. The name is worth what it is at theirs."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a formula may use. Definitions may use earlier ones."""

    variables: Mapping[str, Variable] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    indices: Mapping[str, Dim] = field(default_factory=dict)
    """Free index letters, each with the dimension it runs over."""
    loss: Expr | None = None
    """What `L` names in a derivation."""
    stated: Expr | None = None
    """The same loss as the derivation itself writes it, in the names that it introduces: what ∂L/∂u is taken of."""
    inner_dots: bool = False
    """Whether `a·b` of two vectors is their inner product wherever it stands."""
    rewritten: Mapping[tuple[Expr, str], Expr] = field(default_factory=dict)
    """Formulas in a name that the derivation introduces for a part of them: what ∂/∂u is taken of, by both."""

    def canonical(self, name: str) -> str | None:
        """The declared name behind a canonical spelling or alias, or None."""
        if name in self.variables or name in self.definitions:
            return name
        entries: tuple[Variable | Definition, ...] = (*self.variables.values(), *self.definitions.values())
        for entry in entries:
            if name in entry.aliases:
                return entry.name
        return None

    def shape(self, name: str) -> Shape:
        """The shape of a declared name. Raises KeyError for others."""
        return (self.variables.get(name) or self.definitions[name]).shape

    @property
    def hidden(self) -> dict[str, tuple[str, ...]]:
        """The index letters that definitions stand for."""
        return {name: definition.letters for name, definition in self.definitions.items() if definition.letters}

    @property
    def dims(self) -> tuple[str, ...]:
        """The named dimensions, in the order of their first use."""
        seen = dict.fromkeys(dim for v in self.variables.values() for dim in v.shape if isinstance(dim, str))
        for variable in self.variables.values():
            if isinstance(variable.domain, Classes) and isinstance(variable.domain.count, str):
                seen.setdefault(variable.domain.count)
        return tuple(seen)

    def with_variable(self, variable: Variable) -> Scope:
        return replace(self, variables={**self.variables, variable.name: variable})

    def with_definition(self, definition: Definition) -> Scope:
        return replace(self, definitions={**self.definitions, definition.name: definition})
