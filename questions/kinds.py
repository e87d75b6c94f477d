"""What can be asked: a closed union of frozen values, as a bank states them.

Every field that holds a formula, a declaration or prose holds it as the author typed it; reading it
is the job of `grader.formula`. A kind is added here, in `Question`, and then wherever the type checker
says that it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from questions.losses.known import Space

Stage = Literal["definition", "gradient", "comparison", "practice", "implementation"]
Topic = Literal["regression", "classification", "optimisation", "probability", "stability", "imbalance", "robustness"]
Skill = Literal["calculus", "probability", "optimisation", "engineering"]
Level = Literal["entry", "mid", "senior"]
Role = Literal["swe", "mle", "ds"]
FollowUp = Literal["gradients", "mse-or-cross-entropy", "outliers", "imbalance"]
Related = Literal["mae-or-mse", "stable-softmax", "maximum-likelihood", "focal-loss"]
CodeLevel = Literal["correct", "stable", "precise"]
Returns = Literal["loss", "gradient", "loss-and-gradient"]
Without = Literal["fractions", "exp", "logs", "sums", "indices", "indicators", "cases", "extremes", "absolute-values"]
Style = Literal["expanded", "factored", "single-fraction"]
Kind = Literal["choice", "number", "derivation", "code", "design", "explain"]
Experiment = Literal["outliers", "imbalance"]

STAGES: tuple[Stage, ...] = get_args(Stage)
SKILLS: tuple[Skill, ...] = get_args(Skill)
LEVELS: tuple[Level, ...] = get_args(Level)
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What to say to whoever makes this mistake, instead of the general words for the finding."""

    finding: str
    say: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A sample answer that must not pass, and the finding that must come first."""

    answer: str
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a choice; `why` says why it is right, or what makes it wrong."""

    text: str
    why: str
    correct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of an explain question's rubric, marked by the person."""

    text: str
    essential: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the answer of a derivation is to be written. What does not meet it is a note, or an error if `required`."""

    in_terms_of: tuple[str, ...] = ()
    """Formulas: beside them the answer may hold numbers and sizes only, in whatever functions."""
    without: tuple[Without, ...] = ()
    """What the answer may not hold; a division by a number is no fraction."""
    style: Style | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    id: str
    title: str
    prompt: str
    requirements: tuple[str, ...]
    """What a complete answer covers."""
    stage: Stage
    topic: Topic
    skills: tuple[Skill, ...]
    level: Level
    roles: tuple[Role, ...]
    minutes: int
    hints: tuple[str, ...]
    """A ladder: each gives away more."""
    solution: str
    """The worked model answer, in prose."""
    analysis: str
    """Why it is so, and what an interviewer listens for."""
    sources: tuple[str, ...]
    """Keys of `questions/sources.yaml`."""
    follow_up: FollowUp | None = None
    related: Related | None = None
    tags: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    """Declarations of names that stand between dollar signs in the prose and are not declared otherwise."""
    mistakes: tuple[Mistake, ...] = ()
    accepted: tuple[str, ...] = ()
    """Sample answers that must be right, beside the model answer."""
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(_Common):
    """One or several right options. Answered by letters, in the order in which the options were shown."""

    kind: ClassVar[Literal["choice"]] = "choice"
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(_Common):
    """A number, stated as a closed formula. `tolerance` is a formula too, absolute."""

    kind: ClassVar[Literal["number"]] = "number"
    answer: str
    unit: str | None = None
    tolerance: str | None = None
    """None: three significant digits, which the prompt then says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation(_Common):
    """The gradient of `loss` with respect to `wrt`, in closed form, by as many steps as the person likes."""

    kind: ClassVar[Literal["derivation"]] = "derivation"
    loss: str
    wrt: str
    variables: tuple[str, ...]
    given: tuple[str, ...] = ()
    form: Form | None = None
    answer: str
    """A model derivation, as a person would type it; it is graded like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(_Common):
    """A loss implementation: the function `entry`, of `arguments` in their order, must equal `loss`; or its gradient
    with respect to `wrt` (one argument, or several: `w, b`), or both, as the tuple (loss, gradient, …)."""

    kind: ClassVar[Literal["code"]] = "code"
    loss: str
    arguments: tuple[str, ...]
    entry: str
    starter: str
    reference: str
    """The model answer, as Python source."""
    asks: CodeLevel = "stable"
    returns: Returns = "loss"
    wrt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Design(_Common):
    """A loss of `wrt` over `variables`, invented by the person, that meets every one of `demands`."""

    kind: ClassVar[Literal["design"]] = "design"
    wrt: str
    variables: tuple[str, ...]
    demands: tuple[str, ...]
    """Properties (`convex`, `not bounded`, `bounded-influence <= 1`) and measures of the experiment
    (`efficiency >= 0.9`)."""
    space: Space | None = None
    """What `wrt` is, where the properties that apply depend on it."""
    experiment: Experiment | None = None
    answer: str
    """A model design."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain(_Common):
    """Free text. Its rubric is shown after the answer, and marked by the person."""

    kind: ClassVar[Literal["explain"]] = "explain"
    points: tuple[Point, ...]
    answer: str


Question = Choice | Number | Derivation | Code | Design | Explain

CLASSES: Mapping[str, type[Question]] = {
    "choice": Choice, "number": Number, "derivation": Derivation, "code": Code, "design": Design,
    "explain": Explain,
}  # fmt: skip


def model_answer(question: Question) -> str:
    """The answer of the bank itself, in the form in which a person would submit it."""
    match question:
        case Choice():
            right = (i for i, option in enumerate(question.options) if option.correct)
            return ",".join("abcdefghijklmnopqrstuvwxyz"[i] for i in right)
        case Number() | Derivation() | Design() | Explain():
            return question.answer
        case Code():
            return question.reference
