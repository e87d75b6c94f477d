"""The words of an analysis: what each property is called, and the sentence for each argument that one rests on.

Of the templates of a reason, the first one whose facts are all there is used, as in `report.wording`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grader.formula.show import show_name
from grader.properties.analysis import Answer, End, Kink, Named, Proof, Property
from grader.verdict import Fact


@dataclass(frozen=True, slots=True)
class Title:
    """A property's name for people. It completes a sentence: a loss `is` convex, or `has` a bounded influence."""

    text: str
    verb: str = "is"
    value: str = ""
    """What the property's value is, where it has one."""


TITLES: Final[Mapping[str, Title]] = {
    "nonnegative": Title("non-negative"),
    "zero-at-zero": Title("zero at zero"),
    "even": Title("symmetric"),
    "convex": Title("convex"),
    "strictly-convex": Title("strictly convex"),
    "strongly-convex": Title("strongly convex", value="modulus"),
    "differentiable": Title("differentiable"),
    "twice-differentiable": Title("twice differentiable"),
    "lipschitz": Title("Lipschitz", value="constant"),
    "smooth": Title("smooth", value="constant"),
    "bounded": Title("bounded", value="supremum"),
    "bounded-influence": Title("bounded influence", "has", value="bound"),
    "redescending": Title("redescending"),
    "saturates": Title("a saturating gradient", "has"),
    "classification-calibrated": Title("classification-calibrated"),
    "proper": Title("proper"),
    "strictly-proper": Title("strictly proper"),
    # asked of designs only
    "quadratic-at-zero": Title("quadratic near zero", value="curvature"),
    "linear-tails": Title("linear in its tails"),
}
ANSWERS: Final[Mapping[Answer, str]] = {"yes": "yes", "no": "no", "undecided": "undecided"}
MARKS: Final[Mapping[Answer, str]] = {"yes": "✓", "no": "✗", "undecided": "?"}
EVIDENCE: Final[Mapping[Proof | None, str]] = {
    "proved": "proved",
    "tested": "tested, not proved",
    "witness": "witness",
    None: "",
}

REASON_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    # for
    "lower-bound": ("Its infimum is {bound}, {at}.", "Its infimum is {bound}."),
    "nowhere-negative": ("Its sign is negative nowhere.",),
    "value-at": ("It is {value} {at}.",),
    "identity": ("{left} = {right}, identically.",),
    "slopes-grow": (
        "Its curvature is never negative, and its slope never drops {kinks}.",
        "Its curvature is never negative.",
    ),
    "curvature-positive": (
        "Its curvature is positive, save at isolated points at most, and its slope never drops {kinks}.",
        "Its curvature is positive, save at isolated points at most.",
    ),
    "curvature-above": ("Its curvature is at least {bound}, the infimum {at}.", "Its curvature is at least {bound}."),
    "slopes-agree": (
        "The slopes on both sides agree {kinks}.",
        "The slopes on both sides agree at every seam.",
    ),
    "curvatures-agree": (
        "Slopes and curvatures on both sides agree {kinks}.",
        "Slopes and curvatures on both sides agree at every seam.",
    ),
    "analytic": ("It is one smooth formula, without a seam.",),
    "slope-bound": (
        "Its slope is at most {bound} in size, the supremum {at}.",
        "Its slope is at most {bound} in size.",
    ),
    "curvature-bound": (
        "Its curvature is at most {bound} in size, the supremum {at}.",
        "Its curvature is at most {bound} in size.",
    ),
    "loss-bound": ("It is at most {bound} in size, the supremum {at}.", "It is at most {bound} in size."),
    "stays-finite": ("Every limit at a seam or an end is finite, and it is analytic in between; no bound was found.",),
    "curved-at-zero": ("At 0 it is 0 and flat, with the curvature {value} from both sides.",),
    "slopes-settle": ("Toward both ends its slope tends to a finite limit other than 0.",),
    "slope-vanishes": ("Its slope tends to 0 toward both ends.",),
    "plateau": (
        "{at} it tends to its supremum, {supremum}, and its gradient to 0.",
        "Where it tends to its supremum, its gradient tends to 0.",
    ),
    "convex-and-falling": (
        "Convex, with slope {slope} < 0 at margin 0 (Bartlett, Jordan and McAuliffe 2006, theorem 2).",
    ),
    "smaller-on-the-right": (
        "The right sign always costs less than the wrong one of the same size, and the slope at margin 0 is "
        "{slope} < 0.",
    ),
    "weight-nonnegative": ("Its weight {weight} is never negative (Shuford, Albert and Massengill 1966).",),
    "weight-positive": ("Its weight {weight} is positive (Shuford, Albert and Massengill 1966).",),
    # for, of vectors
    "composed": ("It is put together by steps that keep convexity, at every size (Grant, Boyd and Ye 2006).",),
    "parts-nonnegative": ("It is put together from parts that are never negative.",),
    "above-its-mean": ("A maximum, and a log-sum-exp, is at least every weighted mean of its numbers.",),
    "gibbs": ("Gibbs' inequality: Σ p log(p/q) ≥ 0 for probabilities p and q.",),
    "ratio": ("What is taken away is a quotient that never exceeds what it is taken from.",),
    "strict-term": ("It is convex, and its term {term} strictly so in every component.",),
    "strong-term": ("It is convex, and its term {term} has a curvature of at least {bound} in every direction.",),
    "smooth-parts": ("Every step of it has a derivative wherever it is taken.",),
    "steady-parts": ("It is put together by steps that keep differences within some multiple.",),
    "steady-gradient": ("Its gradient is put together by steps that keep differences within some multiple.",),
    "bounded-parts": ("It is put together by steps that keep what is bounded bounded.",),
    # against
    "negative-at": ("It is {value} {at}.",),
    "not-zero-at-zero": ("At 0 it is {value}.", "It has no value at 0."),
    "differs-at": ("It is {value} {at}, and {mirrored} at the mirrored point.",),
    "lopsided-domain": ("Its domain is not symmetric about 0.",),
    "chord": (
        "At {middle} it is {at_middle}, above the chord from {at_a} at {a} to {at_b} at {b}.",
        "At {middle} it is {at_middle}, above its chord between {a} and {b}.",
    ),
    "flat-chord": ("It is a straight line between {a} and {b}.",),
    "curvature-vanishes": (
        "Its curvature has no positive lower bound: it comes to {value} {at}.",
        "Its curvature has no positive lower bound.",
    ),
    "kink": ("{at} its slope jumps from {left} to {right}.", "{at} it has no derivative."),
    "jump": ("{at} it jumps from {left} to {right}.", "{at} it jumps."),
    "no-value": ("{at} it has no value, and tends to {limit}.", "{at} it has no value."),
    "off-its-limit": (
        "{at} its value is {value}, and it tends to {limit} there.",
        "{at} its value is not what it tends to there.",
    ),
    "curvature-jumps": ("{at} its curvature jumps from {left} to {right}.", "{at} its curvature jumps."),
    "slope-unbounded": ("Its slope grows without bound {at}.",),
    "curvature-unbounded": ("Its curvature grows without bound {at}.",),
    "loss-unbounded": ("It grows without bound {at}.",),
    "slope-limit": ("{at} its slope tends to {value}.", "{at} its slope has another limit."),
    "slope-stays": (
        "{at}, where it tends to its supremum, its slope tends to {value}, not to 0.",
        "{at}, where it tends to its supremum, its slope does not tend to 0.",
    ),
    "supremum-inside": (
        "Its supremum, {value}, is not at an end: it stands {at}.",
        "Its supremum is not at an end.",
    ),
    "flat-at-zero": ("At margin 0 its slope is {slope}, not negative, so that the right sign is not rewarded.",),
    "kinked-at-zero": (
        "Convex, with slopes {left} and {right} at margin 0: without a derivative there it is not calibrated "
        "(Bartlett, Jordan and McAuliffe 2006, theorem 2).",
    ),
    "best-is-elsewhere": (
        "Where the true probability is {probability}, answering {best} costs {risk}, less than the "
        "{risk_at_probability} of the truth.",
        "Where the true probability is {probability}, answering {best} costs less than the truth.",
    ),
    "several-best": ("Where the true probability is {probability}, answering {other} costs no more.",),
    "wrong-sign-as-good": (
        "Where the likelier class has probability {probability}, an answer of the wrong sign can cost {wrong}, and "
        "none of the right sign less than {right}.",
        "For some probability, an answer of the wrong sign costs no more than those of the right sign.",
    ),
    # neither
    "not-shown": (
        "Neither shown nor refuted; what stood in the way: {tried}.",
        "Neither shown nor refuted in the time allowed.",
    ),
}
"""A template may begin with `{at}`; it is then set as the beginning of a sentence."""

_DECIMALS: Final = re.compile(r"[-−]?\d+\.\d+")
_SCALELESS: Final = ("0", "∞", "−∞")
"""Places that are the same at every scale."""
_PLACES: Final = ("at",)
"""Facts that become `at r = 2` or `as r → ∞`."""
_POINTS: Final = ("a", "b", "middle")
"""Facts that become `r = 2`."""
_SEAMS: Final = "kinks"
"""The fact that becomes `at r = −δ and δ`, or `at any of its 2 seams`."""


TRIED: Final[Mapping[str, str]] = {
    "time": "the time allowed",
    "compared": "two formulas that are neither proved equal nor different",
    "composition": "neither the rules of composition nor any of a few lines and points tell",
}
"""What an engine says in one word. Elsewhere it says it in a phrase."""


def detail(item: Property, wrt: str, ends: Collection[str] = ()) -> str:
    """The argument for an answer, or against it, as one sentence. `wrt` is the name of the variable; `ends` are those
    of its domain that do not belong to it, which are told as limits."""
    facts = {name: text for name, fact in item.facts.items() if (text := _fact(name, fact, wrt, ends))}
    if "scale" in facts and "cases" not in facts and item.facts.get("at") not in _SCALELESS and "at" in facts:
        facts["at"] += f" where {show_name(facts['scale'])} is 1"
    for template in REASON_WORDS[item.reason]:
        needed = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        if needed <= facts.keys():
            return _sentence(template.format(**facts), _cases(item, facts.get("cases"), bool(needed)))
    return _sentence(NO_DETAIL[item.answer], None)


def _cases(item: Property, cases: str | None, has_facts: bool) -> str | None:
    """For what the sentence holds. A `yes` holds for everything: then the cases say where its facts belong."""
    if item.answer != "yes" or not cases:
        return cases and f"for {cases}"
    return f"told for {cases}" if has_facts else None


NO_DETAIL: Final[Mapping[Answer, str]] = {
    "yes": "It holds for every input.",
    "no": "It does not hold.",
    "undecided": "Neither shown nor refuted.",
}


def _sentence(said: str, cases: str | None) -> str:
    said = said[0].upper() + said[1:] if said.startswith(("at ", "as ")) else said
    return f"{said.removesuffix('.')} ({cases})." if cases else said


def _fact(name: str, fact: Fact, wrt: str, ends: Collection[str]) -> str:
    if name in _PLACES:
        return place(fact, wrt, ends)
    if name in _POINTS:
        return point(fact, wrt)
    if name == _SEAMS and isinstance(fact, int):
        return "" if not fact else "at its seam" if fact == 1 else f"at any of its {fact} seams"
    if name == "tried" and isinstance(fact, tuple):
        return joined([TRIED.get(str(item), str(item)) for item in fact])
    return place(fact, wrt) if name == _SEAMS else fact_text(fact)


def fact_text(fact: Fact) -> str:
    """A fact as it stands in a sentence: `1/2`, `r = 1 and y = 0`, `a, b and c`. Empty for what says nothing."""
    match fact:
        case None | "" | True | False:
            return ""
        case float():
            return f"{fact:.4g}".replace("-", "−")
        case Mapping():
            return " and ".join(f"{show_name(key)} = {fact_text(value)}" for key, value in fact.items())
        case tuple():
            return joined([fact_text(item) for item in fact])
    text = unwrapped(str(fact))
    text = text.rstrip("0").rstrip(".") if _DECIMALS.fullmatch(text) else text
    return "−" + text[1:] if text.startswith("-") else text


def unwrapped(text: str) -> str:
    """A fraction by itself needs no brackets: `8/27`."""
    inner = text[1:-1]
    return inner if text.startswith("(") and text.endswith(")") and not set(inner) & set("()") else text


def joined(texts: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return ", ".join(texts[:-1]) + f" {last} {texts[-1]}" if len(texts) > 1 else "".join(texts)


def point(fact: Fact, wrt: str) -> str:
    """`r = 2`, of a value or of the values of several variables; `r ≈ 0.5` of one that is only enclosed."""
    text = fact_text(fact)
    if not text or "=" in text or isinstance(fact, Mapping):
        return text
    return f"{show_name(wrt)} {text}" if text.startswith("≈") else f"{show_name(wrt)} = {text}"


def place(fact: Fact, wrt: str, ends: Collection[str] = ()) -> str:
    """`at r = 2`, or `as r → ∞` of an end."""
    text = point(fact, wrt)
    if not text:
        return ""
    if "= → " in text:
        return f"as {text.replace('= → ', '→ ')}"
    limit = "∞" in text or (isinstance(fact, str) and fact_text(fact) in ends)
    return f"as {text.replace(' = ', ' → ')}" if limit else f"at {text}"


# ---- what is no property

GROWTH: Final[Mapping[str, str]] = {
    "exponential": "grows exponentially",
    "faster": "grows faster than any power",
    "polynomial": "grows like a power",
    "linear": "grows linearly",
    "sublinear": "grows without bound, slower and slower",
}
MINIMISERS: Final[Mapping[str, tuple[str, ...]]] = {
    "mean": ("where {of} is the mean of {target}", "at the mean of the targets"),
    "median": ("at the median of the targets",),
    "quantile": ("at the quantile of the targets at level {level}", "at a quantile of the targets"),
    "between-mean-and-median": ("between mean and median, where no few targets can drag it far",),
    "mode-seeking": ("near where the targets are densest: far ones do not count",),
}
"""Each completes: over a distribution of targets it is least …"""
LIKELIHOODS: Final[Mapping[str, tuple[str, ...]]] = {
    "gaussian": ("a Gaussian",),
    "laplace": ("a Laplace distribution",),
    "asymmetric-laplace": ("an asymmetric Laplace distribution",),
    "student-t": ("Student's t distribution",),
    "logistic": ("a logistic distribution",),
    "hyperbolic-secant": ("a hyperbolic secant distribution",),
    "gumbel": ("a Gumbel distribution",),
    "bernoulli": ("a Bernoulli distribution",),
    "categorical": ("a categorical distribution",),
    "poisson": ("a Poisson distribution",),
}


def kink_words(kink: Kink, wrt: str, at: str, left: str | None, right: str | None) -> str:
    """A seam of the loss, with the slopes on both sides, already as text (None: there is none, or it is not known)."""
    where = f"{show_name(wrt)} = {at}"
    if kink.jump:
        said = "the loss itself jumps"
    elif left is None and right is None:
        said = "no derivative"
    elif left == right:
        said = f"the slope is {left} on both sides, the curvature jumps"
    else:
        said = f"the slope is {left or 'not defined'} on the left and {right or 'not defined'} on the right"
    return f"{where}: {said}{_for(kink.cases)}."


def end_words(end: End, wrt: str, at: str, loss: str | None, slope: str | None, order: str | None) -> str:
    """What happens toward one end of the domain; limits and the leading term are text already (None: not known)."""
    parts = [_growth(end, loss, order)]
    if slope == "0":
        parts.append("it is flat: its gradient tends to 0")
    elif slope is not None:
        parts.append(f"its slope tends to {slope}")
    return f"{show_name(wrt)} → {at}: {'; '.join(parts)}{_for(end.cases)}."


def _growth(end: End, loss: str | None, order: str | None) -> str:
    like = f", like {order}" if order else ""
    if loss == "−∞":
        return f"it falls without bound{like}"
    if loss == "∞":
        return f"it {GROWTH.get(end.growth, 'grows without bound')}{like}"
    if loss is not None:
        falls = like if loss == "0" else ""
        return f"it {'levels off at' if end.growth == 'constant' else 'tends to'} {loss}{falls}"
    return "its limit is not known" if end.growth == "unknown" else f"it {GROWTH.get(end.growth, 'levels off')}{like}"


def _for(cases: Mapping[str, Fact]) -> str:
    return f" (for {fact_text(cases)})" if cases else ""


def named_words(named: Named, table: Mapping[str, tuple[str, ...]]) -> str:
    """A minimiser or a likelihood in words; one that the table does not know by its own name."""
    facts = {name: text for name, fact in named.facts.items() if (text := fact_text(fact))}
    if "target" in facts:
        facts["target"] = show_name(facts["target"])
    for template in table.get(named.name, ()):
        if {name for _, name, _, _ in string.Formatter().parse(template) if name} <= facts.keys():
            return template.format(**facts)
    return named.name.replace("-", " ")


SILENCE: Final[Mapping[str, str]] = {
    "vector": "The loss is no function of one real variable",
    "component": "It is asked about one component of a vector",
    "discrete": "A variable takes single values only",
    "cases": "There are too many cases to take one by one",
}


def silence_words(why: str) -> str:
    """Why nothing is said about a loss beyond its formulas."""
    return f"{SILENCE.get(why, why)}: of such a loss only the formulas are told."


def invariance_words(named: Named, wrt: str) -> str:
    """`it depends on ŷ − y alone`, or how it scales: `L(k·r; k·δ) = k²·L(r; δ)`."""
    x, other = show_name(wrt), show_name(str(named.facts.get("of", "")))
    if named.name == "shift-all":
        return f"the same number added to every component of {x} changes nothing"
    if named.name == "permutation":
        along = named.facts.get("with", ())
        beside = [show_name(str(name)) for name in along] if isinstance(along, tuple) else []
        return f"another order of the components of {x}{f', {joined(beside)} alike,' if beside else ''} changes nothing"
    if named.name == "scale-all":
        times = {0: "", 1: "k·"}.get(
            int(str(named.facts.get("degree"))), f"k{str(named.facts.get('degree')).translate(_RAISED)}·"
        )
        return f"L(k·{x}) = {times}L({x}) for every k > 0"
    if named.name == "shift":
        return f"it depends on {x} {'+' if named.facts.get('sign') == -1 else '−'} {other} alone"
    degree = named.facts.get("degree")
    weight = "k" if named.facts.get("weight") == 1 else "1/k"
    power = "" if degree == 0 else "k·" if degree == 1 else f"k{str(degree).translate(_RAISED)}·"
    return f"L(k·{x}; {weight}·{other}) = {power}L({x}; {other}) for every k > 0"


def heading_words(invariances: Sequence[Named]) -> str:
    """What the properties are those of."""
    for item in invariances:
        if item.name == "elementwise":
            return f"Properties of one element; the loss is their {item.facts.get('of')}"
    return "Properties"


_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
