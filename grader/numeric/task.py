"""What a submission is judged against: a formula, its arguments, and the level asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from grader.formula.declare import Classes, OneHot, Scope, Simplex, Variable
from grader.formula.functions import FUNCTIONS
from grader.formula.read import read_formula, scope_from
from grader.formula.tree import Call, Expr, walk
from grader.numeric.asked import check_scalar, read_argument
from questions.kinds import CodeLevel, Returns


@dataclass(frozen=True, slots=True)
class CodeTask:
    """A loss to be implemented: `entry(arguments…)` must equal `loss`, or its gradient with respect to the arguments
    `wrt`, or both, as a tuple: the loss, then a gradient for each of `wrt`, each of its argument's shape.

    An argument with a default is optional, and is passed by keyword. `entry` None: the file's only public function.
    """

    loss: str
    arguments: tuple[str, ...]
    entry: str | None = None
    asks: CodeLevel = "stable"
    returns: Returns = "loss"
    wrt: tuple[str, ...] = ()

    @property
    def statement(self) -> Statement:
        """The task, read. Raises Unreadable."""
        return state(self.loss, self.arguments, self.returns, self.wrt)


@dataclass(frozen=True, eq=False)
class Statement:
    """A task, read: what oracle and probes work on. Compared by identity, so that they may keep tables of it."""

    formula: Expr
    scope: Scope
    parts: tuple[str | None, ...] = (None,)
    """The values that a submission returns: None for the loss, an argument's name for the gradient by it."""
    dims: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dims", self.scope.dims)

    @property
    def variables(self) -> Mapping[str, Variable]:
        return self.scope.variables

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, variable in self.variables.items() if variable.default is None)

    @cached_property
    def optional(self) -> tuple[str, ...]:
        return tuple(name for name, variable in self.variables.items() if variable.default is not None)

    @cached_property
    def class_dims(self) -> frozenset[str]:
        """The dimensions along which a row is one whole: classes, and what a softmax runs over."""
        dims = {v.shape[-1] for v in self.variables.values() if isinstance(v.domain, Simplex | OneHot) and v.shape}
        dims |= {v.domain.count for v in self.variables.values() if isinstance(v.domain, Classes)}
        rules = {FUNCTIONS[node.function].rule for node in walk(self.formula) if isinstance(node, Call)}
        if rules & {"last-axis", "reduce-last"} and not dims:
            longest = max((v.shape for v in self.variables.values()), key=len, default=())
            dims = set(longest[-1:])
        return frozenset(dim for dim in dims if isinstance(dim, str))

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        """The arguments that hold data; where none has a shape, all required ones do."""
        shaped = tuple(name for name, variable in self.variables.items() if variable.shape)
        return shaped or self.required

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The arguments that set the loss up, beside its data: `alpha`, `delta`."""
        return tuple(name for name in self.variables if name not in self.arrays)


@lru_cache(maxsize=64)
def state(loss: str, arguments: tuple[str, ...], returns: Returns = "loss", wrt: tuple[str, ...] = ()) -> Statement:
    """Reads a task's formula and declarations. Raises Unreadable."""
    scope = scope_from(arguments)
    formula = read_formula(loss, scope)
    if returns == "loss":
        return Statement(formula, scope)
    check_scalar(formula, scope, loss)
    slopes = tuple(read_argument(name, scope) for name in wrt)
    return Statement(formula, scope, slopes if returns == "gradient" else (None, *slopes))
