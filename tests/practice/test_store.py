"""The log survives what happens to files and processes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.events import Drafted, Event, Graded, Hinted, Opened, Revealed, Skipped, Written, decode, encode
from practice.home import database, state_folder
from practice.store import Store, StoreError
from tests.practice.make import graded

ROOT = Path(__file__).parents[2]
TEXTS = st.text(max_size=30)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Opened, questions=st.lists(TEXTS, max_size=4).map(tuple), seed=st.integers(0, 10**6)),
    st.builds(Hinted, TEXTS),
    st.builds(Drafted, TEXTS, TEXTS),
    st.builds(Written, TEXTS, TEXTS),
    st.builds(Graded, TEXTS, TEXTS, TEXTS, st.none() | st.floats(0, 1), st.none() | TEXTS, st.lists(TEXTS).map(tuple)),
    st.builds(Skipped, TEXTS),
    st.builds(Revealed, TEXTS),
)


@given(EVENTS)
def test_every_event_comes_back_as_it_was_stored(event: Event) -> None:
    assert decode(*encode(event)) == event


def test_an_event_of_a_later_version_is_passed_over_and_a_new_field_ignored() -> None:
    assert decode("danced", "{}") is None
    assert decode("hinted", json.dumps({"question": "q", "colour": "red"})) == Hinted("q")


def test_what_was_appended_is_read_back_by_another_connection(tmp_path: Path) -> None:
    with Store(tmp_path / "a" / "progress.db") as store, Store(store.path) as other:
        first = store.append(1.0, "s", Opened(("q",), 7))
        second = other.append(2.0, None, graded("q", text="\udcff\x00 ŷ"))
        assert store.records() == other.records() == (first, second)


def test_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    with Store(tmp_path / "state" / "progress.db") as store:
        assert store.path.parent.stat().st_mode & 0o777 == 0o700
        assert store.path.stat().st_mode & 0o777 == 0o600


def test_the_log_refuses_to_be_rewritten(tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        store.append(1.0, None, Hinted("q"))
    connection = sqlite3.connect(tmp_path / "p.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM log")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE log SET data = '{}'")
    connection.close()


def test_a_broken_database_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    path.write_bytes(b"this is no database, but it is somebody's" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store(path)
    assert caught.value.trouble == "corrupt"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "trouble"),
    [("PRAGMA user_version = 99", "newer"), ("PRAGMA application_id = 5", "foreign")],
)
def test_a_newer_or_foreign_database_is_left_as_it_was(tmp_path: Path, statement: str, trouble: str) -> None:
    path = tmp_path / "progress.db"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store(path)
    assert caught.value.trouble == trouble
    assert path.read_bytes() == before


def test_another_programs_tables_are_not_taken_for_an_empty_database(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "p.db")
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "p.db")
    assert caught.value.trouble == "foreign"


def test_a_record_that_is_no_json_is_reported_not_raised_bare(tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        store._connection.execute("INSERT INTO log (at, event, data) VALUES (1, 'hinted', '{')")
        with pytest.raises(StoreError) as caught:
            store.records()
    assert caught.value.trouble == "corrupt"


def test_a_place_where_nothing_can_be_written_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file" / "progress.db", tmp_path):
        with pytest.raises(StoreError) as caught:
            Store(path)
        assert caught.value.trouble == "unwritable"


WRITER = """
import sys
from pathlib import Path
from practice.events import Hinted
from practice.store import Store
with Store(Path(sys.argv[1])) as store:
    for number in range(int(sys.argv[3])):
        store.append(float(number), sys.argv[2], Hinted(str(number)))
        print(number, flush=True)
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_may_begin_and_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    processes = [writer(path, name, 25) for name in "ab"]
    assert [process.communicate(timeout=60)[0].count("\n") for process in processes] == [25, 25]
    with Store(path) as store:
        records = store.records()
    for name in "ab":
        assert [r.at for r in records if r.session == name] == [float(n) for n in range(25)]


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_a_killed_process_loses_nothing_that_it_had_written(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    process = writer(path, "a", 100_000)
    assert process.stdout is not None
    seen = [process.stdout.readline() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    with Store(path) as store:
        assert len(store.records()) >= len(seen)
        assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_one_variable_moves_all_state(tmp_path: Path) -> None:
    assert database({"LOSSPREP_HOME": str(tmp_path)}) == tmp_path / "progress.db"
    assert state_folder({}).name == "lossprep"
