"""The command line: each command gathers its options, calls, and renders.

Only here is anything printed, asked, timed or exited. Whatever is heavy is imported inside the command that
needs it, so that `--help` costs what Click costs.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from grader.descent import Film
    from grader.formula.declare import Scope
    from grader.numeric import Spares
    from grader.submission import Submission
    from grader.verdict import Verdict
    from practice.checks import Stated
    from practice.events import Event
    from practice.session import Session
    from questions.kinds import Question
    from report.dialogue import Dialogue
    from report.entering import Port
    from report.paper import Block, Paper

F = TypeVar("F", bound=Callable[..., object])
WATCH_SECONDS = 0.15
FILM_SECONDS = 0.04
REPLAY_SEED = 1


class Fault(click.ClickException):
    """One line to standard error, and exit 2: a file, a bank, a database or an option that cannot be used."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"lossprep: {self.message}", err=True)


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader has seen enough; Click would exit with 1, which means "wrong" here
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None
        except Exception as error:
            desk = sys.modules.get("report.desk")  # not imported: then it was not raised either
            words = desk.trouble(error) if desk is not None else None
            if words is not None:
                raise Fault(words) from error
            raise


class _OneOf(click.Choice):  # type: ignore[type-arg]  # generic since Click 8.2
    """The values of a filter, looked up only when a value or the help is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.case_sensitive = True

    @property
    def choices(self) -> Sequence[str]:  # type: ignore[override]
        from questions.filters import CHOICES

        return CHOICES[self._name]


class _AnswerLast(click.Command):
    """Lets an answer stand after `--` where it begins with a minus: there it cannot be a file's name by accident."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if len(args) > 1 and args[-2] == "--" and args[-1].startswith("-") and args[-1] != "-":
            args = [*args[:-2], f"--answer={args[-1]}"]
        return super().parse_args(ctx, args)


class _FormulaFirst(click.Command):
    """Lets a formula that comes first begin with a minus: `-log(p)` is no option, and what is one has no bracket."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and re.match(r"-[^-]", args[0]) and args[0] != "-h" and "--" not in args:
            args = [*args[1:], "--", args[0]]
        return super().parse_args(ctx, args)


class _Spaces(click.Choice):  # type: ignore[type-arg]  # generic since Click 8.2
    """What the variable of a loss can be, looked up only when it is asked for."""

    def __init__(self) -> None:
        self.case_sensitive = True

    @property
    def choices(self) -> Sequence[str]:  # type: ignore[override]
        from questions.losses import SPACES

        return SPACES


# ---- shared options


def _options(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


_BANK = click.option("--bank", "banks", multiple=True, metavar="PATH", help="Add a bank file or folder.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
_PLAIN = click.option("--plain", is_flag=True, help="For screen readers: no colour, no bars, no tall formulas.")
_PROFILE = click.option("--profile", is_flag=True, help="Of code: where digits are lost, drawn whatever the outcome.")
_FILE = click.argument("file", required=False)
_ANSWER = click.option("-a", "--answer", metavar="TEXT", help="The answer itself, in place of a file.")
_SEED = click.option("--seed", type=int, help="Makes every random choice repeatable.")
_FILTERS = _options(
    *(
        click.option(f"--{name.replace('_', '-')}", name, multiple=True, type=_OneOf(name), help=f"Only this {what}.")
        for name, what in (
            ("topic", "topic"), ("stage", "stage of an interview"), ("skill", "skill"), ("level", "level"),
            ("role", "role"), ("kind", "kind of question"), ("follow_up", "follow-up or related question"),
        )
    ),
    click.option("--tag", "tag", multiple=True, metavar="TAG", help="Only this tag."),
)  # fmt: skip


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, help="Show the version.")
@_PLAIN
@click.pass_context
def cli(ctx: click.Context, version: bool, plain: bool) -> None:
    """Practise interview questions about loss functions: derivations and code, graded with evidence.

    `lossprep quiz` starts. Exit codes: 0 right or done, 1 wrong or partly right, 2 unreadable, 3 could not grade,
    130 interrupted.
    """
    if version:
        from lossprep import __version__

        click.echo(f"lossprep {__version__}")
    elif ctx.invoked_subcommand is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(ctx.get_help())
    elif ctx.invoked_subcommand is None:
        from report import bars, desk

        paper = _paper(plain)
        with desk.store(os.environ) as store:
            _write(bars.home_blocks(desk.progress(store, desk.questions(())), paper), paper)


# ---- sessions


@cli.command()
@_options(_FILTERS, _BANK, _SEED, _PLAIN)
@click.option("--count", type=click.IntRange(1, 200), help="How many questions (5 unless told otherwise).")
@click.option("--new", is_flag=True, help="Start afresh, even if a session waits to be finished.")
def quiz(banks: tuple[str, ...], seed: int | None, plain: bool, count: int | None, new: bool, **filters: Any) -> None:
    """Answer questions.

    A session can be left at any moment, and goes on where it was. Without a terminal, one question of each kind is
    answered from the bank's own samples instead, wrongly and then rightly, and nothing is recorded.
    """
    from report import bars, desk

    questions, chosen, sheet = desk.questions(banks), desk.chosen(banks, filters), partial(_paper, plain)
    if not sys.stdin.isatty():
        _exit(_replay(chosen, sheet()))
    fresh = new or seed is not None or count is not None or any(filters.values())
    with desk.store(os.environ) as store:
        session = None if fresh else desk.unfinished(store, questions)
        if session is not None:
            _write(bars.going_on_blocks(session), sheet())
        session = session or desk.begun(store, chosen, count or 5, seed, time.time())

        def record(event: Event) -> None:
            store.append(time.time(), session.id, event)

        code = _hold(_dialogue(_terminal(sheet()), sheet, questions, record), session)
        if code is None:
            _write(bars.advice_blocks(desk.progress(store, questions).advice), sheet())
        _exit(code or 0)


def _terminal(paper: Paper) -> Port:
    from report.ports import Terminal

    def edit(text: str, suffix: str) -> str | None:
        try:
            return click.edit(text, extension=suffix)
        except click.ClickException as error:
            raise OSError(error.message) from error

    def read(prompt: str) -> str:
        sys.stdout.flush()
        return input(prompt)

    return Terminal(_writer(paper), read, edit)


def _dialogue(
    port: Port, sheet: Callable[[], Paper], questions: Sequence[Question], record: Callable[[Event], None]
) -> Dialogue:
    from report.dialogue import Dialogue

    return Dialogue(port, sheet, {question.id: question for question in questions}, _grade, record)


def _hold(dialogue: Dialogue, session: Session) -> int | None:
    """Holds a session; its exit code if it was left before its end."""
    from report.bars import left_blocks
    from report.entering import Left

    try:
        dialogue.run(session)
    except (Left, EOFError, KeyboardInterrupt) as end:
        _write(left_blocks(), dialogue.paper)
        return 130 if isinstance(end, KeyboardInterrupt) else 0
    return None


def _replay(questions: Sequence[Question], paper: Paper) -> int:
    """Without a terminal: the bank's own samples through the real engine, with nothing recorded."""
    from report.ports import Script
    from report.replay import one_of_each_kind, replay_session

    click.echo("No terminal here: replaying the bank's own right and wrong samples. Nothing is recorded.")
    asked = one_of_each_kind(questions)
    port = Script(_writer(paper), paper, asked, REPLAY_SEED)
    ended = _dialogue(port, lambda: paper, asked, lambda event: None).run(replay_session(asked, REPLAY_SEED))
    return 0 if all(turn.right for turn in ended.turns) else 1


# ---- the bank


@cli.command("list")
@click.argument("what", type=click.Choice(["questions", "losses"]), default="questions")
@_options(_FILTERS, _BANK, _JSON, _PLAIN)
def list_(what: str, banks: tuple[str, ...], as_json: bool, plain: bool, **filters: Any) -> None:
    """List the questions, or the losses that go by a name (`list losses`)."""
    if what == "losses":
        if banks or any(filters.values()):
            raise click.UsageError("the filters are for questions; `lossprep list losses` shows all losses.")
        _list_losses(as_json)
        return
    from report import desk
    from report.listing import listing, question_form

    chosen = desk.chosen(banks, filters, needed=False)
    if as_json:
        _print_json(question_form(question) for question in chosen)
    else:
        width = _size()[0] if sys.stdout.isatty() else None
        click.echo(listing(chosen, width, unicode=desk.holds_maths(sys.stdout)), nl=False)
        if not chosen:
            click.echo("lossprep: no question passes all of these filters.", err=True)


def _list_losses(as_json: bool) -> None:
    from questions.losses import library
    from report import desk
    from report.library import loss_form, losses_listing

    if as_json:
        _print_json(map(loss_form, library().values()))
    else:
        width = _size()[0] if sys.stdout.isatty() else None
        click.echo(losses_listing(library().values(), width, unicode=desk.holds_maths(sys.stdout)), nl=False)


@cli.command()
@click.argument("id")
@_options(_BANK, _SEED, _JSON, _PLAIN)
def show(id: str, banks: tuple[str, ...], seed: int | None, as_json: bool, plain: bool) -> None:
    """Show a question, or a known loss by its name."""
    from practice.select import order_of_options
    from questions.kinds import Choice
    from questions.losses import KnownLoss
    from report import desk, library, listing, maths, question_view
    from report.paper import BLANK, Block

    paper = _paper(plain)
    question = desk.question_or_loss(id, banks)
    if isinstance(question, KnownLoss):
        if as_json:
            _print_json([library.loss_form(question)])
        else:
            _write(library.loss_blocks(question, paper), paper)
        return
    order = order_of_options(question, seed) if isinstance(question, Choice) and seed is not None else None
    if as_json:
        _print_json([listing.prompt_form(question, order)])
    else:
        head = [Block(question.title, style="bold")]
        body = question_view.prompt_blocks(question, maths.scope_of(question), paper, order)
        _write([*head, *body, BLANK, *(Block(line, style="dim") for line in listing.next_commands(question))], paper)


@cli.command()
@click.argument("id")
@click.option("--all", "every", is_flag=True, help="The whole ladder, in place of its first rung.")
@_options(_BANK, _JSON, _PLAIN)
def hint(id: str, every: bool, banks: tuple[str, ...], as_json: bool, plain: bool) -> None:
    """Show the first hint of a question, or all of them."""
    from report import desk, listing, maths, question_view

    question, paper = desk.question(id, banks), _paper(plain)
    count = len(question.hints) if every else 1
    if as_json:
        _print_json([listing.hints_form(question, count)])
    else:
        scope = maths.scope_of(question)
        _write((b for n in range(count) for b in question_view.hint_blocks(question, n, scope, paper)), paper)


@cli.command()
@click.argument("id")
@_options(_BANK, _JSON, _PLAIN)
def solution(id: str, banks: tuple[str, ...], as_json: bool, plain: bool) -> None:
    """Show the model answer of a question, and its analysis."""
    from report import desk, listing, maths, question_view

    question, paper = desk.question(id, banks), _paper(plain)
    if as_json:
        _print_json([listing.solution_form(question)])
    else:
        _write(question_view.solution_blocks(question, maths.scope_of(question), paper), paper)


@cli.command()
@click.argument("id")
@_FILE
@click.option("--force", is_flag=True, help="Overwrite a file that holds something else.")
@_options(_BANK, _JSON)
def start(id: str, file: str | None, force: bool, banks: tuple[str, ...], as_json: bool) -> None:
    """Write the file that an answer begins with.

    For code, a stub of the function; for a derivation or an explanation, what is asked, as comments.
    """
    from pathlib import Path

    from report import desk
    from report.starting import starting_file

    question = desk.question(id, banks)
    begun = starting_file(question)
    if begun is None:
        raise Fault(f"{id} needs no file; answer it with `lossprep submit {id} -a TEXT`.")
    path = Path(file or begun[0])
    desk.written(path, begun[1], force=force)
    if as_json:
        _print_json([{"format": 1, "question": id, "file": str(path)}])
    else:
        click.echo(f"Wrote {path}. Then: lossprep watch {id} {path}")


# ---- grading


@cli.command(cls=_AnswerLast)
@click.argument("id")
@_FILE
@_options(_ANSWER, _BANK, _PROFILE, _JSON, _PLAIN)
@click.option("--marks", metavar="N,N", help="For an explanation: the points of the rubric that it covers, from 1.")
def submit(id: str, file: str | None, answer: str | None, marks: str | None, banks: tuple[str, ...], profile: bool,
           as_json: bool, plain: bool) -> None:  # fmt: skip
    """Grade one answer to a question, and record it."""
    from grader.verdict import exit_code
    from practice.events import Graded
    from report import desk

    question = desk.question(id, banks)
    text = _answer(file, answer, question.kind)
    _say_testing(question.kind, as_json)
    verdict, typed = desk.judged(question, text, _grade, marked=marks, name=file)
    _show(verdict, typed or "", as_json, plain, question, profile=profile)
    if typed is not None:  # after the verdict is out: a log that cannot be written takes nobody's answer away
        sys.stdout.flush()
        why = desk.recorded(os.environ, time.time(), Graded.of(question.id, typed, verdict))
        if why is not None:
            click.echo(f"lossprep: this was not recorded: {why}", err=True)
    _exit(exit_code(verdict))


@cli.command()
@click.argument("id")
@click.argument("file")
@_options(_BANK, _JSON, _PLAIN)
def watch(id: str, file: str, banks: tuple[str, ...], as_json: bool, plain: bool) -> None:
    """Grade a file again at each save, until Ctrl-C. Nothing is recorded."""
    from pathlib import Path

    from practice.answers import text_of
    from practice.watching import saves
    from report import desk
    from report.reasons import reason_words
    from report.starting import is_untouched

    question = desk.question(id, banks)
    grade = partial(_grade, spares=desk.spares()) if question.kind == "code" else _grade
    if not as_json:
        click.echo(f"Watching {file}; Ctrl-C ends it, `lossprep submit {id} {file}` hands it in.")
    for content in saves(Path(file), lambda: time.sleep(WATCH_SECONDS)):
        if isinstance(content, OSError):
            click.echo(f"{file}: {reason_words(content)}; waiting for it.", err=True)
            continue
        text = text_of(content, question.kind, file)
        if not as_json and isinstance(text, str) and is_untouched(question, text):
            click.echo("Nothing here yet; waiting for the first save.")
            continue
        if not as_json:
            click.echo(f"\n{time.strftime('%H:%M:%S')}")
        verdict, typed = desk.judged(question, text, grade, name=file)
        try:
            _show(verdict, typed or "", as_json, plain, question)
        except Fault as fault:
            fault.show()


@cli.command(cls=_AnswerLast)
@_FILE
@_options(_ANSWER, _JSON, _PLAIN)
@click.option("--loss", metavar="FORMULA", help="The loss, or the name of a known one (`lossprep list losses`).")
@click.option("--wrt", metavar="NAME", help="The variable that the gradient is taken for; a known loss has its own.")
@click.option("--var", "variables", multiple=True, metavar="DECL", help="A variable, such as 'p: (0,1)'.")
@click.option("--let", "given", multiple=True, metavar="DEF", help="A definition, such as 'p = sigmoid(z)'.")
@click.option("--cases", metavar="FILE", help="Many at once: JSON lines with id, loss, wrt, var, let, answer.")
@click.option("--next", "ahead", count=True, help="No verdict, but the rule to apply next; twice: the line as well.")
def check(file: str | None, answer: str | None, loss: str | None, wrt: str | None, variables: tuple[str, ...],
          given: tuple[str, ...], cases: str | None, ahead: int, as_json: bool, plain: bool) -> None:  # fmt: skip
    """Grade a derivation against any loss, without a bank.

    With --next, the derivation may be unfinished, or not begun: what comes after its last right line is named.
    """
    from practice import checks
    from report import desk

    if cases is not None:
        if file is not None or answer is not None or loss is not None or wrt is not None or variables or given or ahead:
            raise click.UsageError("--cases brings everything with it; no other answer, loss, --wrt, --var or --let.")
        _print_json(desk.case_form(case, time.perf_counter, _written_down) for case in desk.cases(cases, _stdin))
        return
    if loss is None or (wrt is None and not desk.is_known_loss(loss)):
        needs = "check needs --loss and --wrt, such as --loss '(y - p)^2' --wrt p --var 'p: real'."
        raise click.UsageError(f"{needs} {desk.or_loss(loss)}")
    stated = checks.Stated(loss, wrt, variables, given)
    text = "" if ahead and file is None and answer is None else _answer(file, answer, "derivation")
    if ahead and isinstance(text, str):
        _next(stated, text, ahead > 1, as_json, plain)
    verdict = _timed(partial(checks.grade_stated, stated, text)) if isinstance(text, str) else text
    _deliver(verdict, text if isinstance(text, str) else "", as_json, plain, scope=checks.scope_of(stated))


def _next(stated: Stated, text: str, with_line: bool, as_json: bool, plain: bool) -> NoReturn:
    from grader.verdict import Verdict
    from practice import checks
    from report import next_view

    found = checks.next_of(stated, text)
    if isinstance(found, Verdict):
        _deliver(found, text, as_json, plain, scope=checks.scope_of(stated))
    if as_json:
        _print_json([next_view.next_form(found, with_line=with_line)])
    else:
        paper = _paper(plain)
        _write(next_view.next_blocks(found, with_line=with_line, more="`--next --next` shows the line."), paper)
    _exit(3 if found.state == "none" else 0)


@cli.command("test")
@click.argument("file")
@click.option("--loss", required=True, metavar="FORMULA", help="What the function should compute; or a known loss.")
@click.option("--arg", "arguments", multiple=True, metavar="DECL", help="An argument, in its order.")
@click.option("--entry", metavar="NAME", help="The function; the file's only public one unless told otherwise.")
@click.option("--level", type=click.Choice(["correct", "stable", "precise"]), default="stable", show_default=True)
@click.option("--grad", "wrt", multiple=True, metavar="NAME", help="Test the gradient by this argument instead.")
@click.option("--returns", type=click.Choice(["gradient", "both"]), help="With --grad: both is (loss, gradient, …).")
@_options(_PROFILE, _JSON, _PLAIN)
def test_(file: str, loss: str, arguments: tuple[str, ...], entry: str | None, level: Any, wrt: tuple[str, ...],
          returns: str | None, profile: bool, as_json: bool, plain: bool) -> None:  # fmt: skip
    """Test an implementation of any loss, or of its gradient, against the formula."""
    from practice import checks
    from report import desk

    if not arguments and not desk.is_known_loss(loss):
        raise click.UsageError(f"test needs the arguments, such as --arg 'z: real[n]'. {desk.or_loss(loss)}")
    text = _answer(file, None, "code")
    _say_testing("code", as_json)
    if returns is not None and not wrt:
        raise click.UsageError("--returns needs --grad, such as --grad z.")
    value: Any = "loss" if not wrt else "loss-and-gradient" if returns == "both" else "gradient"
    grade = partial(checks.grade_source, checks.Coded(loss, arguments, entry, level, value, wrt))
    verdict = _timed(partial(grade, text, file)) if isinstance(text, str) else text
    _deliver(verdict, text if isinstance(text, str) else "", as_json, plain, profile=profile)


@cli.command(cls=_FormulaFirst)
@click.argument("loss")
@click.option("--from", "start", required=True, metavar="VALUES", help="Where to start: -8, or 'z = -8, y = 1'.")
@click.option("--against", multiple=True, metavar="LOSSES", help="Losses beside it, by formula or name.")
@click.option("--wrt", metavar="NAME", help="The variable to descend on; a known loss has its own.")
@click.option("--set", "values", multiple=True, metavar="VALUE", help="A value of another variable, such as 'y = 1'.")
@click.option("--var", "variables", multiple=True, metavar="DECL", help="A variable, such as 'z: real'.")
@click.option("--let", "given", multiple=True, metavar="DEF", help="A definition, such as 'p = sigmoid(z)'.")
@click.option("--rate", default="0.75", show_default=True, metavar="NUMBER", help="A step's length at slope 1.")
@click.option("--steps", type=click.IntRange(1, 5000), default=200, show_default=True)
@click.option("--plot", metavar="FILE.svg", help="Draw it into a file as well.")
@_options(_JSON, _PLAIN)
def descend(loss: str, start: str, against: tuple[str, ...], wrt: str | None, values: tuple[str, ...],
            variables: tuple[str, ...], given: tuple[str, ...], rate: str, steps: int, plot: str | None,
            as_json: bool, plain: bool) -> None:  # fmt: skip
    """Watch gradient descent under several losses, side by side.

    LOSS is a formula or the name of a known loss. On a terminal the picture moves; elsewhere it is a table.
    """
    from grader.verdict import Verdict
    from report import film_desk, film_view

    path = film_desk.check_plot(plot) if plot is not None else None
    film = film_desk.film_of(loss, start, wrt, against, values, variables, given, rate, steps)
    if isinstance(film, Verdict):
        _deliver(film, "", as_json, plain)
    if path is not None:
        film_desk.draw(film, path)
    if as_json:
        _print_json([film_view.film_form(film)])
        return
    paper = _paper(plain)
    if film_view.moves(film, paper) and os.environ.get("TERM") != "dumb":
        _play(film, paper)
    else:
        _write(film_view.table_blocks(film, paper), paper)
    _write(film_view.closing_blocks(film), paper)
    if path is not None:
        click.echo(f"\nWrote {path}.")


def _play(film: Film, paper: Paper) -> None:
    """Draws the moments of a film over one another. The cursor comes back however it ends."""
    from report import film_view

    click.echo("\x1b[?25l", nl=False, color=True)
    try:
        up = ""
        for step in film_view.moments(film):
            picture = film_view.picture(film, step, paper)
            click.echo(up + paper.write(picture), nl=False, color=True)
            up = f"\x1b[{len(picture)}A\x1b[J"
            time.sleep(FILM_SECONDS)
    finally:
        click.echo("\x1b[?25h", nl=False, color=True)


@cli.command(cls=_FormulaFirst)
@click.argument("loss")
@click.option("--wrt", metavar="NAME", help="What the loss is a function of; a known loss has its own.")
@click.option("--var", "variables", multiple=True, metavar="DECL", help="A variable, such as 'delta: positive = 1'.")
@click.option("--let", "given", multiple=True, metavar="DEF", help="A definition, such as 'p = sigmoid(z)'.")
@click.option("--space", type=_Spaces(), help="What that variable is; a known loss says so itself.")
@click.option("--against", "others", multiple=True, metavar="NAMES", help="Losses beside it, such as mse,mae,huber.")
@click.option("--plot", "file", metavar="FILE", help="Draw loss, gradient and curvature, as .svg or .png.")
@_options(_JSON, _PLAIN)
def analyze(loss: str, wrt: str | None, variables: tuple[str, ...], given: tuple[str, ...], space: Any,
            others: tuple[str, ...], file: str | None, as_json: bool, plain: bool) -> None:  # fmt: skip
    """Show what a loss is like: its derivatives, and its properties, each proved, refuted or left open.

    LOSS is a formula, or the name of a known loss (`lossprep list losses`), which brings its declarations.
    With --json and --against, one object a line, that of LOSS first.
    """
    from grader.verdict import Verdict
    from practice import analysing
    from report import analysis_page, desk
    from report.analysis_form import analysis_form

    asked = analysing.asked(loss, wrt, variables, given, space)
    if asked is None:
        needs = "analyze needs --wrt, such as --wrt r --var 'r: real'."
        raise click.UsageError(f"{needs} {desk.or_loss(loss)}")
    path = analysis_page.plot_path(file) if file is not None else None
    found = analysis_page.looked_at([asked, *analysing.beside(asked, others)])
    if isinstance(found, Verdict):
        _deliver(found, "", as_json, plain)
    if path is not None:
        analysis_page.drawn(found, path)
    if as_json:
        _print_json(map(analysis_form, found))
        return
    paper = _paper(plain)
    _write(analysis_page.blocks(found, paper), paper)
    if path is not None:
        click.echo(f"Wrote {path}.")


@cli.command()
@_options(_BANK, _JSON, _PLAIN)
def progress(banks: tuple[str, ...], as_json: bool, plain: bool) -> None:
    """Show where you stand, and what to do next."""
    from report import bars, desk

    with desk.store(os.environ) as store:
        state = desk.progress(store, desk.questions(banks))
    if as_json:
        _print_json([bars.progress_form(state)])
    else:
        paper = _paper(plain)
        _write(bars.progress_blocks(state, paper), paper)


@cli.group()
def bank() -> None:
    """For authors of questions."""


@bank.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_JSON
def bank_check(paths: tuple[str, ...], as_json: bool) -> None:
    """Check banks: every field, formula and reference, and every sample through the graders."""
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path

    from report.audit import audit_form, audit_lines, audited

    with ProcessPoolExecutor() as pool:
        count, problems = audited([Path(path) for path in paths], pool.map)
    if as_json:
        _print_json([audit_form(count, problems)])
    else:
        click.echo("\n".join(audit_lines(count, problems)))
    _exit(2 if problems else 0)


@bank.command("new")
@click.argument("id")
@click.argument("file", required=False)
@click.option("--kind", required=True, type=_OneOf("kind"), help="The kind of question.")
@click.option("--force", is_flag=True, help="Overwrite a file that holds something else.")
@_JSON
def bank_new(id: str, file: str | None, kind: Any, force: bool, as_json: bool) -> None:
    """Write a bank of one question, sound as it stands, to be filled in.

    ID names the question; FILE is ID.yaml unless told otherwise.
    """
    from pathlib import Path

    from report import desk

    path = Path(file or f"{id}.yaml")
    desk.written(path, desk.new_bank(id, kind), force=force)
    if as_json:
        _print_json([{"format": 1, "question": id, "file": str(path)}])
    else:
        click.echo(f"Wrote {path}. Then: lossprep bank check {path}")


@bank.command("schema")
def bank_schema() -> None:
    """Print the JSON Schema of a bank, for editors."""
    import json

    from questions.schema import bank_schema as schema

    click.echo(json.dumps(schema(), indent=2))


# ---- from options to values, and from values to the terminal


def _answer(file: str | None, answer: str | None, kind: str) -> str | Verdict:
    """The answer's text, from the option, a file or standard input; or the verdict on what is no text."""
    if answer is not None and file is not None:
        raise click.UsageError("the answer is given twice: as a file, and with -a.")
    if answer is not None:
        return answer
    if file is None:
        raise click.UsageError("there is no answer: name a FILE, give - for standard input, or -a TEXT.")
    from report import desk

    return desk.answer(file, kind, _stdin)


def _stdin() -> BinaryIO:
    return sys.stdin.buffer


def _grade(question: Question, submission: Submission, spares: Spares | None = None) -> Verdict:
    from grader import grade

    return _timed(partial(grade, question, submission, spares=spares))


def _say_testing(kind: str, as_json: bool) -> None:
    """Code takes a moment: somebody who waits at a terminal is told so."""
    if kind == "code" and not as_json and sys.stderr.isatty():
        click.echo("Testing …", err=True)


def _timed(graded: Callable[[], Verdict]) -> Verdict:
    began = time.perf_counter()
    verdict = graded()
    return verdict.stamped(seconds=time.perf_counter() - began)


def _deliver(verdict: Verdict, text: str, as_json: bool, plain: bool, question: Question | None = None,
             scope: Scope | None = None, *, profile: bool = False) -> NoReturn:  # fmt: skip
    """Shows a verdict, and exits with its code. What is no text at all is a fault of its file."""
    from grader.verdict import exit_code

    _show(verdict, text, as_json, plain, question, scope, profile=profile)
    _exit(exit_code(verdict))


def _show(verdict: Verdict, text: str, as_json: bool, plain: bool, question: Question | None = None,
          scope: Scope | None = None, *, profile: bool = False) -> None:  # fmt: skip
    from report import desk

    if as_json:
        _print_json([desk.form(verdict, question, profile=profile)])
    elif (said := desk.unusable_file(verdict)) is not None:
        raise Fault(said)
    else:
        paper = _paper(plain)
        _write(desk.page(verdict, text, question, scope, paper, profile=profile), paper)


def _exit(code: int) -> NoReturn:
    raise click.exceptions.Exit(code)


def _print_json(forms: Iterable[object]) -> None:
    """One object a line, as they come."""
    from report.json_form import dumps

    for form in forms:
        click.echo(dumps(form, sys.stdout.encoding))


def _write(blocks: Iterable[Block], paper: Paper) -> None:
    _writer(paper)(paper.write(blocks))


def _writer(paper: Paper) -> Callable[[str], None]:
    return partial(click.echo, nl=False, color=paper.colour)


def _size() -> os.terminal_size:
    import shutil

    return shutil.get_terminal_size((80, 24))


def _paper(plain: bool) -> Paper:
    """The paper for this terminal, as large as it is now."""
    from report import desk

    width, height = _size()
    shown = sys.stdout.isatty() and sys.stdin.isatty()
    return desk.paper(sys.stdout, os.environ, plain=plain, width=width, height=height if shown else None)


# ---- the outermost


def main(args: Sequence[str] | None = None) -> int:
    """Runs a command; returns its exit code. Whatever was not foreseen is one line, its details in a file, and 3.

    Raises ModuleNotFoundError where a dependency is missing: `lossprep` says how to install it."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  # a closed one
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stdout is None:
        click.echo("lossprep: standard output is closed.", err=True)
        return 2
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(args=list(args) if args is not None else None, prog_name="lossprep", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted.", err=True)
        return 130
    except ModuleNotFoundError:
        raise
    except Exception as error:
        if _cannot_print(error):
            click.echo("lossprep: standard output cannot be written: is the disk full?", err=True)
            return 2
        click.echo(f"lossprep: an internal fault ({type(error).__name__}). {_written_down(error)}", err=True)
        return 3


def _written_down(error: Exception) -> str:
    from report.desk import written_down

    return written_down(error, os.environ, f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sys.argv[1:]}"[:1000])


def _cannot_print(error: Exception) -> bool:
    """Whether this came of writing to standard output. Python drops what it could not write: a blank line tries."""
    if not isinstance(error, OSError) or error.filename is not None:
        return False
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return True
    return False
