"""The log of everything that was answered: one SQLite database, appended to and never rewritten.

Every event is its own transaction, so that a killed process loses at most what was being typed.
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from practice.events import Event, Record, decode, encode

VERSION: Final = 1
APPLICATION: Final = 0x4C50_5250  # "LPRP": tells our file from another program's database
_BUSY_SECONDS: Final = 10.0

_SCHEMA: Final = """
CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    session TEXT,
    event TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX log_session ON log (session);
CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_is_never_shortened BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
"""

Trouble = Literal["corrupt", "newer", "foreign", "unwritable", "full", "busy"]


@dataclass
class StoreError(Exception):
    """The database cannot be used; it was left as it was found."""

    trouble: Trouble
    path: Path
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.trouble} {self.detail}".rstrip()


class Store:
    """An open log. Use as a context manager. Raises StoreError, from any method."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._trouble():
            if not path.parent.exists():
                path.parent.mkdir(parents=True, mode=0o700)
            self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            with self._trouble():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def append(self, at: float, session: str | None, event: Event) -> Record:
        """Writes one event; when this returns, it is on disk."""
        name, data = encode(event)
        with self._trouble():
            self._connection.execute(
                "INSERT INTO log (at, session, event, data) VALUES (?, ?, ?, ?)", (at, session, name, data)
            )
        return Record(at, session, event)

    def records(self) -> tuple[Record, ...]:
        """Everything that happened, oldest first."""
        with self._trouble():
            rows = self._connection.execute("SELECT at, session, event, data FROM log ORDER BY id").fetchall()
            decoded = [(at, session, decode(name, data)) for at, session, name, data in rows]
        return tuple(Record(at, session, event) for at, session, event in decoded if event is not None)

    def _prepare(self) -> None:
        run = self._connection.execute
        if self._recognised():
            # A database of a newer version, or of another program, is not touched: no WAL, no schema.
            run("PRAGMA journal_mode = WAL")
            run("PRAGMA synchronous = FULL")
            return
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("BEGIN IMMEDIATE")
        try:
            if not self._recognised():  # another process may have been first
                for statement in _statements(_SCHEMA):
                    run(statement)
                run(f"PRAGMA application_id = {APPLICATION}")
                run(f"PRAGMA user_version = {VERSION}")
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise
        with contextlib.suppress(OSError):
            self.path.chmod(0o600)

    def _recognised(self) -> bool:
        """False for an empty database, True for ours."""
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == 0 and version == 0 and tables == 0:
            return False
        if application != APPLICATION:
            raise StoreError("foreign", self.path)
        if version > VERSION:
            raise StoreError("newer", self.path, str(version))
        return True

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            trouble: Trouble = "busy" if "locked" in text else "full" if "full" in text else "unwritable"
            raise StoreError(trouble, self.path, text) from error
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            raise StoreError("corrupt", self.path, str(error)) from error
        except OSError as error:
            full = error.errno == errno.ENOSPC
            detail = error.strerror or str(error)
            raise StoreError("full" if full else "unwritable", self.path, detail) from error


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would commit our transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
