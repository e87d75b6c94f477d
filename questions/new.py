"""The text that a new bank starts from: a sound question of a kind, with every place to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from questions.kinds import Kind

_HEAD: Final = """\
# What each field holds: docs/questions.md. Check as you go: lossprep bank check THIS_FILE
format: 1
questions:
  - id: {id}
    kind: {kind}
    title: A few words
    prompt: What is asked? Maths stands between dollar signs.
    requirements: [what a complete answer covers]
    stage: definition
    topic: regression
    skills: [calculus]
    level: entry
    roles: [swe, mle, ds]
    minutes: 5
    hints:
      - A first push.
      - A stronger one.
    solution: The worked answer.
    analysis: Why it is so, and what an interviewer listens for.
    sources: []
"""

_TAILS: Final[Mapping[Kind, str]] = {
    "choice": """\
    options:
      - {text: the right one, why: What makes it right., correct: true}
      - {text: a wrong one, why: What makes it wrong.}
""",
    "number": """\
    answer: ln 2
    rejected:
      - {answer: '1', finding: log-base}
""",
    "derivation": """\
    loss: (yhat - y)^2
    wrt: yhat
    variables: ['yhat: real', 'y: real']
    answer: 2(yhat - y)
    rejected:
      - {answer: '2(y - yhat)', finding: sign-flipped}
""",
    "design": """\
    wrt: r
    variables: ['r: real']
    demands: [convex, bounded-influence <= 1]
    answer: sqrt(1 + r^2) - 1
    rejected:
      - {answer: r^2, finding: demand-missed}
""",
    "code": """\
    loss: mean((yhat - y)^2)
    arguments: ['yhat: real[n]', 'y: real[n]']
    entry: mse
    asks: stable
    starter: |
      import numpy as np


      def mse(yhat, y):
          raise NotImplementedError
    reference: |
      import numpy as np


      def mse(yhat, y):
          return np.mean((yhat - y) ** 2)
    rejected:
      - answer: |
          import numpy as np


          def mse(yhat, y):
              return np.sum((yhat - y) ** 2)
        finding: wrong-reduction
""",
    "explain": """\
    points:
      - text: what a good answer says
      - {text: what an excellent one adds, essential: false}
    answer: A model answer that covers the points.
""",
}


def skeleton(kind: Kind, question_id: str) -> str:
    """A bank file of one question, which passes `bank check` as it stands."""
    return _HEAD.format(id=question_id, kind=kind) + _TAILS[kind]
