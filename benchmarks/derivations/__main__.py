"""Our grader of derivations beside its peers, on the same pairs in one run.

    python -m benchmarks.derivations [--every N] [--rounds N] [--brief]

Prints a table and the ratios that are promised; exit 1 if one is missed, 2 if no peer is installed
(`pip install -e '.[bench]'`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import chain, islice
from typing import Final

from benchmarks.derivations import pairs as given
from benchmarks.derivations.cold import cold
from benchmarks.derivations.pairs import Pair
from benchmarks.derivations.peers import PEERS
from benchmarks.derivations.race import Renderer, race
from benchmarks.derivations.tally import Row, own, ratios, tally

RIVAL: Final = "math-verify"
MOST: Final = {"median": 1 / 5, "p95": 1 / 10, "cold": 1.5}
LEAST: Final = {"proved": 0.95, "witnessed": 1.0, "code_first": 0.9}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.derivations", description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="Only every so many-th pair, for a quick look.")
    parser.add_argument("--rounds", type=int, default=9, help="Cold starts of each kind.")
    parser.add_argument("--brief", action="store_true", help=f"Only {RIVAL} beside ours.")
    options = parser.parse_args()
    names = [name for name, peer in PEERS.items() if all(find_spec(module) for module in peer.needs)]
    names = [name for name in names if not options.brief or name in ("lossprep", RIVAL)]
    if RIVAL not in names:
        print("No peer is installed: pip install -e '.[bench]'", file=sys.stderr)
        return 2
    renderer = Renderer()
    typed = islice(chain(given.gradients(), given.ordinary()), 0, None, options.every)
    pairs = [given.with_forms(pair, renderer) for pair in typed]
    renderer.end()
    losses = len({pair.task.loss for pair in pairs if pair.group == "gradients"})
    print(f"{len(pairs)} pairs; {sum(pair.group == 'gradients' for pair in pairs)} of them over {losses} losses")
    rows = race(pairs, names, lambda number: _progress(number + 1, len(pairs)))
    for group in ("gradients", "ordinary"):
        places = [place for place, pair in enumerate(pairs) if pair.group == group]
        _table(group, names, [pairs[place] for place in places], [rows[place] for place in places])
    return 1 if _missed(names, pairs, rows, options.rounds) else 0


def _progress(done: int, count: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{count}", end="\n" if done == count else "", file=sys.stderr, flush=True)


def _table(group: str, names: Sequence[str], pairs: Sequence[Pair], rows: Sequence[Row]) -> None:
    print(f"\n{group:<24} given  right  false+  false-  unread  undecided   median      p95    worst, ms")
    for name in names:
        found = tally(pairs, rows, name)
        print(
            f"{name:<24} {found.given:>5}  {found.accuracy:>5.1%}  {found.false_accepts:>6}  {found.false_rejects:>6}"
            f"  {found.unread:>6}  {found.undecided:>9}  {found.times.median:>7.1f}  {found.times.p95:>7.1f}"
            f"  {found.times.worst:>7.0f}"
        )


def _missed(names: Sequence[str], pairs: Sequence[Pair], rows: Sequence[Row], rounds: int) -> list[str]:
    """The promises that are not kept. All of them are printed."""
    print()
    missed = []

    def promise(what: str, value: float, bound: float, *, most: bool, form: str) -> None:
        kept = value <= bound if most else value >= bound
        sign = "≤" if most else "≥"
        print(f"{what:<64} {value:{form}}   target {sign} {bound:{form}}   {'kept' if kept else 'MISSED'}")
        if not kept:
            missed.append(what)

    count, median, p95 = ratios(rows, "lossprep", RIVAL)
    promise(
        f"median, as a share of {RIVAL}'s ({count} pairs that both read)", median, MOST["median"], most=True, form=".3f"
    )
    promise(f"p95, as a share of {RIVAL}'s", p95, MOST["p95"], most=True, form=".3f")
    for name in names[1:]:
        if name != RIVAL:
            count, median, p95 = ratios(rows, "lossprep", name)
            print(f"{f'  beside {name} ({count} pairs): median and p95':<64} {median:.3f} {p95:.3f}")
    said = own(pairs, rows)
    promise("pairs with the outcome that their file states", said.outcomes, 1.0, most=False, form=".1%")
    for pair, row in zip(pairs, rows, strict=True):
        if "lossprep" in row and row["lossprep"].answer.outcome != pair.outcome:
            print(f"  {row['lossprep'].answer.outcome}, not {pair.outcome}: {pair.task.loss} | {pair.answer!r}")
    promise("right answers proved", said.proved, LEAST["proved"], most=False, form=".1%")
    promise("wrong answers with a witness", said.witnessed, LEAST["witnessed"], most=False, form=".1%")
    promise("expected finding first", said.code_first, LEAST["code_first"], most=False, form=".1%")
    seconds = cold(rounds)
    for name, least in seconds.items():
        print(f"{f'  cold: {name}':<64} {1000 * least:.0f} ms")
    for name in ("check, right", "check, wrong"):
        promise(
            f"cold {name}, beside import sympy",
            seconds[name] / seconds["import sympy"],
            MOST["cold"],
            most=True,
            form=".2f",
        )
    return missed


if __name__ == "__main__":
    sys.exit(main())
