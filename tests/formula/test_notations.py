"""The same formula in any notation has the same value: random formulas, written at random as people would."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction as F

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.formula.balls import value
from grader.formula.declare import Scope
from grader.formula.errors import NotCertain, Undefined, Unreadable
from grader.formula.read import read_derivation, read_formula, read_statement, scope_from
from grader.formula.show import show
from grader.formula.values import Value

SCOPE = scope_from(
    ["x: real", "y: real", "p|yhat: (0,1)", "gamma: positive", "sigma_1: positive", "y_true: real", "delta: positive"]
)
POINT = {
    "x": F(3, 7), "y": F(-5, 4), "p": F(2, 9), "gamma": F(11, 8), "sigma_1": F(13, 10), "y_true": F(4, 5),
    "delta": F(6, 11),
}  # fmt: skip
SPELLINGS = {
    "x": ["x", "𝑥", "\\mathbf{x}", "{x}", "(x)"],
    "y": ["y", "\\boldsymbol{y}", "y "],
    "p": ["p", "ŷ", "\\hat{y}", "\\hat y ", "yhat ", "y_hat "],
    "gamma": ["gamma ", "γ", "\\gamma "],
    "sigma_1": ["sigma_1 ", "σ₁", "\\sigma_1 ", "\\sigma_{1}", "sigma1 "],
    "y_true": ["y_true ", "y_{true}", "y_{\\text{true}}"],
    "delta": ["delta ", "δ", "\\delta "],
}


@dataclass(frozen=True)
class Written:
    """A formula as text that holds together, and what it is worth at POINT."""

    text: str
    worth: float
    tight: bool
    """Whether it may stand in a product, under a power, behind a function, without brackets."""


def grouped(draw: st.DrawFn, item: Written) -> str:
    if item.tight:
        return item.text
    left, right = draw(
        st.sampled_from([("(", ")"), ("[", "]"), ("\\left(", "\\right)"), ("\\bigl(", "\\bigr)"), ("{", "}")])
    )
    return left + item.text + right


@st.composite
def leaves(draw: st.DrawFn) -> Written:
    if draw(st.booleans()):
        name = draw(st.sampled_from(sorted(POINT)))
        return Written(draw(st.sampled_from(SPELLINGS[name])), float(POINT[name]), True)
    text, worth = draw(
        st.sampled_from(
            [("2", 2.0), ("3.5", 3.5), (".25", 0.25), ("½", 0.5), ("1e-1", 0.1), ("10", 10.0), ("2π ", 2 * math.pi)]
        )
    )
    return Written(text, worth, text != "2π ")


UNARY: dict[str, tuple[list[str], Callable[[float], float]]] = {
    "exp": (["exp(A)", "\\exp(A)", "e^{A}", "np.exp(A)", "\\exp\\left(A\\right)", "e^(A)", "exp G", "math.exp(A)",
             "e**(A)"], math.exp),
    "tanh": (["tanh(A)", "\\tanh(A)", "\\tanh\\left[A\\right]", "np.tanh(A)", "tanh G"], math.tanh),
    "sigmoid": (["σ(A)", "\\sigma(A)", "sigmoid(A)", "1/(1+e^{-G})", "\\frac{1}{1+\\exp(-G)}", "expit(A)",
                 "torch.sigmoid(A)"], lambda t: 1 / (1 + math.exp(-t))),
    "abs": (["|A|", "abs(A)", "\\left|A\\right|", "\\lvert A\\rvert", "np.abs(A)", "‖A‖"], abs),
    "sqrt": (["√(1+G²)", "\\sqrt{1+G^2}", "sqrt(1+G**2)", "np.sqrt(1 + G^{2})", "(1+G²)^½", "(1+G²)^{1/2}"],
             lambda t: math.sqrt(1 + t * t)),
    "log": (["log(1+G²)", "\\ln(1+G^2)", "\\log\\left(1+G^{2}\\right)", "log1p(G**2)", "np.log1p(G²)"],
            lambda t: math.log1p(t * t)),
    "relu": (["max(0, A)", "\\max(0, A)", "\\max\\{0, A\\}", "(A)_+", "relu(A)", "np.maximum(A, 0)",
              "\\left[A\\right]_+", "G·1[A > 0]", "G \\mathbb{1}[A>0]", "{A if A > 0; 0 otherwise}",
              "where(A > 0, A, 0)", "(A if A > 0 else 0)",
              "\\begin{cases} A & A > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
              "Piecewise((A, A > 0), (0, True))", "(A if A > 0, else 0)", "(A > 0 ? A : 0)", "G⟦A > 0⟧",
              "G·H(A + 0)", "G·(A > 0).astype(float)",
              "\\begin{cases} A, & A > 0; \\\\ 0, & \\text{otherwise}.\\end{cases}"],
             lambda t: max(0.0, t)),
    "cbrt": (["∛(A)", "\\sqrt[3]{A}", "cbrt(A)", "np.cbrt(A)"], math.cbrt),
    "asinh": (["asinh(A)", "np.arcsinh(A)"], math.asinh),
    "hypot": (["hypot(A, 1)", "np.hypot(1, A)"], lambda t: math.hypot(t, 1)),
    "tanh²": (["tanh²(A)", "\\tanh^2(A)", "tanh(A)^2", "tanh^2 G"], lambda t: math.tanh(t) ** 2),
}  # fmt: skip
LOOSE = (
    "e^{A}",
    "e^(A)",
    "e**(A)",
    "1/(1+e^{-G})",
    "G·1[A > 0]",
    "G \\mathbb{1}[A>0]",
    "G⟦A > 0⟧",
    "G·H(A + 0)",
    "G·(A > 0).astype(float)",
    "tanh²(A)",
    "\\tanh^2(A)",
    "tanh(A)^2",
    "tanh^2 G",
)


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> Written:
    kind = draw(st.sampled_from(["leaf", "sum", "product", "quotient", "power", "unary", "minus"])) if depth else "leaf"
    below = formulas(depth=depth - 1)
    match kind:
        case "sum":
            parts = [draw(below) for _ in range(draw(st.integers(2, 3)))]
            text, worth = parts[0].text, parts[0].worth
            for part in parts[1:]:
                sign = draw(st.sampled_from(["+", "-", " + ", " − ", " – ", "{+}", "{-}", "\\ -\\ "]))
                text += sign + (part.text if part.tight else grouped(draw, part))
                worth += part.worth if "+" in sign else -part.worth
            return Written(text, worth, False)
        case "product":
            parts = [draw(below) for _ in range(draw(st.integers(2, 3)))]
            text = grouped(draw, parts[0])
            for part in parts[1:]:
                sign = draw(st.sampled_from(["*", "·", "\\cdot ", " \\times ", "⋅", "\\,", " ", "⊙"]))
                factor = grouped(draw, part)
                if sign in ("\\,", " ") and factor[0] in "0123456789.½|‖[":
                    sign = "·"
                text += sign + factor
            return Written(text, math.prod(part.worth for part in parts), False)
        case "quotient":
            above, below_it = draw(below), draw(below)
            worth = above.worth / (1 + below_it.worth**2)
            form = draw(
                st.sampled_from(
                    ["\\frac{N}{1+D^2}", "{N \\over 1+D^2}", "N/(1+D²)", "\\dfrac{N}{1+D^{2}}", "N÷(1 + D**2)"]
                )
            )
            above_text = above.text if form.startswith(("\\", "{")) else grouped(draw, above)
            text = form.replace("N", above_text).replace("D", grouped(draw, below_it))
            return Written(text, worth, form.startswith(("\\", "{")))
        case "power":
            base, power = draw(below), draw(st.integers(1, 3))
            form = draw(st.sampled_from(["^N", "**N", "^{N}", "^(N)", "⁰¹²³"[power]])).replace("N", str(power))
            text = grouped(draw, base)
            if text[-1].isspace() or text[0] in "0123456789.½":
                text = f"({text})"
            return Written(f"({text}{form})", base.worth**power, True)
        case "unary":
            arg = draw(below)
            forms, worth_of = UNARY[draw(st.sampled_from(sorted(UNARY)))]
            form = draw(st.sampled_from(forms))
            if abs(arg.worth) > 20:
                return arg
            text = form.replace("A", arg.text).replace("G", f"({arg.text})")
            return Written(text, worth_of(arg.worth), not (form in LOOSE or form.startswith("(1+G²)^")))
        case "minus":
            arg = draw(below)
            return Written(draw(st.sampled_from(["-", "−", "- "])) + grouped(draw, arg), -arg.worth, False)
    return draw(leaves())


def worth(text: str, scope: Scope = SCOPE) -> float:
    inputs = {name: Value((), (number,)) for name, number in POINT.items()}
    return float(value(read_formula(text, scope), scope, inputs, {}).scalar)


@given(formulas())
@settings(max_examples=400, deadline=None)
def test_a_formula_is_worth_what_was_written(written: Written) -> None:
    try:
        got = worth(written.text)
    except (NotCertain, Undefined):
        return  # a tie, as |x − x| > 0
    assert got == pytest.approx(written.worth, rel=1e-6, abs=1e-9), written.text


@given(formulas())
@settings(max_examples=300, deadline=None)
def test_what_is_shown_reads_back_as_the_same_tree(written: Written) -> None:
    tree = read_formula(written.text, SCOPE)
    shown = show(tree, SCOPE)
    assert read_formula(shown, SCOPE) == tree
    assert show(read_formula(shown, SCOPE), SCOPE) == shown


_PIECES = r"""
    x y p z z_i k K n X w e π I L d dL/dz ∂L/∂z_i d/dx ∇ ∇_w σ γ \gamma ŷ \hat{y} \hat log exp \log sin √ \sqrt
    \frac \sum Σ Σ_i sum mean_i max softmax where clip δ_ij 1 2 0 .5 1e3 ½ 𝟙 \mathbb{1} + - − * · / ^ ** _ @ ⊙ =
    == < <= ≠ := ( ) [ ] { } \{ \} | || ‖ \| \left( \right) \left| \right| ⟨ ⟩ , ; : ' ᵀ ^T .T ² ⁻¹ ᵢ ₁ _i _{ij}
    _{j≠k} _+ ^{(i)} if else otherwise and or not for in range(n) \begin{cases} \end{cases} \\ & \text{if} \, $
    when , ; // ∛ cbrt( \sqrt[3]{ asinh( len( .size .shape[0] .astype(float) .t() \over {-} 𝟙ᵀ \mathbf{1}_{\{ ⟦ ⟧ H(
    ln2 d(z) dE/dz ∂cost/∂z )_i )_{i=1}^n y_{true,i} a=σ(x) but QED ✓ • ** ` ``` which is zero (since def import e=
    return 3 000 1,000 0.5 sum_{i=1}^{3} \right. \left\{
    # % " ! ? \ let where so therefore np. .sum() . ∞ axis=0 True 99999 1[ é 中 😀 → ⇒ ≈ \begin{align} \prime
"""
PIECES = _PIECES.split()
EVERYTHING = scope_from(
    ["x: real", "y: {0,1}", "p: (0,1)", "z: real[K]", "k: index(K)", "X: real[n,d]", "w: real[d]", "gamma: real"],
    ["q = softmax(z)"],
)


def place(reader: Callable[[str, Scope], object], text: str) -> Unreadable | None:
    """Reads; the error, if there is one."""
    try:
        reader(text, EVERYTHING)
    except Unreadable as error:
        return error
    return None


@given(st.lists(st.sampled_from([*PIECES, " ", "\n"]), max_size=30), st.sampled_from(["", " "]))
@settings(max_examples=500, deadline=None)
@example(["\\frac", "{", "d", "}"], "")
@example(["x", "^", "'"], "")
def test_any_soup_of_signs_is_read_or_refused_with_a_place(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    for reader in (read_formula, read_derivation, read_statement):
        error = place(reader, text)
        if error is not None:
            assert 0 <= error.span.start <= error.span.end <= len(text)
            assert error.expected or error.data
        elif reader is read_formula:
            tree = read_formula(text, EVERYTHING)
            assert read_formula(show(tree, EVERYTHING), EVERYTHING) == tree


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    for reader in (read_formula, read_derivation, read_statement):
        error = place(reader, text)
        if error is not None:
            assert 0 <= error.span.start <= error.span.end <= len(text)
