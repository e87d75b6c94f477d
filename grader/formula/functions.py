"""The functions of the language: one table, which the reader, the shapes and the evaluators share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Rule = Literal["elementwise", "last-axis", "reduce-last", "norm", "dot", "outer", "transpose", "diag", "eye", "onehot"]


@dataclass(frozen=True, slots=True)
class Function:
    """`low` to `high` arguments (None: any number); `rule` says how shapes pass through."""

    low: int
    high: int | None
    rule: Rule = "elementwise"
    spellings: tuple[str, ...] = ()
    """Other names, in any notation, without backslash."""


FUNCTIONS: Final[dict[str, Function]] = {
    "exp": Function(1, 1),
    "log": Function(1, 1, spellings=("ln",)),  # natural, always
    "log2": Function(1, 1),
    "log10": Function(1, 1),
    "log1p": Function(1, 1),
    "expm1": Function(1, 1),
    "sqrt": Function(1, 1),
    "abs": Function(1, 1, spellings=("Abs", "fabs", "absolute")),
    "sign": Function(1, 1, spellings=("sgn",)),
    "min": Function(2, None, spellings=("Min", "minimum")),
    "max": Function(2, None, spellings=("Max", "maximum")),
    "clip": Function(3, 3, spellings=("clamp",)),  # clip(x, low, high)
    "relu": Function(1, 1, spellings=("ReLU",)),
    "sigmoid": Function(1, 1, spellings=("σ", "sigma", "expit", "logistic")),
    "log_sigmoid": Function(1, 1, spellings=("logsigmoid", "log_expit")),
    "softplus": Function(1, 1),
    "sin": Function(1, 1),
    "cos": Function(1, 1),
    "tan": Function(1, 1),
    "atan": Function(1, 1, spellings=("arctan",)),
    "tanh": Function(1, 1),
    "sinh": Function(1, 1),
    "cosh": Function(1, 1),
    "erf": Function(1, 1),
    "erfc": Function(1, 1),
    "gamma": Function(1, 1, spellings=("Gamma", "Γ")),
    "lgamma": Function(1, 1, spellings=("gammaln", "loggamma")),
    "digamma": Function(1, 1, spellings=("ψ", "psi")),
    "trigamma": Function(1, 1),
    "xlogy": Function(2, 2),  # x·log(y), 0 where x = 0
    "logaddexp": Function(2, 2),
    "softmax": Function(1, 1, "last-axis"),
    "log_softmax": Function(1, 1, "last-axis", ("logsoftmax",)),
    "logsumexp": Function(1, 1, "reduce-last", ("lse", "LSE")),
    "norm": Function(1, 2, "norm"),  # norm(x, p): p = 2 unless given; 1, 2 or inf
    "dot": Function(2, 2, "dot", ("inner",)),
    "outer": Function(2, 2, "outer"),
    "transpose": Function(1, 1, "transpose"),
    "diag": Function(1, 1, "diag"),
    "eye": Function(1, 1, "eye"),  # eye(Size)
    "onehot": Function(2, 2, "onehot", ("one_hot",)),  # onehot(class, Size)
}

BY_SPELLING: Final[dict[str, str]] = {
    spelling: name for name, function in FUNCTIONS.items() for spelling in (name, *function.spellings)
}
