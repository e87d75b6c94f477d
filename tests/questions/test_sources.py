from __future__ import annotations

from pathlib import Path

from questions import sources


def test_the_shipped_sources_are_sound() -> None:
    known = sources.load()
    assert known.problems == ()
    assert known.by_key["huber-1964"].year == 1964
    assert all(source.checked or source.note for source in known.by_key.values())


def test_a_source_without_date_must_say_why_and_a_date_must_be_one(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    entry = "authors: A, title: B, year: 2000, venue: C"
    entries = [f"  a: {{{entry}}}", f"  b: {{{entry}, checked: soon}}", f"  c: {{{entry}, note: a book}}"]
    file.write_text("\n".join(["format: 1", "sources:", *entries]))
    known = sources.load(file)
    assert [(p.line, p.code) for p in known.problems] == [(3, "no-reason"), (4, "bad-date")]
    assert set(known.by_key) == {"c"}
