"""What the commands share: banks, the store, answers and paper, each from plain values.

Nothing here prints or exits: what cannot be used is raised as `Unusable`, in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TextIO

from questions.kinds import Question

if TYPE_CHECKING:
    from grader.formula.declare import Scope
    from grader.submission import Submission
    from grader.verdict import Verdict
    from practice.progress import Progress
    from practice.session import Session
    from practice.store import Store
    from report.paper import Block, Paper


class Unusable(Exception):
    """A bank, a question, a file, an option or a database that cannot be used; the text says why, and the cure."""


# banks and questions


def questions(banks: Sequence[str]) -> tuple[Question, ...]:
    """All questions of the built-in banks and of these. Raises Unusable, with every problem of every bank."""
    from questions import loader

    loaded = loader.load([*loader.builtin_banks(), *map(Path, banks)])
    if loaded.problems:
        from questions.wording import render

        raise Unusable("\n".join(["the bank has problems:", *map(render, loaded.problems)]))
    return loaded.questions


def question(id: str, banks: Sequence[str]) -> Question:
    """The question of this id. Raises Unusable, with the nearest id there is."""
    known = {entry.id: entry for entry in questions(banks)}
    if id not in known:
        from difflib import get_close_matches

        near = get_close_matches(id, known, n=1, cutoff=0.5)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise Unusable(f"there is no question {id!r}.{meant} `lossprep list` shows all.")
    return known[id]


def chosen(
    banks: Sequence[str], filters: Mapping[str, tuple[str, ...]], *, needed: bool = True
) -> tuple[Question, ...]:
    """The questions that pass the filters. Raises Unusable if some are `needed`, and there are none."""
    from questions.filters import Filters, select

    passed = select(questions(banks), Filters(**filters))
    if needed and not passed:
        raise Unusable("no question passes all of these filters; `lossprep list` shows what there is.")
    return passed


# the store


def store(environ: Mapping[str, str]) -> Store:
    """The opened log. Raises Unusable."""
    from practice.home import database
    from practice.store import Store, StoreError

    try:
        return Store(database(environ))
    except StoreError as error:
        from report.wording import store_words

        raise Unusable(store_words(error)) from error


def begun(log: Store, asked: Sequence[Question], count: int, seed: int | None, now: float) -> Session:
    """A new session over some of these questions, written to the log."""
    import secrets

    from practice.events import Opened
    from practice.progress import standings
    from practice.select import choose
    from practice.session import opened

    seed = secrets.randbelow(1_000_000) if seed is None else seed
    standing = {name: entry.level for name, entry in standings(log.records()).items()}
    event = Opened(tuple(entry.id for entry in choose(asked, standing, count, seed)), seed)
    session = opened(secrets.token_hex(8), event)
    log.append(now, session.id, event)
    return session


def unfinished(log: Store, known: Sequence[Question]) -> Session | None:
    """The session that waits to be finished, if there is one."""
    from practice.session import unfinished as found

    return found(log.records(), {entry.id for entry in known})


def progress(log: Store, over: Sequence[Question]) -> Progress:
    """Where the person stands."""
    from practice.progress import progress as read_off

    return read_off(over, log.records(), resumable=unfinished(log, over) is not None)


# answers and verdicts


def answer(file: str, kind: str, stdin: Callable[[], BinaryIO]) -> str | Verdict:
    """The text of a file, or of standard input for `-`; or the verdict on one that cannot be read."""
    from practice.answers import text_of
    from practice.checks import unfit

    try:
        raw = stdin().read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        return unfit(kind, f"{file}: {error.strerror}")
    return text_of(raw, kind)


def cases(file: str, stdin: Callable[[], BinaryIO]) -> Iterator[str]:
    """The lines of a file of cases, as they come; blank ones are passed over. Raises Unusable."""
    try:
        stream: IO[bytes] = stdin() if file == "-" else Path(file).open("rb")  # noqa: SIM115  # closed below
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from error
    with stream:
        for raw in stream:
            line = raw.decode("utf-8", "replace").strip("\ufeff\r\n")
            if line.strip():
                yield line


def marks(text: str | None) -> frozenset[int] | None:
    """`1,3` as the points of a rubric, counted from 0. Raises Unusable."""
    try:
        return None if text is None else frozenset(int(number) - 1 for number in text.split(",") if number.strip())
    except ValueError as error:
        raise Unusable(f"--marks takes numbers of points, such as 1,3; not {text!r}.") from error


def judged(
    asked: Question, text: str | Verdict, grade: Callable[[Question, Submission], Verdict], *,
    marked: str | None = None, name: str | None = None,
) -> tuple[Verdict, str]:  # fmt: skip
    """The verdict on a text, and the text; a text that could not be had is its own verdict."""
    from grader.submission import Submission

    if not isinstance(text, str):
        return replace(text, question=asked.id), ""
    return grade(asked, Submission(text, marks=marks(marked), name=name or "<answer>")), text


def form(verdict: Verdict, asked: Question | None = None) -> dict[str, Any]:
    """The verdict as JSON."""
    from report.json_form import verdict_form
    from report.speech import speaker

    return verdict_form(verdict, speaker(asked))


def case_form(line: str, clock: Callable[[], float]) -> dict[str, Any]:
    """The verdict on one line of a file of cases, as JSON."""
    from practice.checks import grade_case

    began = clock()
    id, verdict = grade_case(line)
    return {**form(verdict.stamped(seconds=clock() - began)), "id": id}


def page(verdict: Verdict, text: str, asked: Question | None, scope: Scope | None, paper: Paper) -> list[Block]:
    """The verdict for people."""
    from report.verdict_page import page

    return page(verdict, text, asked, scope, paper)


# the terminal


def paper(stream: TextIO, environ: Mapping[str, str], *, plain: bool, width: int) -> Paper:
    """What this terminal can show."""
    from report.paper import Paper

    dumb = environ.get("TERM") == "dumb"
    colour = stream.isatty() and not (plain or dumb or environ.get("NO_COLOR"))
    try:
        "ŷσ∂Σ─█✓⎛".encode(stream.encoding or "ascii")
        unicode = True
    except (UnicodeEncodeError, LookupError):
        unicode = False
    return Paper(width=width, colour=colour, unicode=unicode, plain=plain)


def written_down(error: Exception, environ: Mapping[str, str], what: str) -> str:
    """Appends the details of a fault to a file in the state's folder; says where."""
    import traceback

    from practice.home import state_folder

    path = state_folder(environ) / "faults.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{what}\n")
            traceback.print_exception(error, file=log)
    except OSError:
        return "Its details could not be written down."
    return f"Its details are in {path}."
