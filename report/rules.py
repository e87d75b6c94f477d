"""The rules of differentiation, in words."""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    "chain": ("the chain rule", "dL/dz = dL/dp · dp/dz"),
    "product": ("the product rule", "(u·v)′ = u′·v + u·v′"),
    "quotient": ("the quotient rule", "(u/v)′ = (u′·v − u·v′)/v²"),
    "power": ("the power rule", "(uᵃ)′ = a·uᵃ⁻¹·u′"),
    "log": ("the derivative of the logarithm", "(log u)′ = u′/u"),
    "exp": ("the derivative of the exponential", "(eᵘ)′ = eᵘ·u′"),
    "sigmoid": ("the derivative of the sigmoid", "σ′ = σ·(1 − σ)"),
    "softmax": ("the derivative of the softmax", "∂p_j/∂z_k = p_j·(δ_jk − p_k)"),
    "logsumexp": ("the derivative of logsumexp", "∂/∂z_k is softmax(z)_k"),
    "softplus": ("the derivative of softplus", "softplus′ = σ"),
    "tanh": ("the derivative of tanh", "tanh′ = 1 − tanh²"),
    "cosh": ("the derivative of cosh", "cosh′ = sinh"),
    "sin": ("the derivative of the sine", "sin′ = cos"),
    "cos": ("the derivative of the cosine", "cos′ = −sin"),
    "erf": ("the derivative of erf", "(erf u)′ = 2/√π·e^(−u²)·u′"),
    "lgamma": ("the derivative of log Γ", "(log Γ)′ is the digamma function"),
    "abs": ("the derivative of the absolute value", "|u|′ = sign(u)·u′"),
    "norm": ("the derivative of the norm", "‖u‖′ is u/‖u‖"),
    "piecewise": ("the derivative piece by piece", "each piece by itself, with its own condition"),
    "linearity": ("linearity", "term by term, constant factors stay in front"),
    "sum": ("the sum, term by term", "only the terms that hold the variable are left"),
    "substitution": ("substitution", "put in what is known already"),
    "algebra": ("algebra", "multiply out, cancel, collect"),
}  # fmt: skip


def rule_words(rule: str) -> str:
    """`chain` as `the chain rule`; any other name is that of a function."""
    return _WORDS[rule][0] if rule in _WORDS else f"the derivative of {rule}"


def rule_formula(rule: str) -> str | None:
    """The rule as a formula, where it has one."""
    return _WORDS[rule][1] if rule in _WORDS else None
