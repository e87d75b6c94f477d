"""Analyses, made by hand: what is tested here is how they are told, not whether they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.formula.read import read_formula, scope_from
from grader.formula.tree import Const, Expr, Neg
from grader.properties.analysis import Analysis, End, Kink, Named, Property
from grader.verdict import Fact
from report.analysis_view import Analysed


def made(
    variables: Sequence[str],
    formulas: tuple[str, str, str],
    *,
    answers: Sequence[tuple[str, str, Mapping[str, Fact], str | None]],
    kinks: Sequence[tuple[str, str | None, str | None]] = (),
    ends: Sequence[End] = (),
    minimiser: Named | None = None,
    likelihood: Named | None = None,
) -> Analysis:
    """`answers` are `yes convex`, the reason, its facts and the value; the first variable is the one that counts."""
    scope = scope_from(variables)

    def read(text: str | None) -> Expr | None:
        return None if text is None else read_formula(text, scope)

    properties = []
    for said, reason, facts, value in answers:
        answer, name = said.split()
        evidence = {"yes": "proved", "no": "witness", "undecided": None}[answer]
        properties.append(Property(name, answer, evidence, reason, facts, read(value)))  # type: ignore[arg-type]
    loss, gradient, curvature = map(read, formulas)
    assert loss is not None
    return Analysis(
        scope, loss, next(iter(scope.variables)), gradient, curvature, tuple(properties),
        tuple(Kink(read_formula(at, scope), read(left), read(right)) for at, left, right in kinks),
        tuple(ends), minimiser, likelihood, seconds=0.0125,
    )  # fmt: skip


INF = Const("inf")
HUBER = made(
    ["r: real", "delta: positive = 1"],
    (
        "r^2/2 if |r| <= delta else delta*(|r| - delta/2)",
        "r if |r| <= delta else delta*sign(r)",
        "1 if |r| < delta else 0",
    ),
    answers=[
        ("yes nonnegative", "lower-bound", {"bound": "0", "at": "0"}, None),
        ("yes zero-at-zero", "value-at", {"value": "0", "at": "0"}, None),
        ("yes even", "identity", {"left": "L(−r)", "right": "L(r)"}, None),
        ("yes convex", "slopes-grow", {"pieces": 3, "kinks": ("−δ", "δ")}, None),
        ("no strictly-convex", "flat-chord", {"a": "2", "b": "3", "cases": {"delta": "1"}}, None),
        ("no strongly-convex", "curvature-vanishes", {"at": "2", "value": "0", "cases": {"delta": "1"}}, None),
        ("yes differentiable", "slopes-agree", {"kinks": ("−δ", "δ")}, None),
        ("no twice-differentiable", "curvature-jumps", {"at": "δ", "left": "1", "right": "0"}, None),
        ("yes lipschitz", "slope-bound", {"bound": "δ", "at": "δ"}, "delta"),
        ("yes smooth", "curvature-bound", {"bound": "1", "at": "0"}, "1"),
        ("no bounded", "loss-unbounded", {"at": "∞"}, None),
        ("yes bounded-influence", "slope-bound", {"bound": "δ", "at": "δ"}, "delta"),
        ("no redescending", "slope-limit", {"at": "∞", "value": "δ"}, None),
        ("no saturates", "slope-stays", {"at": "∞", "value": "δ"}, None),
    ],
    kinks=[("-delta", "-delta", "-delta"), ("delta", "delta", "delta")],
    ends=[
        End(Neg(INF), INF, Neg(read_formula("delta", scope_from(["delta: positive"]))), "linear", "−δ·r"),
        End(INF, INF, read_formula("delta", scope_from(["delta: positive"])), "linear", "δ·r"),
    ],
)
MAE = made(
    ["r: real"],
    ("|r|", "sign(r)", "0"),
    answers=[
        ("yes nonnegative", "lower-bound", {"bound": "0", "at": "0"}, None),
        ("yes convex", "slopes-grow", {"pieces": 2, "kinks": ("0",)}, None),
        ("no strictly-convex", "flat-chord", {"a": "1", "b": "2"}, None),
        ("no differentiable", "kink", {"at": "0", "left": "-1", "right": "1"}, None),
        ("yes lipschitz", "slope-bound", {"bound": "1", "at": "1"}, "1"),
        ("undecided smooth", "not-shown", {"tried": ("a bound of the curvature",)}, None),
    ],
    kinks=[("0", "-1", "1")],
    minimiser=Named("median"),
    likelihood=Named("laplace", {"scale": "1"}),
)
MSE = made(
    ["r: real"],
    ("r^2", "2*r", "2"),
    answers=[
        ("yes nonnegative", "lower-bound", {"bound": "0", "at": "0"}, None),
        ("yes convex", "curvature-above", {"bound": "2", "at": "0"}, None),
        ("yes strictly-convex", "curvature-above", {"bound": "2", "at": "0"}, None),
        ("yes differentiable", "analytic", {}, None),
        ("no lipschitz", "slope-unbounded", {"at": "∞"}, None),
        ("yes smooth", "curvature-bound", {"bound": "2", "at": "0"}, "2"),
    ],
    minimiser=Named("mean"),
)
THROUGH_SIGMOID = made(
    ["z: real", "y: {0,1}"],
    (
        "(sigmoid(z) - y)^2",
        "2*(sigmoid(z) - y)*sigmoid(z)*(1 - sigmoid(z))",
        "2*sigmoid(z)*(1 - sigmoid(z))*(sigmoid(z)*(1 - sigmoid(z)) + (sigmoid(z) - y)*(1 - 2*sigmoid(z)))",
    ),
    answers=[
        (
            "no convex",
            "chord",
            {
                "a": "-8", "b": "0", "middle": "-4", "at_a": "0.99933", "at_b": "1/4", "at_middle": "0.96435",
                "cases": {"y": "1"},
            },
            None,
        ),
        ("yes saturates", "plateau", {"at": "−∞", "supremum": "1", "cases": {"y": "1"}}, None),
    ],
)  # fmt: skip
NAMED = {"huber": HUBER, "mae": MAE, "mse": MSE, "mse_with_logits": THROUGH_SIGMOID}


def analysed(name: str) -> Analysed:
    return Analysed(name, NAMED[name])
