"""The verdict on a derivation: read it, decide the last line, judge the others, say what went wrong."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from grader.findings import in_order
from grader.formula.errors import Unreadable
from grader.formula.shape_of import shape_of
from grader.formula.shapes import text as shape_text
from grader.formula.shapes import transposed
from grader.formula.show import show
from grader.formula.tree import Call, Deriv, Expr, Name, Num
from grader.symbolic.asked import Asked
from grader.symbolic.compare import Different, Equal, Outcome, Unknown, compare
from grader.symbolic.diagnose import diagnose, is_loss
from grader.symbolic.domain import domain_of
from grader.symbolic.forms import form_findings
from grader.symbolic.last_resort import Claim, proved_by_sympy
from grader.symbolic.lengths import absolute_vectors, with_lengths
from grader.symbolic.notes import notes_on
from grader.symbolic.place import place_of
from grader.symbolic.points import settings
from grader.symbolic.quantity import LOSS, Formula, left_standing
from grader.symbolic.remaining import left_to_do
from grader.symbolic.rules import steps_with_rules
from grader.symbolic.score import BROKEN_STEPS, NOT_CLOSED, RIGHT, TRANSPOSED, WRONG_FORM, score_of_wrong
from grader.symbolic.steps import Judged, judge
from grader.symbolic.submission import Submitted, read_submission
from grader.symbolic.task import DerivationTask, Problem, read_task
from grader.symbolic.witness import as_witness, shapes
from grader.verdict import Fact, Finding, Verdict, Witness

KIND: Final = "derivation"
SHARES: Final = (0.45, 0.6, 0.85)
"""Of the time allowed: by when the last line is decided, the others are judged, mistakes are named."""
_DOTS: Final = re.compile(r"[·⋅∙•]|\\cdot")
MOST_SETTINGS: Final = 200
"""Sizes and positions that SymPy is asked about."""


def grade_derivation(task: DerivationTask, text: str, *, seconds: float = 2.0) -> Verdict:
    """The verdict on `text`, within about `seconds`. Never raises for what `text` holds.

    Raises TaskError where the task itself cannot be read.
    """
    problem = read_task(task)
    verdict = _graded(problem, text, seconds)
    if verdict.outcome in ("wrong", "partly") and _DOTS.search(text):
        inner = replace(problem, scope=replace(problem.scope, inner_dots=True))  # `p·y` beside y is a number too
        other = _graded(inner, text, seconds)
        if other.outcome == "right" or (other.outcome == "partly" and verdict.outcome == "wrong"):
            return other
    return verdict


def _graded(problem: Problem, text: str, seconds: float) -> Verdict:
    start = time.monotonic()
    try:
        read = read_submission(text, problem, deadline=start + SHARES[0] * seconds)
    except Unreadable as reason:
        return _unreadable(reason, text)
    verdict = _Grading(problem, read, text, start, seconds).verdict()
    if read.convention is None or verdict.outcome != "wrong":
        return verdict
    # wrong for the loss that it states: right for the one that was asked, and only that line a slip?
    start = time.monotonic()
    read = read_submission(text, problem, deadline=start + SHARES[0] * seconds, own=False)
    asked = _Grading(problem, read, text, start, seconds).verdict()
    return asked if asked.outcome in ("right", "partly") else verdict


def _unreadable(reason: Unreadable, text: str) -> Verdict:
    """What could not be read, where, and what was expected there. Shapes that do not conform are `wrong`."""
    data: dict[str, Fact] = {**reason.data}
    if reason.expected:
        data["expected"] = reason.expected
    finding = Finding(reason.code, where=place_of(text, reason.span), data=data)
    if reason.code == "shape-mismatch":
        witness = shapes(str(data.get("left", "")), str(data.get("right", "")))
        return Verdict(KIND, "wrong", 0.0, "witness", findings=(finding,), witness=witness)
    return Verdict(KIND, "unreadable", 0.0, "place", findings=(finding,))


@dataclass(slots=True)
class _Grading:
    problem: Problem
    read: Submitted
    text: str
    start: float
    seconds: float
    notes: list[Finding] = field(default_factory=list)
    asked: Asked = field(init=False)

    def _until(self, share: float) -> float:
        return self.start + share * self.seconds

    def _asked(self) -> Asked:
        read = self.read
        return Asked(read.loss, read.wrt, domain_of(read.scope, (read.loss, read.wrt, read.final), asked=read.wrt))

    def verdict(self) -> Verdict:
        mismatch = self._mismatch()
        if mismatch is not None:
            return mismatch
        asked = self.asked = self._asked()
        answer = Formula(self._upright(), asked.scope, asked.wrt)
        found = compare(asked.truth, answer, asked.domain, deadline=self._until(SHARES[0]))
        if isinstance(found, Equal) and found.evidence == "tested":
            found = self._last_resort(found, answer.expr)
        known: dict[tuple[Expr, Expr], Outcome] = {
            (Deriv(whole, asked.wrt), final): found
            for whole in (Name(LOSS), asked.loss)
            for final in (answer.expr, self.read.final)  # lying on its side, it follows all the same
        }
        judged = judge(self.read.equations, asked.scope, asked.wrt, deadline=self._until(SHARES[1]), known=known,
                       partly=self.read.partly)  # fmt: skip
        match found:
            case Equal():
                return self._right(found, judged)
            case Different():
                return self._wrong(found, judged, answer)
            case Unknown(tried):
                return self._verdict("undecided", None, judged, details={"tried": tried})

    # -- shapes

    def _mismatch(self) -> Verdict | None:
        """The verdict on an answer whose shape is neither the gradient's nor its transpose."""
        expected, got = self._shapes()
        if got is None or expected is None or got in (expected, transposed(expected)):
            return None
        self.asked = self._asked()
        findings = self._lengths()
        data = {"expected": shape_text(expected), "got": shape_text(got)}
        finding = Finding("shape-mismatch", where=place_of(self.text, self.read.place), data=data)
        witness = shapes(data["expected"], data["got"])
        *before, last = [equation for equation in self.read.equations if not equation.behind]
        claims = isinstance(last.left, Deriv) and last.left.wrt in (None, self.read.wrt)
        judged = judge(before if claims else [*before, last], self.read.scope, self.read.wrt,
                       deadline=self._until(SHARES[1]), partly=self.read.partly)  # fmt: skip
        if before and claims:
            judged.append(Judged(last, "wrong", Unknown(("shapes",))))
        findings = findings or [finding]
        score = score_of_wrong(findings, [one.step for one in judged])
        return self._verdict("wrong", score, judged, "witness", findings, witness)

    def _shapes(self) -> tuple[tuple[str | int, ...] | None, tuple[str | int, ...] | None]:
        scope = self.read.scope
        return shape_of(self.read.wrt, scope), shape_of(self.read.final, scope)

    @property
    def _lying(self) -> bool:
        expected, got = self._shapes()
        return got is not None and got != expected

    def _upright(self) -> Expr:
        """The answer, transposed back where it lies on its side."""
        return Call("transpose", (self.read.final,)) if self._lying else self.read.final

    # -- outcomes

    def _right(self, found: Equal, judged: list[Judged]) -> Verdict:
        findings: list[Finding] = []
        score = RIGHT
        convention = self.read.convention
        if convention is not None:
            factor = convention.factor
            text = str(factor.value) if isinstance(factor, Num) else show(factor)
            data: dict[str, Fact] = {"factor": text}
            if convention.but_for_a_constant:
                data = {"free_of": show(self.problem.wrt)}
            self.notes.append(Finding("other-convention", "note", data=data))
        witness = None
        if self._lying:
            expected, got = self._shapes()
            findings.append(Finding("transposed", data={"expected": shape_text(expected), "got": shape_text(got)}))
            score = TRANSPOSED
        broken = self._broken(judged)
        if broken is not None:
            findings.append(self._does_not_follow(broken))
            if not broken.equation.behind:
                findings.append(Finding("answer-does-not-follow"))
            score = min(score, BROKEN_STEPS)
            witness = as_witness(broken.found.witness) if isinstance(broken.found, Different) else None
        if left_standing(self.read.final, self.read.scope):
            findings.append(self._left_to_do(judged))
            nothing_done = Deriv(Name(LOSS), self.read.wrt) == self.read.final
            score = 0.0 if nothing_done else min(score, NOT_CLOSED)
        else:
            findings += self._form()
            if any(finding.severity == "error" for finding in findings):
                score = min(score, WRONG_FORM)
        wanting = any(finding.severity == "error" for finding in findings)
        if not wanting:
            self.notes += notes_on(self.asked, self.read.final, deadline=self._until(SHARES[2]))
        outcome: Final = "partly" if wanting else "right"
        details: dict[str, Fact] = {"points": found.points}
        return self._verdict(outcome, score, judged, found.evidence, findings, witness, details)

    def _form(self) -> list[Finding]:
        """What the question says about the form of the answer, and the answer does not meet."""
        form, read = self.problem.form, self.read
        if form is None:
            return []
        given, until = self.problem.scope, self._until(SHARES[2])
        return form_findings(form, read.final, given, read.scope, self.text, read.place, deadline=until)

    def _wrong(self, found: Different, judged: list[Judged], answer: Formula) -> Verdict:
        findings = [Finding("transposed")] if self._lying else []
        lengths = [] if self._lying else self._lengths()
        findings += lengths or diagnose(self.asked, answer, found.witness.point, deadline=self._until(SHARES[2]))
        broken = self._broken(judged)
        if broken is not None and sum(not one.equation.given for one in judged) > 1:
            findings.append(self._does_not_follow(broken))
        if left_standing(self.read.final, self.read.scope):
            findings.append(self._left_to_do(judged))
        elif not any(finding.code not in ("step-does-not-follow", "transposed") for finding in findings):
            same = is_loss(self.asked, answer, found.witness.point, deadline=self._until(SHARES[2]))
            findings.append(Finding("wrong-value", data={"is": "loss"} if same else {}))
        where = place_of(self.text, self.read.place)
        findings = [finding if finding.where else replace(finding, where=where) for finding in findings]
        score = score_of_wrong(findings, [one.step for one in judged])
        return self._verdict("wrong", score, judged, "witness", findings, as_witness(found.witness))

    def _lengths(self) -> list[Finding]:
        """What the answer is where |v| of a vector stands for its length; none where that explains nothing."""
        final, asked, until = self.read.final, self.asked, self._until(SHARES[2])
        vectors = absolute_vectors(final, asked.scope)
        meant = with_lengths(final, asked.scope) if vectors else final
        if not vectors or shape_of(meant, asked.scope) != shape_of(asked.wrt, asked.scope):
            return []
        answer = Formula(meant, asked.scope, asked.wrt)
        found = compare(asked.truth, answer, asked.domain, deadline=until)
        others: list[Finding] = []
        if isinstance(found, Different):
            others = diagnose(asked, answer, found.witness.point, deadline=until)
        if not others and not isinstance(found, Equal):
            return []
        typed, length = show(vectors[0], asked.scope), show(with_lengths(vectors[0], asked.scope), asked.scope)
        where = place_of(self.text, vectors[0].span or self.read.place)
        data: dict[str, Fact] = {"typed": typed, "length": length, "right": not others}
        return [*others, Finding("length-as-absolute-value", where=where, data=data)]

    def _last_resort(self, found: Equal, answer: Expr) -> Outcome:
        """SymPy, where the normal form found no proof."""
        asked = self.asked
        if left_standing(answer, asked.scope):
            return Unknown(found.tried) if found.doubted else found
        every = settings(asked.domain.dims, asked.domain.free, proof=True, least=asked.domain.least)
        chosen = tuple(islice(every, MOST_SETTINGS + 1))
        claim = Claim(asked.loss, asked.wrt, answer, asked.scope, chosen)
        if len(chosen) <= MOST_SETTINGS and proved_by_sympy(claim, deadline=self._until(SHARES[2])):
            return replace(found, evidence="proved")
        return Unknown(found.tried) if found.doubted else found

    def _broken(self, judged: list[Judged]) -> Judged | None:
        return next((one for one in judged if one.outcome == "wrong"), None)

    def _does_not_follow(self, broken: Judged) -> Finding:
        line = broken.equation.line
        return Finding("step-does-not-follow", where=broken.equation.where, data={"line": line})

    def _left_to_do(self, judged: list[Judged]) -> Finding:
        """Which derivatives are left, and the rule that comes next."""
        right = [one.equation for one in judged if one.outcome == "right"]
        return Finding("not-closed-form", data=left_to_do(self.read, right, self.problem))

    def _verdict(
        self,
        outcome: str,
        score: float | None,
        judged: list[Judged],
        evidence: str | None = None,
        findings: list[Finding] | None = None,
        witness: Witness | None = None,
        details: dict[str, Fact] | None = None,
    ) -> Verdict:
        steps = steps_with_rules(judged, self.read.scope, self.read.loss, self.read.wrt)
        return Verdict(
            KIND,
            outcome,  # type: ignore[arg-type]
            score,
            evidence,  # type: ignore[arg-type]
            reading=show(self.read.final, self.read.scope),
            findings=in_order([*(findings or []), *self.notes]),
            witness=witness,
            steps=steps,
            details=details or {},
        )
