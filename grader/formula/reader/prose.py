"""The words by which prose is told from mathematics, in the lines of a derivation."""

from __future__ import annotations

from typing import Final

from grader.formula.functions import BY_SPELLING
from grader.formula.names import BIG, CALLS, EXTREMES

_PROSE = """
    so then thus hence therefore consequently let set define denote put write take where with since because as
    using use uses by from the a an we us our i it its is are be has have get gets gives give given yields
    obtain find know now note that this these which finally first second third next step last also again recall
    remember substitute substituting plug plugging into differentiate differentiating derivative gradient
    respect chain rule rules product quotient power sum linearity simplify simplifying simplifies simplified
    expand expanding collect rearrange rearranging cancel cancels cancelling combine combining apply applying
    compute computing calculate answer result solution final both sides side left right hand equals equal to of
    in on and or but otherwise term terms loss function sigmoid softmax logit logits label target prediction
    inside outside outer inner factor constant follows follow holds see want need consider start starting begin
    rewrite rewriting same before above below only each every all here there one two just multiply multiplying
    divide dividing definition identity algebra property implies conclude done qed proof lemma claim wrt wlog
    respectively independent depends no does do can via per sample class everything together becomes leaves
    remains being ok ans sol return fact between bounded import any form line obtains over under more less
    simply directly easily clearly thing notice observe about after while update updates hessian check checking
    compactly compact wait actually scrap everywhere minimum maximum optimum convex concave sanity true wrong end
    strictly bound bounds curvature giving equivalently explicitly componentwise think believe my should guess
"""
PROSE: Final = frozenset(_PROSE.split())
"""Words that certainly are words."""
SAYING: Final = frozenset(("the", "is", "are", "be", "has", "have", "becomes", "gives", "gets", "we", "was", "reads"))
"""Words of a sentence, not of a formula: whatever words stand before them are words."""
LEADS_TO: Final = frozenset(
    ("is", "are", "get", "gets", "gives", "give", "obtain", "yields", "equals", "becomes", "answer", "have", "as", "to",
     "just", "simply", "then", "thus", "so", "hence", "therefore", "only", "actually", "now", "be", "written")
)  # fmt: skip
"""Words right before what a sentence comes to."""
INTRODUCING: Final = frozenset(("let", "set", "define", "denote", "put", "write"))
_BREAK_WORDS = """
    where with since because using by hence so therefore thus then as via giving gives which implies given
    wherein recall after
"""
BREAKS: Final = frozenset(_BREAK_WORDS.split())
"""Words that end a formula in the middle of a line."""
MEANING: Final = frozenset((*BY_SPELLING, *BIG, *EXTREMES, *CALLS)) - {"where"}
"""Words that are functions too: never taken for prose by themselves."""
REASONS: Final = frozenset(("since", "because", "as", "using", "by", "via", "given", "after"))
REMARKS: Final = frozenset(("since", "because", "using", "recall", "note", "via"))
"""Words that begin a remark in brackets, whatever follows."""
_QUALITY_WORDS = """
    zero positive negative nonzero nonnegative bounded minimal maximal small large linear continuous increasing
    decreasing symmetric smooth undefined infinite odd even smallest largest what as
"""
QUALITIES: Final = frozenset(_QUALITY_WORDS.split())
"""What `which is …` may say of a result without saying what it is."""
