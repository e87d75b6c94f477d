"""The signs of the four notations, as tables: what each is read as."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ℓ": "ell",
}  # fmt: skip
GREEK_BY_NAME: Final = {name: letter for letter, name in GREEK.items()}

VARIANTS: Final = {
    "ϵ": "ε", "ϑ": "θ", "ϰ": "κ", "ϖ": "π", "ϱ": "ρ", "ς": "σ", "ϕ": "φ", "µ": "μ", "∆": "Δ", "Ω": "Ω", "ϒ": "Υ",
    "ƛ": "λ", "ℒ": "L",
}  # fmt: skip

AS_WORDS: Final = {"∞": "inf", "𝔼": "mean"}

COMMAND_LETTERS: Final = {
    **GREEK_BY_NAME,
    "varepsilon": "ε", "vartheta": "θ", "varkappa": "κ", "varpi": "π", "varrho": "ρ", "varsigma": "σ", "varphi": "φ",
    "imath": "i", "jmath": "j",
}  # fmt: skip
"""LaTeX commands that are one letter."""

MARKS: Final = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot"}
"""Combining marks that make another name of a letter."""
MARK_OF: Final = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}
IGNORED_MARKS: Final = frozenset("\u20d7\u20d1\u0332\u0331")
"""Arrows over and lines under a letter say `vector`; the declaration says that already."""

COMMAND_MARKS: Final = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "dot": "\u0307", "vec": "", "underline": "",
}  # fmt: skip

FONTS: Final = frozenset(
    (
        "boxed",
        "fbox",
        "mathbin",
        "mathrel",
        "mathop",
        "mathord",
        "mathbf",
        "boldsymbol",
        "bm",
        "mathcal",
        "mathscr",
        "mathit",
        "mathfrak",
        "mathnormal",
        "pmb",
        "bf",
        "boldmath",
    )
)
"""Commands that only change how their argument looks."""
WORD_FONTS: Final = frozenset(
    ("operatorname", "mathrm", "text", "textrm", "textit", "textbf", "mathsf", "mathtt", "texttt", "mbox")
)
"""Commands whose argument is read as whole words."""

SUPERSCRIPTS: Final = dict(
    zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵅᵝᵞᵟ", "0123456789+-=()niabcdefghjklmoprstuvwxyzαβγδ", strict=True)
)
SUBSCRIPTS: Final = dict(
    zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", "0123456789+-=()aehijklmnoprstuvxβγρφχ", strict=True)
)

VULGAR: Final = {
    "½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4),
    "⅕": Fraction(1, 5), "⅖": Fraction(2, 5), "⅗": Fraction(3, 5), "⅘": Fraction(4, 5), "⅙": Fraction(1, 6),
    "⅚": Fraction(5, 6), "⅐": Fraction(1, 7), "⅛": Fraction(1, 8), "⅜": Fraction(3, 8), "⅝": Fraction(5, 8),
    "⅞": Fraction(7, 8), "⅑": Fraction(1, 9), "⅒": Fraction(1, 10),
}  # fmt: skip

OPERATORS: Final = {
    "+": "+", "-": "-", "−": "-", "‐": "-", "‑": "-", "–": "-", "—": "-", "﹣": "-", "*": "*", "∗": "*", "⋆": "*",
    "·": "·", "⋅": "·", "•": "·", "∙": "·", "×": "·", "⊙": "⊙", "∘": "⊙", "○": "⊙", "⊗": "⊗",
    "/": "/", "÷": "/", "∕": "/", "⊘": "/",
    "⁄": "/", "^": "^", "_": "_", "@": "@", "=": "=", "<": "<", ">": ">", "≤": "<=", "⩽": "<=", "≦": "<=", "≥": ">=",
    "⩾": ">=", "≧": ">=", "≠": "!=", "≈": "≈", "≃": "≈", "≅": "≈", "∝": "∝", "∈": "∈", "→": "→", "⟶": "→", "↦": "→",
    "⇒": "⇒", "⟹": "⇒", "⇔": "⇒", "⟺": "⇒", "∴": "⇒", "≡": "=", "≔": ":=", "≜": ":=", ",": ",", ";": ";", ":": ":",
    "'": "'", "′": "'", "’": "'", "ʹ": "'", "&": "&", "|": "|", "∣": "|", "‖": "‖", "∥": "‖", "∧": "and", "∨": "or",
    "¬": "not", "∂": "∂", "∇": "∇", "√": "√", "∛": "∛", "∜": "∜",
    "ᵀ": "ᵀ", "⊤": "⊤", "⊺": "ᵀ", "∑": "∑", "∏": "∏", ".": ".",
}  # fmt: skip
DOUBLE: Final = {"″": "''", "‴": "'''"}
"""Signs that stand for several."""

ASCII_PAIRS: Final = {
    "**": "^", "<=": "<=", ">=": ">=", "==": "==", "!=": "!=", ":=": ":=", "->": "→", "=>": "⇒", "=<": "<=",
    ".*": "⊙", "&&": "and", "~=": "≈",
}  # fmt: skip

OPENING: Final = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "|(": "|)", "‖(": "‖)"}
CLOSING: Final = {close: opening for opening, close in OPENING.items()}

COMMAND_OPERATORS: Final = {
    "cdot": "·", "times": "·", "ast": "*", "star": "*", "bullet": "·", "odot": "⊙", "circ": "⊙", "otimes": "⊗",
    "div": "/", "oslash": "/",
    "le": "<=", "leq": "<=", "leqslant": "<=", "lt": "<", "ge": ">=", "geq": ">=", "geqslant": ">=", "gt": ">",
    "ne": "!=", "neq": "!=", "approx": "≈", "simeq": "≈", "propto": "∝", "in": "∈", "to": "→", "rightarrow": "→",
    "longrightarrow": "→", "mapsto": "→", "Rightarrow": "⇒", "implies": "⇒", "Longrightarrow": "⇒", "iff": "⇒",
    "therefore": "⇒", "equiv": "=", "coloneqq": ":=", "triangleq": ":=", "land": "and", "wedge": "and", "lor": "or",
    "vee": "or", "neg": "not", "lnot": "not", "partial": "∂", "nabla": "∇", "prime": "'", "top": "⊤", "intercal": "⊤",
    "sum": "∑", "prod": "∏", "vert": "|", "mid": "|", "Vert": "‖", "|": "‖", "parallel": "‖",
    "lvert": "|(", "rvert": "|)", "lVert": "‖(", "rVert": "‖)", "langle": "⟨", "rangle": "⟩",
    "lbrace": "{", "rbrace": "}", "{": "{", "}": "}",
    "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "&": "&", "_": "_", "over": "over",
    "frac": "frac", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "nicefrac": "frac",
    "sqrt": "√", "dv": "dv", "pdv": "dv",
}  # fmt: skip

_COMMAND_WORDS = """
    exp log ln max min sin cos tan tanh sinh cosh arctan lg sup inf Pr det dim arg
"""
COMMAND_WORDS: Final = frozenset(_COMMAND_WORDS.split())  # fmt: skip
"""LaTeX commands that are a function's name. Those that are no function here are refused by name later."""

_SKIPPED = """
    quad qquad , ; ! : > space displaystyle textstyle scriptstyle limits nolimits nonumber notag middle big Big
    bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm ( ) [ ] / left right allowbreak hfill enspace
    thinspace medspace thickspace rm it protect
"""
SKIPPED: Final = frozenset((*_SKIPPED.split(), " ", "\t"))
END_MARKS: Final = frozenset(("qed", "QED", "blacksquare", "square", "Box", "checkmark", "qedsymbol"))
"""Commands that say that a proof is over."""
SKIPPED_WITH_ARGUMENT: Final = frozenset(("tag", "label", "hspace", "vspace", "phantom", "color", "tag*", "hspace*"))

LINE_ENVIRONMENTS: Final = frozenset(
    (
        "align",
        "aligned",
        "alignat",
        "equation",
        "gather",
        "gathered",
        "split",
        "eqnarray",
        "multline",
        "displaymath",
        "math",
        "flalign",
    )
)
"""Environments that only lay lines out."""
CASE_ENVIRONMENTS: Final = frozenset(("cases", "dcases", "array", "rcases"))

_MODULES = """
    np numpy torch math sp sympy jnp F nn functional special linalg scipy tf jax cp cupy
"""
MODULES: Final = frozenset(_MODULES.split())
"""Prefixes of Python names that say where a function is from."""

INDICATORS: Final = frozenset("𝟙𝟏")
IVERSON: Final = {"⟦": "[", "⟧": "]"}
"""Brackets around a condition, as the square ones."""
_DELIMITER_SIZES = """
    left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm
"""
DELIMITER_SIZES: Final = frozenset(_DELIMITER_SIZES.split())
