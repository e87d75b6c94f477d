"""The arguments that a property rests on: stable codes, each with the facts that come with it.

Every reason carries `cases` (a mapping, such as {"y": "1"}) where it is about certain values of other variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    # for
    "lower-bound": ("bound", "at"),  # the infimum of the loss, exact, and where (a point or an end)
    "nowhere-negative": (),  # by the signs of its factors and pieces
    "value-at": ("at", "value"),  # the loss has this value there
    "identity": ("left", "right"),  # shown equal by the normal form
    "slopes-grow": ("pieces", "kinks"),  # curvature ≥ 0 on every piece, slopes do not fall at any kink
    "curvature-positive": ("pieces", "kinks"),  # and zero at most at isolated points
    "curvature-above": ("bound", "at"),  # the infimum of the curvature, positive
    "slopes-agree": ("kinks",),  # left and right derivatives are the same at every seam
    "curvatures-agree": ("kinks",),
    "analytic": (),  # one piece, with no seam
    "slope-bound": ("bound", "at"),  # the supremum of |slope|, and where
    "curvature-bound": ("bound", "at"),
    "stays-finite": ("pieces",),  # finite limits at every end of every piece, and analytic between; no bound is told
    "loss-bound": ("bound", "at"),
    "curved-at-zero": ("value",),  # L(0) = L′(0) = 0, and this curvature there
    "slopes-settle": ("ends",),  # the slope has a finite limit other than 0 toward both ends
    "slope-vanishes": ("ends",),  # the slope's limits are 0 at both ends
    "plateau": ("at", "supremum"),  # toward this end the loss tends to its supremum and the slope to 0
    "convex-and-falling": ("slope",),  # Bartlett, Jordan & McAuliffe 2006, theorem 2: convex, and φ'(0) < 0
    "smaller-on-the-right": ("slope",),  # φ(m) < φ(−m) for every m > 0 and in the limit, and φ'(0+) < 0
    "weight-nonnegative": ("weight",),  # −L₁'(p)/(1−p) = L₀'(p)/p ≥ 0 (Shuford, Albert & Massengill 1966)
    "weight-positive": ("weight",),
    # for, of vectors
    "composed": (),  # convex by the rules of composition (Grant, Boyd & Ye 2006)
    "parts-nonnegative": (),  # put together from parts that are never negative
    "above-its-mean": (),  # a maximum or a log-sum-exp, less a weighted mean of the same numbers
    "gibbs": (),  # Σ p log(p/q) ≥ 0 for probabilities p and q
    "ratio": (),  # c − N/D with D > 0 and c·D ≥ N
    "strict-term": ("term",),  # convex, with this term strictly convex in every component
    "strong-term": ("bound", "term"),  # the same, with a curvature of at least the bound
    "smooth-parts": (),  # every step has a derivative wherever it is taken
    "steady-parts": (),  # every step keeps differences within a multiple
    "steady-gradient": (),  # the same of the gradient
    "bounded-parts": (),  # every step keeps what is bounded bounded
    # against
    "negative-at": ("at", "value"),
    "not-zero-at-zero": ("value",),
    "differs-at": ("at", "value", "mirrored"),  # L(at) and L(−at)
    "lopsided-domain": (),  # the domain is not symmetric about 0
    "chord": ("a", "b", "at_a", "at_b", "middle", "at_middle"),  # the middle lies above the chord
    "flat-chord": ("a", "b"),  # affine between a and b
    "curvature-vanishes": ("at", "value"),  # the infimum of the curvature is 0 (or less), there
    "kink": ("at", "left", "right"),
    "jump": ("at", "left", "right"),
    "no-value": ("at", "limit"),  # a place of the domain where the formula has no value, and what it tends to there
    "off-its-limit": ("at", "value", "limit"),  # a place where the value is another than the limit
    "curvature-jumps": ("at", "left", "right"),
    "slope-unbounded": ("at",),
    "curvature-unbounded": ("at",),
    "loss-unbounded": ("at",),
    "slope-limit": ("at", "value"),  # the slope's limit there is not 0
    "slope-stays": ("at", "value"),  # where the loss tends to its supremum, the slope does not vanish
    "supremum-inside": ("at", "value"),  # the loss is largest at a point inside, and not toward an end
    "flat-at-zero": ("slope",),  # φ'(0) is not negative, so a correct sign is not rewarded
    "kinked-at-zero": ("left", "right"),  # convex, and no derivative at 0: theorem 2 again
    "wrong-sign-as-good": ("probability", "wrong", "right"),  # the infima of the risk over answers of either sign
    "best-is-elsewhere": ("probability", "best", "risk", "risk_at_probability"),  # a better answer than the truth
    "several-best": ("probability", "other"),
    # neither
    "not-shown": ("tried",),
}
