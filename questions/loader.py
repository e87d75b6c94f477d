"""Bank files to questions: all of them, with all problems of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from questions import cache
from questions.kinds import Question
from questions.problems import Data, Problem

if TYPE_CHECKING:
    from questions.yaml_nodes import Node

FORMAT: Final = 1
_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The sound questions in the order of their files, and every problem, in the order of its place."""

    questions: tuple[Question, ...]
    problems: tuple[Problem, ...]
    files: tuple[Path, ...]

    def get(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)


@dataclass(frozen=True, slots=True)
class _Named:
    """An id, where it was found; the place is None for a file that came from the cache."""

    id: str
    file: Path
    line: int | None = None
    column: int | None = None


def builtin_banks() -> tuple[Path, ...]:
    """The banks that come with the program, in a checkout and in an installed copy alike."""
    return tuple(sorted((Path(__file__).parent / "banks").glob("*.yaml")))


def load(paths: Iterable[Path], *, cached: bool = True, beside: Iterable[Path] = ()) -> Loaded:
    """Reads bank files, and the `*.yaml` and `*.yml` files of folders.

    `cached` uses, and keeps, the decoded form of sound files (`questions.cache`). The ids of the banks `beside`
    these are taken; nothing else of them counts.
    """
    files, problems = _files(paths)
    own = {file.resolve() for file in files}
    others = [file for file in beside if file.resolve() not in own]
    store = cache.folder() if cached else None
    questions: list[Question] = []
    named = [_Named(question.id, file) for file in others for question in load([file]).questions]
    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as error:
            problems.append(Problem(str(file), 1, 1, "unreadable-file", {"said": error.strerror or str(error)}))
            continue
        kept = cache.read(store, file, raw) if store else None
        if kept is not None:
            questions += kept
            named += (_Named(question.id, file) for question in kept)
            continue
        bank = _read(file, raw)
        questions += bank.questions
        problems += bank.problems
        named += bank.named
        if store and not bank.problems and len({name.id for name in bank.named}) == len(bank.named):
            cache.write(store, file, raw, bank.questions)
    problems += _duplicates(named)
    unique = tuple({question.id: question for question in reversed(questions)}.values())[::-1]
    return Loaded(unique, tuple(sorted(problems, key=lambda problem: problem.order)), tuple(files))


def _files(paths: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    files: dict[Path, None] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
            if not inside:
                problems.append(Problem(str(path), 1, 1, "no-banks", {}))
            files.update(dict.fromkeys(inside))
        elif path.exists():
            files[path] = None
        else:
            problems.append(Problem(str(path), 1, 1, "no-such-file", {}))
    return list(files), problems


@dataclass(frozen=True, slots=True)
class _Bank:
    questions: list[Question]
    problems: list[Problem]
    named: list[_Named]


def _read(file: Path, raw: bytes) -> _Bank:
    """A bank file from its text: every problem with its place."""
    from questions import checks, decode, places, sources, yaml_nodes  # not needed for what is in the cache

    shown = str(file)
    node, text, problems = yaml_nodes.compose(raw, shown)
    bank = _Bank([], list(problems), [])

    def say(where: Node, code: str, data: Data) -> None:
        bank.problems.append(Problem(shown, where.line, where.column, code, data))

    if node is None:
        if not problems:
            bank.problems.append(Problem(shown, 1, 1, "empty-file", {}))
        return bank
    known = sources.load()
    bank.problems.extend(known.problems)
    start_lines = places.line_starts(text)
    for item in _listed(node, say):
        before = len(bank.problems)
        cls, values = decode.question(item, say)
        if isinstance(item, yaml_nodes.Mapping):
            where = places.of_question(shown, item, text, start_lines)

            def say_at(path: places.FieldPath, code: str, data: Data, where: places.QuestionPlaces = where) -> None:
                offset = data.get("offset", 0)
                bank.problems.append(where.problem(code, path, offset if isinstance(offset, int) else 0, data))

            checks.check(cls, values, known.by_key.keys(), say_at)
            if cls is not None and len(bank.problems) == before:
                bank.questions.append(cls(**values))
            name = item.get("id")
            if isinstance(name, yaml_nodes.Scalar) and "id" in values:
                bank.named.append(_Named(values["id"], file, name.line, name.column))
    return bank


def _listed(node: Node, say: Any) -> tuple[Node, ...]:
    """The questions of a bank, once its frame is sound."""
    from questions import decode, yaml_nodes

    if not isinstance(node, yaml_nodes.Mapping):
        say(node, "not-a-bank", {"got": decode.type_name(node)})
        return ()
    known = ("format", "questions")
    for key, _ in node.entries:
        if key.value not in known:
            say(key, "unknown-key", {"key": key.value, "nearest": decode.nearest(key.value, known)})
    stated, listed = node.get("format"), node.get("questions")
    if stated is None:
        say(node, "missing-key", {"key": "format"})
    elif not isinstance(stated, yaml_nodes.Scalar) or stated.type != "int" or stated.value != str(FORMAT):
        got = stated.value if isinstance(stated, yaml_nodes.Scalar) else decode.type_name(stated)
        say(stated, "bad-format", {"got": got[:40], "known": FORMAT})
        return ()
    if listed is None:
        say(node, "missing-key", {"key": "questions"})
    elif not isinstance(listed, yaml_nodes.Sequence):
        say(listed, "wrong-type", {"key": "questions", "expected": "list", "got": decode.type_name(listed)})
    elif not listed.items:
        say(listed, "empty-list", {"key": "questions"})
    else:
        return listed.items
    return ()


def _duplicates(named: list[_Named]) -> list[Problem]:
    """Each further question of the same id, with the place of the first."""
    first: dict[str, _Named] = {}
    problems = []
    for name in named:
        if name.id not in first:
            first[name.id] = name
            continue
        earlier, later = _placed(first[name.id]), _placed(name)
        data = {"id": name.id, "file": str(earlier.file), "line": earlier.line}
        problems.append(Problem(str(later.file), later.line or 1, later.column or 1, "duplicate-id", data))
    return problems


def _placed(name: _Named) -> _Named:
    if name.line is not None:
        return name
    from questions import places

    found = places.read([name.file]).get(name.id)
    return _Named(name.id, name.file, *(found.at(("id",)) if found else (1, 1)))
