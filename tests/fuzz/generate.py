"""Hostile and merely odd inputs. Each is made from a seed and a number alone: any of them can be made again, and a
run of them can be split over processes."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from grader.formula.reader.limits import DERIVATION_LENGTH
from tests.fuzz.tasks import LOADER, TESTS, tasks

LONGEST: Final = 3_000
"""Longer ones are made now and then, by `_storm` and `_flood` alone."""
FLOOD: Final = 1 / 200
"""The share of inputs that are one thing over and over: what takes long where its length counts twice."""


@dataclass(frozen=True, slots=True)
class Input:
    """An answer to the task of that number in `tasks()`."""

    number: int
    task: int
    text: str


def make(seed: int, number: int) -> Input:
    """The input of that number: half of them formulas, some whole and some damaged, then noise, storms, and
    lines that people typed, recombined or in a text."""
    rng = random.Random(f"{seed}:{number}")
    task = rng.randrange(len(tasks()))
    kinds = (_formula, _damaged, _noise, _storm, _recombined, _lines, _document)
    (kind,) = (_flood,) if rng.random() < FLOOD else rng.choices(kinds, (4, 6, 2, 3, 6, 2, 3))
    return Input(number, task, kind(rng, task))


# ---- formulas by grammar, in four notations at once


@cache
def _names(task: int) -> tuple[str, ...]:
    """What the task declares and defines."""
    stated = tasks()[task][0]
    heads = [part.split(":")[0] for part in stated.variables] + [part.split("=")[0] for part in stated.given]
    return tuple(dict.fromkeys(name.strip() for head in heads for name in head.split("|")))


_SIGNS: Final = {"sigma": ("σ", "\\sigma"), "mu": ("μ", "\\mu"), "lambda": ("λ", "\\lambda"), "delta": ("δ", "\\delta"),
                 "yhat": ("ŷ", "\\hat{y}", "y_hat")}  # fmt: skip
_NUMBERS: Final = ("0", "1", "2", "3", "10", "½", "0.5", ".1", "1e-3", "1e5", "2.0", "π", "e", "\\pi", "n", "K", "d",
                   "7/3", "100", "1e-30", "10^-9")  # fmt: skip
_UNARY: Final = ("log(A)", "\\log A", "\\ln(A)", "np.log(A)", "exp(A)", "e^{A}", "e**(A)", "\\exp\\left(A\\right)",
                 "σ(A)", "sigmoid(A)", "\\sigma(A)", "1/(1+e^{-A})", "tanh(A)", "|A|", "\\left|A\\right|", "abs(A)",
                 "√(A)", "\\sqrt{A}", "sqrt(A)", "softplus(A)", "relu(A)", "sign(A)", "sin(A)", "cos A", "erf(A)",
                 "‖A‖²", "\\|A\\|_2^2", "‖A‖_1", "norm(A)", "(A)ᵀ", "(A)^T", "A.T", "(A)_i", "(A)_+", "softmax(A)",
                 "softmax(A)_k", "log_softmax(A)", "logsumexp(A)", "sum(A)", "np.sum(A)", "mean(A)", "Σ_i A",
                 "\\sum_{j=1}^{K} A", "sum_k A", "mean_i(A)", "Π_j (A)", "max_k A", "diag(A)", "d/dz (A)", "∂(A)/∂x",
                 "\\frac{d}{dx} A", "∇_w (A)", "(A)'", "-A", "+A", "(A)²", "(A)^{-1}", "A^3", "log1p(A)", "expm1(A)",
                 "clip(A, 0, 1)", "𝟙{A > 0}", "\\mathbb{1}[A>0]", "[A == 1]", "{A}", "\\text{A}", "lgamma(A)",
                 "∛(A)", "$A$", "\\[ A \\]", "tan(A)", "log_2(A)", "sin^2(A)", "(A)!", "arctan(A)")  # fmt: skip
_BINARY: Final = ("A + B", "A - B", "A − B", "A*B", "A B", "A·B", "A \\cdot B", "A\\,B", "A/B", "\\frac{A}{B}",
                  "\\dfrac{A}{B}", "{A \\over B}", "A ÷ B", "A^B", "A**B", "A^{B}", "(A)(B)", "A @ B", "A ⊙ B",
                  "max(A, B)", "\\max\\{A, B\\}", "np.maximum(A, B)", "min(A,B)", "A^T B", "A ⊗ B", "outer(A, B)",
                  "dot(A, B)", "⟨A, B⟩", "A_B", "A_{B}", "A[B]", "where(A > 0, A, B)", "np.where(A > B, A, B)",
                  "(A if A > B else B)", "Piecewise((A, A > 0), (B, True))", "xlogy(A, B)", "A = B", "A == B",
                  "\\begin{cases} A & B > 0 \\\\ B & \\text{otherwise} \\end{cases}", "A < B", "logaddexp(A, B)",
                  "δ_{AB}", "A.dot(B)", "Σ_{i=A}^{B} i", "A if B > 0 else 0", "A \\over B", "A mod B",
                  "{A if B > 0, else 0}", "A ± B", "A, B", "\\sum_{i \\neq B} A_i")  # fmt: skip
_EDGES: Final = ("L", "dL/dz", "∂L/∂p", "L'", "z_i", "z_k", "y_k", "p_k", "x_i", "X_{ij}", "I", "w_j", "δ_{ik}", "T",
                 "undefined_name", "f(x)", "∞", "i", "k", "1_n")  # fmt: skip


def _grown(rng: random.Random, task: int, depth: int) -> str:
    if depth <= 0 or rng.random() < 0.15:
        kind = rng.random()
        if kind < 0.6:
            name = rng.choice(_names(task))
            return rng.choice((name, name, *_SIGNS.get(name, ())))
        return rng.choice(_NUMBERS if kind < 0.88 else _EDGES)
    form = rng.choice(_UNARY if rng.random() < 0.4 else _BINARY)
    parts = {"A": _grown(rng, task, depth - 1), "B": _grown(rng, task, depth - 1)}
    bracketed = {key: f"({part})" if rng.random() < 0.5 else part for key, part in parts.items()}
    return re.sub(r"(?<![A-Za-z])[AB](?![A-Za-z])", lambda at: bracketed[at[0]], form)


def _formula(rng: random.Random, task: int) -> str:
    return _cut(_grown(rng, task, rng.choice((1, 2, 2, 3, 3, 4, 6))))


# ---- damage

_TOKEN: Final = re.compile(r"\\?[A-Za-z]+|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_JUNK: Final = ("(", ")", "{", "}", "[", "]", "|", "‖", "^", "_", "**", "/", "*", "-", "+", "=", ",", ";", ":", "&",
                "\\", "\\\\", "'", "!", "%", "#", "$", "\n", " ", "²", "ᵀ", "ᵢ", "e", "9", ".", "\\frac", "\\left",
                "\\right", "\\begin{cases}", "\\end{cases}", "\\begin{align}", "\\sum", "\\sqrt", "\\text{", "if",
                "else", "d/d", "∂", "∇", "Σ_", "𝟙", "lambda", "in", "for", "so", "\u202e", "\x00", "😀", "\u0301",
                "1e9999", "0x1f")  # fmt: skip


def damage(rng: random.Random, text: str) -> str:
    """The text with a few tokens dropped, doubled, swapped, or put in."""
    tokens = _TOKEN.findall(text) or [""]
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at = rng.randrange(len(tokens))
        match rng.randrange(6):
            case 0 if len(tokens) > 1:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                other = rng.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens.insert(at, rng.choice(_JUNK))
            case 4:
                tokens[at] = rng.choice(_JUNK)
            case _:
                tokens[at] = rng.choice(tokens)
    return _cut("".join(tokens))


def _damaged(rng: random.Random, task: int) -> str:
    whole = _formula(rng, task) if rng.random() < 0.5 else _someone(rng, task)
    return damage(rng, whole)


# ---- noise and storms

_PLANES: Final = ((0, 0x7F), (0x80, 0x2FF), (0x370, 0x3FF), (0x2000, 0x2BFF), (0x1D400, 0x1D7FF), (0, 0x10FFFF))


def _noise(rng: random.Random, task: int) -> str:
    size = rng.choice((1, 3, 10, 40, 200))
    if rng.random() < 0.3:
        return rng.randbytes(size).decode(rng.choice(("utf-8", "latin-1", "utf-16")), "replace")
    low, high = rng.choice(_PLANES)
    return "".join(chr(rng.randint(low, high)) for _ in range(size))


_REPEATED: Final[tuple[Callable[[int], str], ...]] = (
    lambda n: "(" * n,
    lambda n: "(" * n + "x" + ")" * n,
    lambda n: "[{(" * n,
    lambda n: "|" * n + "x" + "|" * n,
    lambda n: "-" * n + "x",
    lambda n: "x" + "^x" * n,
    lambda n: "x" + "**9" * n,
    lambda n: "x" + "_i" * n,
    lambda n: "x" + "'" * n,
    lambda n: "9" * n,
    lambda n: "0." + "3" * n,
    lambda n: f"1e{n}",
    lambda n: f"x^{n}",
    lambda n: f"x^{{{'9' * n}}}",
    lambda n: f"(1+x)^({n}^3)",
    lambda n: f"{n}!",
    lambda n: "\\frac{1}{" * n + "x" + "}" * n,
    lambda n: "\\frac" * n,
    lambda n: "\\left(" * n,
    lambda n: "\\begin{cases} x " * n,
    lambda n: "\\begin{align}" * n + "x",
    lambda n: "√" * n + "x",
    lambda n: "exp(" * n + "x" + ")" * n,
    lambda n: "log " * n + "x",
    lambda n: "softplus(" * n + "x" + ")" * n,
    lambda n: "max(x, " * n + "0" + ")" * n,
    lambda n: "|x - " * n + "1" + "|" * n,
    lambda n: "Σ_i " * n + "x_i",
    lambda n: "\\sum_{i=1}^{" + str(n) + "} i^{" + str(n) + "} x",
    lambda n: "d/dx " * n + "x^9",
    lambda n: "x" + "+x" * n,
    lambda n: "x" + "/x" * n,
    lambda n: "x if x>0 else " * n + "0",
    lambda n: "x = " * n + "x",
    lambda n: "x\n" * n,
    lambda n: "= x\n" * n,
    lambda n: "\\text{" * n,
    lambda n: "\\def\\a{\\a\\a}\\a" * n,
    lambda n: "\\newcommand{\\x}{x}" * n,
    lambda n: "so " * n + "x",
    lambda n: "not " * n + "x > 0",
    lambda n: "x\u0301" * n,
    lambda n: "ab" * n,
    lambda n: "$" * n,
    lambda n: "$x$ " * n,
    lambda n: "\\[ x " * n,
    lambda n: "`x` and " * n,
    lambda n: "{" * n + "}" * n,
    lambda n: "sin(" * n + "x^2" + ")" * n,
    lambda n: f"σ({'9' * (n % 90)}x)",
    lambda n: " ".join(f"+ relu(x - {i})" for i in range(n)),
    lambda n: " ".join(f"+ sin({i} x)^{i}" for i in range(n)),
    lambda n: "x" * n,
    lambda n: "∂L/∂x = " * n + "x",
    lambda n: "p_{" * n + "i" + "}" * n,
    lambda n: f"σ(x)^{n}/σ(x)^{n - 1}",
    lambda n: f"(x + 1/{10 ** min(n, 300)})",
    lambda n: f"exp(-exp({n}))",
)
_SIZES: Final = (1, 2, 2, 3, 3, 5, 5, 8, 8, 13, 13, 30, 30, 59, 61, 100, 300, 999)


def _storm(rng: random.Random, task: int) -> str:
    text = rng.choice(_REPEATED)(rng.choice(_SIZES))
    if rng.random() < 0.8:
        name = rng.choice(_names(task))
        text = re.sub(r"(?<![A-Za-z\\])x(?![A-Za-z])", lambda _: name, text)
    if rng.random() < 0.4:
        text = damage(rng, text)
    if rng.random() < 0.3:
        text = _formula(rng, task) + rng.choice((" + ", " ", "*", "\n= ", "/")) + text
    return text[:60_000]


_BETWEEN: Final = ("", "", " ", "\n", "\n\n", ", ", " = ", " (", " \\\\ ", "; ", " so ", " $")
_AROUND: Final = (("(", ")"), ("[", "]"), ("{", "}"), ("|", "|"), ("\\left(", "\\right)"), ("$", "$"), ("`", "`"),
                  ("**", "**"), ("\\frac{", "}"), ("f(", ")"), ("D(", ")"), ("log(", ")"), ("1/(", ")"), ("x = (", ")"),
                  ("\\text{", "}"), ("_{", "}"), ("\\begin{cases}", "\\end{cases}"))  # fmt: skip


def _flood(rng: random.Random, task: int) -> str:
    """A piece of what somebody typed over and over, or deep in brackets, as long as may be."""
    tokens = _TOKEN.findall(_document(rng, task) if rng.random() < 0.3 else _someone(rng, task)) or ["x"]
    start = rng.randrange(len(tokens))
    piece = "".join(tokens[start : start + rng.choice((1, 2, 3, 5, 8, 20))])
    if rng.random() < 0.6:
        piece += rng.choice(_BETWEEN) or " "
        return piece * (DERIVATION_LENGTH // len(piece))
    pairs = rng.choices(_AROUND, k=rng.choice((1, 1, 2)))
    left, right = "".join(opening for opening, _ in pairs), "".join(closing for _, closing in reversed(pairs))
    deep = (DERIVATION_LENGTH - len(piece) - 10) // (len(left) + len(right))
    return rng.choice(("", "L = ", "we get ")) + left * deep + piece + rng.choice((right * deep, ""))


# ---- what people typed

_TYPED_KEYS: Final = {"answer", "text", "typed"}


@cache
def typed() -> tuple[str, ...]:
    """Every answer and every formula in the files under tests/."""
    found: list[str] = []
    for file in sorted([*TESTS.glob("symbolic/**/*.yaml"), *TESTS.glob("formula/examples/*.yaml")]):
        _gather(yaml.load(file.read_text("utf-8"), LOADER), found)
    for file in sorted(TESTS.glob("formula/examples/*.txt")):
        found += [line.split("⇒")[0].strip() for line in file.read_text("utf-8").splitlines() if "⇒" in line]
    return tuple(dict.fromkeys(found))


def _someone(rng: random.Random, task: int) -> str:
    """What somebody typed: as a rule an answer to this very task."""
    answers = tasks()[task][1]
    return rng.choice(answers if answers and rng.random() < 0.8 else typed())


def _gather(value: Any, found: list[str]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _TYPED_KEYS and isinstance(item, str):
                found.append(item)
            else:
                _gather(item, found)
    elif isinstance(value, list):
        for item in value:
            _gather(item, found)


def _recombined(rng: random.Random, task: int) -> str:
    first, second = _TOKEN.findall(_someone(rng, task)), _TOKEN.findall(_someone(rng, task))
    head, tail = first[: rng.randint(0, len(first))], second[rng.randint(0, len(second)) :]
    text = "".join(head) + rng.choice(("", " ", "+", "*", "(", "\n")) + "".join(tail)
    return damage(rng, text) if rng.random() < 0.3 else _cut(text)


def _lines(rng: random.Random, task: int) -> str:
    """A whole derivation, of lines that do not belong together."""
    sides = ("dL/dz", "L", "p", "∂L/∂p", "∂p/∂z", "a", "\\nabla_w L", "L'", "u", "", "so", "&", "let q", "f(t)")
    lines = []
    for _ in range(rng.choice((2, 3, 5, 20))):
        right = _someone(rng, task) if rng.random() < 0.4 else _grown(rng, task, 2)
        lines.append(f"{rng.choice(sides)} {rng.choice(('=', ':=', '&=', '', '⇒', '≈'))} {right}")
    return _cut(rng.choice(("\n", "\n", ", ", " \\\\ ", "; ")).join(lines))


_SET_OFF: Final = ("$A$", "$$A$$", "\\(A\\)", "\\[A\\]", "\\[\nA\n\\]", "`A`", "A", "**A**", "```\nA\n```", "$A", "*A*",
                   "$$\n\\begin{aligned}A\\end{aligned}\n$$", "# A", "\\boxed{A}")  # fmt: skip
_SAID: Final = ("", "", "So ", "**Step 1.** ", "1. ", "- If ", "where ", "We have ", "the gradient is ", "for ", "> ",
                "(since ", ", and ", ", i.e. ", "**Answer:** ", ".", ": ", " is the label", ")", "with respect to ",
                "\n---\n", "Case 2 (")  # fmt: skip


def _document(rng: random.Random, task: int) -> str:
    """Prose in Markdown or LaTeX around what people typed."""
    text = ""
    for _ in range(rng.choice((1, 2, 4, 8))):
        inner = _someone(rng, task) if rng.random() < 0.6 else _grown(rng, task, 2)
        left = rng.choice(("", "", "L = ", "\\frac{dL}{dz} = ", "p = "))
        formula = rng.choice(_SET_OFF).replace("A", f"{left}{inner}")
        text += f"{rng.choice(_SAID)}{formula}{rng.choice(_SAID)}{rng.choice((' ', chr(10), chr(10) * 2))}"
    return damage(rng, text) if rng.random() < 0.3 else _cut(text)


def _cut(text: str) -> str:
    return text[:LONGEST]


# ---- declarations, and lines of `check --cases`

_DOMAINS: Final = ("real", "positive", "nonnegative", "integer", "(0,1)", "[0,1)", "[-1/2, 3]", "{0,1}", "{-1, 1}",
                   "simplex", "onehot", "index(K)", "index(3)", "(0, inf)", "(-inf, inf)", "{}", "(1,0)", "[0,0]",
                   "{1e400}", "(0,1e-300)", "index()", "R")  # fmt: skip
_SHAPES: Final = (
    "",
    "",
    "",
    "[n]",
    "[n,d]",
    "[K]",
    "[3]",
    "[0]",
    "[1000]",
    "[n,d,K]",
    "[",
    "[n",
    "[9999999]",
    " = 0.25",
)
_WORDS: Final = ("x", "z", "p|ŷ", "y_true", "\\hat{y}", "sigma", "σ_1", "n", "L", "e", "I", "d", "log", "np", "a|b|c",
                 "|", "", "x1", "lambda_", "T", "__import__", "π", "X", "w", "yhat|y_hat")  # fmt: skip


def declaration(rng: random.Random) -> str:
    """What may stand behind --var."""
    text = f"{rng.choice(_WORDS)}{rng.choice((':', ': ', ' : ', '∈', '=', ''))}{rng.choice(_DOMAINS)}"
    text += rng.choice(_SHAPES)
    return damage(rng, text) if rng.random() < 0.4 else text


def definition(rng: random.Random, text: str) -> str:
    """What may stand behind --let."""
    made = f"{rng.choice(_WORDS)}{rng.choice((' = ', '=', ':=', ' ', '_i = ', '(u) = '))}{text}"
    return damage(rng, made) if rng.random() < 0.3 else made


def case_line(rng: random.Random, item: Input) -> str:
    """A line for `check --cases`: the task as it is, or with something odd in its place, or no JSON at all."""
    task = tasks()[item.task][0]
    case: dict[str, object] = {
        "id": item.number, "loss": task.loss, "wrt": task.wrt, "var": list(task.variables), "let": list(task.given),
        "answer": item.text,
    }  # fmt: skip
    odd: Sequence[object] = (
        None,
        0,
        [],
        {},
        "",
        item.text,
        [item.text],
        [declaration(rng)],
        1e308,
        True,
        "z",
        ["a", 1],
    )
    for _ in range(rng.choice((0, 1, 1, 2))):
        case[rng.choice((*case, "extra"))] = rng.choice(odd)
    line = json.dumps(case, ensure_ascii=rng.random() < 0.5)
    return damage(rng, line) if rng.random() < 0.3 else line
