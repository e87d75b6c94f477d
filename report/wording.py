"""The words of every finding: a code and its facts in, a message and a hint out.

The message says what is so; the hint says what to look at, and never gives the answer away. Of the
templates of a code, the first one whose facts are all there is used.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grader.formula.show import show_name
from grader.verdict import Fact, Finding
from questions.kinds import Kind, Mistake
from report.rules import rule_formula, rule_words
from report.text import GLUE, short_number


@dataclass(frozen=True, slots=True)
class Words:
    """`message` may hold `$maths$` where a bank's author wrote it."""

    message: str
    hint: str | None = None


def words(finding: Finding, mistakes: Sequence[Mistake] = (), asked: Kind | None = None) -> Words:
    """What to say about a finding. The bank's own words for this question, `mistakes`, go first.

    `asked` is the kind of the question; None for a task that was stated in options.

    Where the general words name the very option or symbol, they stay, and the mistake's words are the hint.
    """
    own = next((mistake.say for mistake in mistakes if mistake.finding == finding.code), None)
    if own is not None and finding.code not in _BY_THE_AUTHOR:
        return Words(_said_of(finding, own) + _elsewhere(finding))
    templates, hint = WORDS[finding.code]
    if finding.code.startswith("demand-") and not {"reason", "measured"}.isdisjoint(finding.data):
        from report.design_words import demand_message  # words of an analysis, which `list` does not need

        return Words(demand_message(finding), own or hint)
    data = dict(finding.data)
    if "got" in data:
        data["returned"] = returned_text(str(data["got"]))
    said = next(filled for filled in (_filled(template, data) for template in templates) if filled is not None)
    return Words(_said_of(finding, said) + _elsewhere(finding), own or _possible_hint(finding, hint, asked))


def returned_text(got: str) -> str:
    """What a function returned, by its shape or its type: `has shape (3,)`, `is a list`, `is None`."""
    if got.startswith("("):
        return f"has shape {got}"
    return f"is {got}" if got == "None" or " " in got else f"is a{'n' if got[:1] in 'aeiou' else ''} {got}"


def _said_of(finding: Finding, message: str) -> str:
    """The message, with the value that it is about where code returns several."""
    if "value" not in finding.data:
        return message
    part, argument = finding.data.get("part"), finding.data.get("argument")
    about = f"In the gradient by {_displayed(argument)}" if part == "gradient" else "In the loss"
    first, _, rest = message.partition(" ")
    return f"{about}: {first.lower() if first in _OPENINGS else first} {rest}"


def _elsewhere(finding: Finding) -> str:
    """A sentence on the stretch of the inputs in which code fails as at its witness; empty where none is known."""
    where = finding.data.get("where")
    if not isinstance(where, Mapping):
        return ""
    low, high = (x if isinstance(x, float) else None for x in (where.get("low"), where.get("high")))
    name = show_name(str(where.get("name")))
    of = f"component {where['component']} of {name}" if "component" in where else name
    if low is None:
        return "" if high is None else f" The same for any {of} below {short_number(high)}."
    if high is None:
        return f" The same for any {of} above {short_number(low)}."
    if low == high:
        return f" Only for {of} exactly {short_number(low)}."
    return f" The same for any {of} between {short_number(low)} and {short_number(high)}."


def _possible_hint(finding: Finding, hint: str | None, asked: Kind | None) -> str | None:
    """The hint, in place of one that cannot be followed here."""
    if finding.code == "no-entry" and asked is None:
        return "Define it at the top level of the file, or name another one with --entry."
    if finding.code == "wrong-shape" and finding.data.get("got") == "None":
        return "The function ends without `return`, or returns what another call gave as None."
    if finding.code == "wrong-shape" and finding.data.get("got") in ("list", "tuple") and "expected" in finding.data:
        one = finding.data["expected"] == "()"
        return "Return the number itself." if one else "Return one array: np.array(…) makes one of a list of numbers."
    if finding.code == "wrong-shape" and "order" in finding.data:
        return f"Return {finding.data['order']}."
    if finding.code == "unknown-symbol" and "no_loss" in finding.data:
        option = finding.data.get("declare", "--var")
        return f"`lossprep list losses` shows the known ones; {option} declares a name of your own."
    if finding.code == "unknown-symbol" and "declare" in finding.data:
        option, name = finding.data["declare"], finding.data.get("symbol", "u")
        return f"Declare it, such as {option} '{name}: real'."
    if finding.code == "not-closed-form" and (formula := rule_formula(str(finding.data.get("rule")))) is not None:
        return f"The rule: {formula}."
    if finding.code == "unknown-symbol" and asked == "number":
        return "A number needs no names: digits, e, π, and functions such as log or exp."
    return hint


@dataclass(frozen=True, slots=True)
class When:
    """A template for the case that a fact is there, and true (or false)."""

    fact: str
    holds: bool
    say: str


@dataclass(frozen=True, slots=True)
class Is:
    """A template for the case that a fact has this value."""

    fact: str
    value: str
    say: str


Template = str | When | Is
_TOGETHER: Final = (
    "Each row by itself is right, and in one batch they are not: is one maximum, or another number, taken for all rows?"
)
_NAMES: Final = ("first", "second", "wrt")
"""Facts that hold canonical names of the task."""
_OPENINGS: Final = frozenset(
    {"The", "It", "This", "Two", "Three", "Clipping", "Digits", "An", "A", "Arrays", "There", "On", "What", "One"}
)
"""Words that begin a sentence, and are small within one."""
_BY_THE_AUTHOR: Final = (
    "wrong-option", "unknown-symbol", "unreadable", "demand-missed", "demand-undecided", "demand-met",
)  # fmt: skip


def _filled(template: Template, data: Mapping[str, Fact]) -> str | None:
    if isinstance(template, When):
        if bool(data.get(template.fact, not template.holds)) is not template.holds:
            return None
        template = template.say
    elif isinstance(template, Is):
        if data.get(template.fact) != template.value:
            return None
        template = template.say
    needed = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    facts = {
        name: rule_words(str(data[name]))
        if name == "rule"
        else " and ".join(fact_text(data[name]).rsplit(" or ", 1))
        if name == "allowed"
        else fact_text(_displayed(data[name]) if name in _NAMES else data[name])
        for name in needed
        if data.get(name) not in (None, "", ())
    }
    return template.format(**facts) if len(facts) == len(needed) else None


def _displayed(fact: Fact) -> Fact:
    """A canonical name as it is written: `ŷ` for `yhat`."""
    if isinstance(fact, tuple):
        return tuple(_displayed(item) for item in fact)
    return show_name(fact) if isinstance(fact, str) else fact


def fact_text(fact: Fact) -> str:
    """A fact as it stands in a sentence."""
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, float):
        return f"{fact:.4g}"
    if isinstance(fact, tuple):
        texts = [fact_text(item) for item in fact]
        return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + f" or {texts[-1]}" if texts else ""
    if isinstance(fact, Mapping):
        return ", ".join(f"{key} = {fact_text(value)}" for key, value in fact.items())
    return str(fact)


_FORMS: Final = (
    ("in-terms-of", "written with {allowed} only, and {found} is still in it"),
    ("expanded", "multiplied out, and {found} still has a bracket"),
    ("factored", "as one product, and {found} is a sum"),
    ("single-fraction", "as one fraction"),
    ("without-fractions", "without fractions, and {found} is one"),
    ("without-exp", "without exponentials, and {found} is one"),
    ("without-logs", "without logarithms, and {found} is one"),
    ("without-sums", "without a sum, and {found} is one"),
    ("without-indices", "without indices, and {found} has one"),
    ("without-indicators", "without indicators, and {found} is one"),
    ("without-cases", "without cases, and {found} has some"),
    ("without-extremes", "without max and min, and {found} is one"),
    ("without-absolute-values", "without absolute values, and {found} is one"),
)
"""What a question asks of the form of an answer."""
_DERIVATION: Final[dict[str, tuple[tuple[Template, ...], str | None]]] = {
    "shape-mismatch": (
        (
            "The shapes do not fit: {expected} was needed here, and this is {got}.",
            "The shapes do not fit together here: {left} {operation} {right}.",
            "The shapes do not fit together here.",
        ),
        "Write the shape under each factor. The gradient has the shape of the variable it is taken for.",
    ),
    "transposed": (
        (
            "This is the transpose of the gradient: its shape should be {expected}, and is {got}.",
            "This is the transpose of the gradient.",
        ),
        "The gradient has the variable's own shape: a column for a column.",
    ),
    "sign-flipped": (
        ("The sign is flipped: this is minus the gradient.",),
        "Count the minus signs: the one in front of the loss, and each one that the chain rule brings.",
    ),
    "lost-mean": (
        (
            Is("within", "term", "In one of its terms the 1/{size} is missing, or one too many."),
            When("missing", True, "Too large by {size}: the 1/{size} of the mean is missing."),
            When("missing", False, "Too small by {size}: there is a 1/{size} that the loss does not have."),
            "The factor 1/n of the mean is lost or misplaced.",
        ),
        "Is the loss a mean or a sum over the samples? Its gradient keeps that factor.",
    ),
    "lost-chain-factor": (
        (
            When("missing", True, "A factor of the chain rule is missing: {factor}."),
            When("missing", False, "There is a factor too many: {factor}."),
            "The chain rule is broken: a factor is missing, or stands there twice.",
        ),
        "Go from the loss to the variable one function at a time, and write down each inner derivative.",
    ),
    "constant-factor": (
        ("Off by a constant factor: this is {factor} times the gradient.", "Off by a constant factor."),
        "Look at the constants: the exponent that comes down, a ½ in front, a mean.",
    ),
    "lost-term": (
        (
            "A term is missing: what {of_loss} in the loss brings to the gradient.",
            "A term is missing: {term}.",
            "A term is missing.",
        ),
        "Differentiate each term of the loss by itself, then count them again.",
    ),
    "wrong-term": (
        (
            Is("factor", "-1", "The term {term} has the wrong sign."),
            "The term {term} stands there {factor} times.",
            "The weight of one term is wrong.",
        ),
        "Differentiate each term of the loss by itself, then compare the weights.",
    ),
    "wrong-branch": (
        (
            Is("missing", "case", "Right as far as it goes, but one case of the loss is left out."),
            Is("exchanged", "cases", "The branches are exchanged: each stands in the case of the other."),
            "One branch of the piecewise gradient is wrong.",
        ),
        "Take each case of the loss by itself, and differentiate it there.",
    ),
    "swapped-variables": (
        (
            "{first} and {second} are swapped.",
            "This is right for −{mirrored} in place of {mirrored}: the loss counts it the other way round.",
            "Two names are swapped.",
        ),
        "Say aloud which is the prediction and which is the label, then read your answer again.",
    ),
    "wrong-variable": (
        ("This is the gradient with respect to {wrt}.", "This is the gradient with respect to another variable."),
        "Which variable is asked for? One more link of the chain may be missing, or one too many taken.",
    ),
    "wrong-outside-kink": (
        ("Right at the kink, wrong beside it.",),
        "Check a point on each side of the kink.",
    ),
    "length-as-absolute-value": (
        (
            When("right", True, "{typed} of a vector is taken component by component; with {length} this is right."),
            "{typed} of a vector is taken component by component; the rest is said of it with {length}.",
            "The absolute value of a vector is taken component by component, and is not its length.",
        ),
        "The length of a vector v is written ‖v‖, or norm(v).",
    ),
    "wrong-form": (
        (
            *(Is("demand", demand, f"The value is right. The question asks for it {form}.") for demand, form in _FORMS),
            "The value is right. The question asks for it without {found}.",
            "The value is right. The question asks for it in another form.",
        ),
        "Nothing is wrong with the value. Rewrite it in the form that the question asks for.",
    ),
    "not-closed-form": (
        (
            "{left} is still left in the answer; what comes next is {rule}.",
            "{left} is still left in the answer.",
            "A derivative, or the loss itself, is still left in the answer.",
        ),
        "Carry every derivative out, until only the variables are left.",
    ),
    "unknown-symbol": (
        (
            When("no_loss", True, "There is no loss called {text}, nor was the name declared; did you mean {losses}?"),
            When("no_loss", True, "There is no loss called {text}, nor was the name declared."),
            "{symbol} is not a name that was declared; did you mean {suggestion}?",
            "{symbol} is not a name that was declared. One may use {known}.",
            "{symbol} is not a name that was declared.",
            "A name that was not declared.",
        ),
        f"Use the names of the task, or introduce your own with a line such as u{GLUE}={GLUE}y{GLUE}−{GLUE}p.",
    ),
    "step-does-not-follow": (
        ("Line {line} does not follow from what stands before it.", "This step does not follow."),
        "Put simple numbers into both sides of this line.",
    ),
    "answer-does-not-follow": (
        ("The answer is right, but the steps before it do not lead there.",),
        "Repair the first line that is marked.",
    ),
    "other-convention": (
        (
            "Your loss is {factor} times the one that was asked about; your gradient is right for it.",
            "Your loss differs from the one that was asked about only by what does not depend on {free_of}: the"
            " gradient is the same.",
            "You started from another convention of the loss; your gradient is right for it.",
        ),
        None,
    ),
    "kink": (
        (
            "There is no derivative at {at}; any subgradient is accepted there.",
            "The loss has kinks; any subgradient is accepted there.",
        ),
        None,
    ),
    "not-simplified": (("Right, and it can be simplified further.",), None),
    "too-large": (
        (
            "Too large to judge: {what} {got}, and the limit is {limit}.",
            "Too large to judge: the limit for {what} is {limit}.",
            "This is too large to judge.",
        ),
        "Shorten it: smaller exponents, fewer terms, less nesting.",
    ),
    "unreadable": (
        (
            "{file}: {reason}.",
            "Line {line} of the cases cannot be read: {reason}.",
            When("decimal_comma", True, "This cannot be read: use a decimal point, and nothing between thousands."),
            "This cannot be read: {reason}.",
            "This cannot be read: {character} is not a printable character.",
            When("unclosed", True, "The bracket {bracket} is not closed: expected {expected}."),
            "This cannot be read: expected {expected}, found {got}.",
            "This cannot be read: expected {expected}, found {found}.",
            "This cannot be read: expected {expected} here.",
            "This cannot be read as a formula.",
        ),
        None,
    ),
    "wrong-value": (
        (
            Is("part", "gradient", "The gradient is {factor} times the right one."),
            "The value is {factor} times the right one.",
            "The labels of {labels} are off by {offset}.",
            "The value is off by a constant, {offset}.",
            "On a batch of {n} rows the value differs from the right one, though on small ones it does not.",
            "The value differs from the right one.",
        ),
        "Work the point out by hand, step by step.",
    ),
}

_CODE: Final[dict[str, tuple[tuple[Template, ...], str | None]]] = {
    "wrong-sign": (
        (
            Is("part", "gradient", "The sign is wrong: this is minus the gradient."),
            "The sign is wrong: this is minus the loss.",
        ),
        "A loss to be minimised: is the minus there, once?",
    ),
    "wrong-reduction": (
        (
            When("summed", True, "The gradient was reduced to one number: it has the shape {expected}."),
            Is("factor", "none", "The reduction over the batch is missing: the shape should be {expected}, not {got}."),
            Is("part", "gradient", "The reduction is wrong: the result is {factor} times the gradient."),
            "The reduction is wrong: the result is {factor} times the loss.",
            "The reduction over the batch is wrong.",
        ),
        "A mean, a sum, or one value per sample: the formula says which, and over which axes.",
    ),
    "wrong-axis": (
        ("The reduction runs over the wrong axis.",),
        "Which axis holds the classes? Pass `axis=` explicitly.",
    ),
    "log-base": (
        ("The logarithm has another base ({base}).", "The logarithm has another base."),
        "`log` is the natural logarithm here.",
    ),
    "swapped-arguments": (
        ("Two arguments are used in each other's place: {names}.", "Two arguments are used in each other's place."),
        "Compare the order of the signature with the order in your formula.",
    ),
    "ignores-argument": (
        ("The argument {name} has no effect on the result.", "An argument has no effect on the result."),
        "Change that argument alone, and see where your code ought to notice.",
    ),
    "broadcasting": (
        (
            "Arrays of shapes {shapes} broadcast against each other: every sample met every other one.",
            "Arrays broadcast against each other: every sample met every other one.",
        ),
        "Print the shapes: (n,) against (n, 1) gives (n, n).",
    ),
    "clip-bias": (
        (
            "Clipping at {bound} changes the loss of everything beyond it.",
            "Clipping with {epsilon} changes the loss of confident predictions.",
            "Clipping, or an added epsilon, changes the loss of confident predictions.",
        ),
        "A clip avoids the warning, not the error. Work from the logit, where nothing has to be clipped.",
    ),
    "overflow": (
        (
            "NumPy warned: {warning}.",
            "It overflows at {input}.",
            "It overflows for large inputs.",
        ),
        "Which intermediate value outgrows the floats, though the result does not? Rearrange so that it stays small.",
    ),
    "underflow": (
        (
            When("together", True, _TOGETHER),
            "An intermediate value underflows to 0, and its digits are gone.",
        ),
        "Stay in logarithms: the log of a tiny product is a sum of moderate logs.",
    ),
    "cancellation": (
        (When("together", True, _TOGETHER), "Digits cancel: two nearly equal numbers are subtracted."),
        "Look for 1 − (nearly 1) or log(1 + tiny): log1p and expm1 exist for these.",
    ),
    "nan": (
        (When("together", True, _TOGETHER), "The result is NaN where the true value is a number."),
        "∞ − ∞, 0·∞, 0/0 or the log of a negative number: which one is it at this input?",
    ),
    "domain-error": (
        (
            "NumPy warned inside the domain: {warning}.",
            "It raised {exception} inside the domain: {message}.",
            "A warning or an exception inside the domain.",
        ),
        "The input is allowed. Guard this case, or rearrange so that it needs no guard.",
    ),
    "edge-case": (
        (
            "It fails at an edge of the domain: {what}.",
            "It fails at an edge of the domain, at {input}.",
            "It fails at an edge of the domain.",
        ),
        "Try one sample, one class, exact 0 and exact 1.",
    ),
    "wrong-shape": (
        (
            "The result should be {parts}; yours is a {got}.",
            "The values are returned in another order than {order}.",
            Is("expected", "()", "The result should be one plain number; yours {returned}."),
            "The result should have shape {expected}; yours {returned}.",
            "The result does not have the promised shape.",
        ),
        "A loss is one plain number: not (1,), not a tuple. A gradient has the shape of what it is taken by.",
    ),
    "breaks-law": (
        (
            Is("law", "permutation", "Shuffling the batch takes the loss from {from} to {to}: it should stay."),
            Is("law", "duplication", "Every sample twice changes the loss from {from} to {to}: a mean should stay."),
            Is("law", "additivity", "Every sample twice turns the loss from {from} into {to}: a sum should double."),
            Is("law", "shift", "A constant added to all logits changes the loss from {from} to {to}: it should not."),
            Is("law", "translation", "Predictions and targets moved together change the loss from {from} to {to}."),
            Is("law", "label-symmetry", "Mirrored labels and predictions take it from {from} to {to}: it should stay."),
            Is("law", "even", "With all signs turned the loss goes from {from} to {to}: it should stay."),
            Is("law", "weights-as-repetition", "A weight of 2 gives {from}, the sample twice {to}: they do not fit."),
            Is("law", "zero-at-perfect", "A perfect prediction costs {to}: it should cost nothing."),
            Is("law", "nonnegative", "The loss is {to} at {first}; the true one was negative at no input tried."),
            "A law that the loss keeps is broken here: {law}.",
            "A law that the loss keeps is broken here.",
        ),
        "Think of what should not change, and find the line that changes it.",
    ),
    "dtype": (
        ("It goes wrong for the type {dtype}.", "The result has an unexpected type."),
        "Let the result keep the inputs' floating type; integers become float64.",
    ),
    "mutates-input": (
        ("The caller's array is changed: {names}.", "The inputs were changed."),
        "`x -= …` and `x[...] = …` write into the caller's array: make a new one.",
    ),
    "not-deterministic": (
        ("Two calls with the same input gave different results.",),
        "Remove randomness, and anything remembered between calls.",
    ),
    "slow": (
        (
            "{ratio} times slower than the vectorised formula, by the loop at line {line}.",
            "{ratio} times slower than the vectorised formula.",
            "Much slower than the vectorised formula.",
        ),
        "Replace the Python loop by whole-array operations.",
    ),
    "hides-nan": (
        ("A NaN in the input comes out as an ordinary number.",),
        "`nan_to_num`, `nansum` and bare comparisons hide faults upstream.",
    ),
    "prints": (
        (When("cut", True, "It printed without end, and was stopped."), "The function prints."),
        "Return the value, and leave printing to the caller.",
    ),
    "timeout": (
        ("Stopped after {seconds} s.", "It took too long, and was stopped."),
        "Is there a loop that does not end, or one over every pair?",
    ),
    "out-of-memory": (
        ("It needed more than {limit} of memory.", "It needed too much memory."),
        "Does an intermediate array hold every pair of samples?",
    ),
    "crashed": (
        (
            "The number of arguments differs: the function takes {takes}, the task passes {passes}.",
            "It raised {exception}: {message}.",
            "It raised {exception}.",
            "The process ended with {signal}.",
            "The process ended with exit code {exit}.",
            "It crashed.",
        ),
        None,
    ),
    "forbidden": (
        (
            "The code tried something that is not allowed here: {what}.",
            "The code tried something that is not allowed here.",
        ),
        "A loss needs its arguments and NumPy, and nothing else.",
    ),
    "no-entry": (
        (
            "There is no function {asked}; the file has {names}.",
            "There is no function {asked}.",
            "There is not one public function to test, but several: {names}.",
            "There is no public function to test.",
        ),
        "Define it at the top level of the file.",
    ),
    "syntax-error": (("This is not valid Python: {message}.", "This is not valid Python."), None),
    "import-error": (
        ("The module {name} cannot be imported here.", "An import failed: {message}.", "An import failed."),
        "NumPy and the standard library are available.",
    ),
}

_SMALL: Final[dict[str, tuple[tuple[Template, ...], str | None]]] = {
    "demand-missed": (
        ("The demand {demand} is not met.", "A demand is not met."),
        "Change the formula where this shows, and ask `lossprep analyze` about it.",
    ),
    "demand-undecided": (
        ("Whether the demand {demand} is met could not be decided.", "Whether a demand is met could not be decided."),
        None,
    ),
    "demand-met": (("The demand {demand} is met.", "A demand is met."), None),
    "experiment": (("The experiment, beside well-known losses.",), None),
    "wrong-option": (
        (
            "Option {option} is not right: {why}",
            "Option {option} is not right.",
            "One of the chosen options is not right.",
        ),
        None,
    ),
    "missing-option": (("Not all right options were chosen.",), "More than one may be right."),
    "wrong-unit": (("The unit should be {expected}.", "The unit is wrong."), "What is this number a number of?"),
    "too-few-digits": (
        ("Give {digits} significant digits, or the exact value.", "Give more digits, or the exact value."),
        "A formula such as ln 2 or 2/3 is taken as it stands.",
    ),
    "empty": (
        (
            When("untouched", True, "There is no answer here yet: this is the starting file."),
            "There is no answer here.",
        ),
        "Type it, or give a file.",
    ),
    "points-open": (
        ("Not covered yet: {points}.", "Some points of the rubric are not covered."),
        "Say each missing point aloud in one sentence.",
    ),
}

WORDS: Final[dict[str, tuple[tuple[Template, ...], str | None]]] = {**_CODE, **_SMALL, **_DERIVATION}
