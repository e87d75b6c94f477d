"""What the commands share: banks, the store, answers and paper, each from plain values.

Nothing here prints or exits: what cannot be used is raised as `Unusable`, in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TextIO

from questions.kinds import Explain, Kind, Question

if TYPE_CHECKING:
    from grader.formula.declare import Scope
    from grader.numeric import Spares
    from grader.submission import Submission
    from grader.verdict import Verdict
    from practice.events import Event
    from practice.progress import Progress
    from practice.session import Session
    from practice.store import Store
    from questions.losses import KnownLoss
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


def question_or_loss(id: str, banks: Sequence[str]) -> Question | KnownLoss:
    """The question of this id, else the known loss of this name. Raises Unusable, with what comes near."""
    from questions import losses

    try:
        return question(id, banks)
    except Unusable as error:
        if (loss := losses.known(id)) is not None:
            return loss
        near = losses.close(id)
        raise Unusable(f"{error} Or the loss {near[0]!r}?" if near else str(error)) from None


def is_known_loss(loss: str) -> bool:
    """Whether a text is the name of a known loss."""
    from questions import losses

    return losses.known(loss) is not None


def or_loss(text: str | None) -> str:
    """What to add to a complaint about a missing option: a text may have been meant as a known loss's name."""
    from practice.named import close_losses

    near = close_losses(text) if text is not None else None
    if near is None:
        return "A known loss brings it along: `lossprep list losses`."
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no loss called {text!r} in `lossprep list losses`.{meant}"


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
    """The opened log. Raises StoreError."""
    from practice.home import database
    from practice.store import Store

    return Store(database(environ))


def recorded(environ: Mapping[str, str], now: float, event: Event) -> str | None:
    """Writes one event to the log; where that fails, why, in words."""
    from practice.store import StoreError
    from report.reasons import store_words

    try:
        with store(environ) as log:
            log.append(now, None, event)
    except StoreError as error:
        return store_words(error)
    return None


def trouble(error: Exception) -> str | None:
    """The words for what a command cannot go on after: something unusable, or a log that cannot be written."""
    from practice.store import StoreError
    from report.reasons import store_words

    if isinstance(error, Unusable):
        return str(error)
    return store_words(error) if isinstance(error, StoreError) else None


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
    from practice.answers import contents, text_of
    from practice.checks import unfit
    from report.reasons import reason_words

    name = "standard input" if file == "-" else named(file)
    try:
        raw = stdin().read() if file == "-" else contents(Path(file))
    except OSError as error:
        what = "a formula" if kind in ("derivation", "number") else "the answer itself"
        cure = f" (for {what}, use -a)" if isinstance(error, FileNotFoundError) and kind != "code" else ""
        return unfit(kind, reason_words(error) + cure, file=name)
    return text_of(raw, kind, name)


LONGEST_NAME: Final = 200
"""Characters of a file's name that are worth showing."""


def named(file: str) -> str:
    """A file's name; of what is no name (a whole derivation in its place) the beginning."""
    line, _, more = file.strip().partition("\n")
    return f"{line[:LONGEST_NAME]}…" if more or len(line) > LONGEST_NAME else file


def unusable_file(verdict: Verdict) -> str | None:
    """Of the verdict on a file that holds no text: what is wrong with it, in one line."""
    data = verdict.findings[0].data if verdict.findings else {}
    return f"{data['file']}: {data['reason']}" if "file" in data else None


def cases(file: str, stdin: Callable[[], BinaryIO]) -> Iterator[tuple[int, str]]:
    """The numbered lines of a file of cases, as they come; blank ones are passed over. Raises Unusable."""
    from report.reasons import reason_words

    try:
        with stdin() if file == "-" else Path(file).open("rb") as stream:
            for number, raw in enumerate(stream, 1):
                line = raw.decode("utf-8", "replace").strip("\ufeff\r\n")
                if line.strip():
                    yield number, line
    except OSError as error:
        raise Unusable(f"{file}: {reason_words(error)}") from error


def marks(text: str | None, asked: Question) -> frozenset[int] | None:
    """`1,3` as the points of a rubric, counted from 0. Raises Unusable."""
    if text is None:
        return None
    if not isinstance(asked, Explain):
        raise Unusable(f"--marks is for explanations; {asked.id} is a question of the kind {asked.kind}.")
    most = len(asked.points)
    numbers = [number.strip() for number in text.split(",") if number.strip()]
    if not all(number.isascii() and number.isdigit() and 1 <= int(number) <= most for number in numbers):
        raise Unusable(f"--marks takes numbers of points from 1 to {most}, such as 1,{most}; not {text!r}.")
    return frozenset(int(number) - 1 for number in numbers)


def spares() -> Spares:
    """Children started beforehand, for code that is graded again and again; the first starts now."""
    from grader import numeric

    made = numeric.spares()
    made.replace()
    return made


def judged(
    asked: Question, text: str | Verdict, grade: Callable[[Question, Submission], Verdict], *,
    marked: str | None = None, name: str | None = None,
) -> tuple[Verdict, str | None]:  # fmt: skip
    """The verdict on a text, and the text.

    What is no text is its own verdict; that, and a starting file as it was written, come without a text: there is
    nothing to record.
    """
    from grader.submission import Submission
    from practice.checks import nothing
    from report.starting import is_untouched, own_text

    chosen = marks(marked, asked)
    if not isinstance(text, str):
        return replace(text, question=asked.id), None
    if is_untouched(asked, text):
        return replace(nothing(asked.kind, untouched=bool(text.strip())), question=asked.id), None
    text = own_text(asked, text)
    return grade(asked, Submission(text, marks=chosen, name=name or "<answer>")), text


def written(path: Path, text: str, *, force: bool = False) -> None:
    """Writes a new file; one that holds something else is only overwritten by `force`. Raises Unusable."""
    from report.reasons import unwritten_words

    try:
        if path.exists() and not force and path.read_bytes() != text.encode():
            raise Unusable(f"{path} exists and holds something else; `--force` overwrites it.")
        path.write_bytes(text.encode())
    except OSError as error:
        raise Unusable(f"{path}: {unwritten_words(error)}") from error


def new_bank(id: str, kind: Kind) -> str:
    """The text of a bank with one question to fill in. Raises Unusable for an id that cannot be one, or is taken."""
    from questions.checks import ID, MAX_ID
    from questions.new import skeleton

    if not ID.fullmatch(id) or len(id) > MAX_ID:
        raise Unusable(f"{id!r} cannot be an id: small letters, digits and single hyphens, at most {MAX_ID}.")
    if any(known.id == id for known in questions(())):
        raise Unusable(f"the id {id!r} is taken: `lossprep show {id}`.")
    return skeleton(kind, id)


def form(verdict: Verdict, asked: Question | None = None, *, profile: bool = False) -> dict[str, Any]:
    """The verdict as JSON; with the profile of code if it is asked for."""
    from report.json_form import verdict_form
    from report.speech import speaker

    return verdict_form(verdict, speaker(asked), profile=profile)


def case_form(case: tuple[int, str], clock: Callable[[], float], note: Callable[[Exception], object]) -> dict[str, Any]:
    """The verdict on one line of a file of cases, as JSON. One that fails is noted, and does not end the others."""
    from practice.checks import case_id, faulted, grade_case

    number, line = case
    began = clock()
    try:
        id, verdict = grade_case(line, number)
        said = form(verdict)
    except Exception as error:
        note(error)
        id, said = case_id(line), form(faulted(error))
    return {**said, "id": id, "seconds": round(clock() - began, 6)}


def page(verdict: Verdict, text: str, asked: Question | None, scope: Scope | None, paper: Paper,
         *, profile: bool = False) -> list[Block]:  # fmt: skip
    """The verdict for people; with the whole profile of code if it is asked for."""
    from report.verdict_page import page

    return page(verdict, text, asked, scope, paper, profile=profile)


# the terminal


def paper(stream: TextIO, environ: Mapping[str, str], *, plain: bool, width: int, height: int | None) -> Paper:
    """What this terminal can show."""
    from report.paper import Paper

    dumb = environ.get("TERM") == "dumb"
    colour = stream.isatty() and not (plain or dumb or environ.get("NO_COLOR"))
    shown = None if plain else height
    return Paper(width=width, height=shown, colour=colour, unicode=holds_maths(stream), plain=plain)


def holds_maths(stream: TextIO) -> bool:
    """Whether the stream's encoding holds our mathematics."""
    try:
        "ŷσ∂Σ─█✓⎛".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


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
