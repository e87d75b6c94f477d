"""Writes what the program makes itself: docs/losses-properties.md, the tables of docs/losses.md (`make docs`)."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "losses-properties.md"
LIST = ROOT / "docs" / "losses.md"
MARK = "<!-- made by the program: report.library.table -->\n"
"""Everything after it is made."""


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from grader.verdict import Verdict
    from practice.analysing import asked
    from questions.losses import library
    from report.analysis_page import looked_at
    from report.library import table
    from report.loss_table import page

    found = looked_at(loss for name in library() if (loss := asked(name, None, (), ())) is not None)
    if isinstance(found, Verdict):
        raise SystemExit("a known loss cannot be read")
    PAGE.write_text(page(found), "utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}: {len(found)} losses.")
    head, mark, _ = LIST.read_text("utf-8").partition(MARK)
    LIST.write_text(head + mark + table(library().values()), "utf-8")
    print(f"Wrote the tables of {LIST.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
