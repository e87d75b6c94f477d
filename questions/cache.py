"""Sound banks, kept in their decoded form, under the hash of all that they were made from.

What is kept is plain JSON with a checksum: a damaged or foreign file is ignored and written anew, and a
folder that cannot be written to costs time only.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from questions.kinds import CLASSES, Question

FORMAT: Final = b"1"
_RULES: Final = ("kinds.py", "yaml_nodes.py", "decode.py", "checks.py", "loader.py", "sources.yaml")
"""The files of this package that decide whether a bank is sound, and what it decodes to."""


def folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where decoded banks are kept: below LOSSPREP_HOME, else in the platform's cache directory."""
    if home := environment.get("LOSSPREP_HOME"):
        return Path(home) / "cache" / "banks"
    import platformdirs

    return platformdirs.user_cache_path("lossprep") / "banks"


@cache
def _rules() -> bytes:
    here = Path(__file__).parent
    digest = hashlib.sha256(FORMAT)
    for name in _RULES:
        digest.update((here / name).read_bytes())
    return digest.digest()


def _file(store: Path, bank: Path, raw: bytes) -> Path:
    place = hashlib.sha256(str(bank.absolute()).encode()).hexdigest()[:16]
    content = hashlib.sha256(_rules() + raw).hexdigest()[:32]
    return store / f"{place}-{content}.json"


def read(store: Path, bank: Path, raw: bytes) -> tuple[Question, ...] | None:
    """The questions of a bank that was found sound with this very content, or None."""
    try:
        checksum, _, body = _file(store, bank, raw).read_bytes().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != checksum:
            return None
        pairs = msgspec.json.decode(body, type=list[tuple[str, msgspec.Raw]])
        return tuple(msgspec.json.decode(text, type=CLASSES[kind]) for kind, text in pairs)
    except (OSError, msgspec.MsgspecError, KeyError):
        return None


def write(store: Path, bank: Path, raw: bytes, questions: Sequence[Question]) -> None:
    """Keeps a sound bank, in place of earlier contents of the same file."""
    body = encode(questions)
    target = _file(store, bank, raw)
    with suppress(OSError):
        store.mkdir(parents=True, exist_ok=True)
        earlier = [old for old in store.glob(f"{target.name[:17]}*") if old != target]
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        part.replace(target)
        for old in earlier:
            old.unlink(missing_ok=True)


def encode(questions: Iterable[Question]) -> bytes:
    return msgspec.json.encode([(question.kind, question) for question in questions])
