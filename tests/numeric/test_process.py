"""The child knows nothing and can do little; the parent believes nothing that is not a frame of the protocol."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.numeric import CodeTask, grade_code, process
from grader.numeric.child import BrokenFrame, lengths, pack
from grader.numeric.messages import Argument, Call, Loaded, Reply, encode, read_header, read_rows
from grader.numeric.process import Child, Spares
from grader.verdict import exit_code

posix = pytest.mark.skipif(os.name != "posix", reason="limits and sessions of POSIX")


def called(spares: Spares, source: str, *args: object, seconds: float = 5.0) -> tuple[Loaded, tuple[Reply, ...], Child]:
    """One call of `f` in a fresh child."""
    deadline = time.monotonic() + seconds
    with spares.take() as child:
        child.begin(seconds)
        loaded = child.load(source, "<answer>", "f", deadline)
        arguments = tuple(Argument(np.asarray(a), "C") for a in args)
        replies = child.run([Call(arguments, {})], deadline) if loaded.found else ()
    spares.replace()
    return loaded, replies, child


def test_numbers_come_back_bit_by_bit(spares: Spares) -> None:
    sent = np.array([0.1, -0.0, 5e-324, 1.7976931348623157e308, np.inf, np.nan])
    _, (reply,), _ = called(spares, "def f(x):\n    return x.copy()\n", sent)
    assert reply.value is not None
    assert reply.value.tobytes() == sent.tobytes()
    assert (reply.type, reply.dtype, reply.shape, reply.mutated) == ("array", "float64", (6,), ())


@pytest.mark.parametrize(
    ("expression", "kind", "dtype", "shape"),
    [
        ("1.5", "number", "float", ()),
        ("True", "number", "bool", ()),
        ("10**400", "number", "int", ()),
        ("np.float32(2)", "array", "float32", ()),
        ("np.zeros((2, 0))", "array", "float64", (2, 0)),
        ("None", "NoneType", None, None),
        ("(1.0, 2.0)", "tuple", None, (2,)),
        ("'1.0'", "str", None, None),
        ("np.array([None])", "array", "object", (1,)),
        ("1j", "complex", None, None),
    ],
)
def test_what_is_no_array_of_reals_is_only_named(
    spares: Spares, expression: str, kind: str, dtype: str | None, shape: tuple[int, ...] | None
) -> None:
    _, (reply,), _ = called(spares, f"import numpy as np\n\n\ndef f():\n    return {expression}\n")
    assert (reply.type, reply.dtype, reply.shape) == (kind, dtype, shape)
    assert (reply.value is not None) == (kind in ("number", "array") and dtype != "object")


def test_layouts_arrive_as_asked(spares: Spares) -> None:
    flags = "a.flags.f_contiguous + 2 * (not b.flags.contiguous) + 4 * (not c.flags.writeable)"
    source = f"def f(a, b, c):\n    return float({flags})\n"
    x = np.arange(6.0).reshape(2, 3)
    deadline = time.monotonic() + 5
    with spares.take() as child:
        child.begin(5)
        child.load(source, "<answer>", "f", deadline)
        arguments = (Argument(x, "F"), Argument(x, "strided"), Argument(x, "C", readonly=True))
        (reply,) = child.run([Call(arguments, {})], deadline)
    spares.replace()
    assert reply.value == 7


def test_a_changed_input_is_seen(spares: Spares) -> None:
    _, (reply,), _ = called(spares, "def f(a, b):\n    b[0] = 9\n    return 0.0\n", np.zeros(2), np.zeros(2))
    assert reply.mutated == (1,)


def test_a_warning_points_at_its_expression(spares: Spares) -> None:
    source = "import numpy as np\n\n\ndef f(x):\n    é = 1 / (1 + np.exp(-x))\n    return é\n"
    _, (reply,), _ = called(spares, source, np.array([-1000.0]))
    (warned,) = reply.warnings
    assert warned.where is not None
    line = source.splitlines()[warned.where.line - 1].encode()
    assert line[warned.where.column : warned.where.end_column].decode() == "np.exp(-x)"


def test_an_exception_has_its_class_message_and_line(spares: Spares) -> None:
    _, (reply,), _ = called(spares, "def g(x):\n    return {}[x]\n\n\ndef f():\n    return g('a')\n")
    assert reply.failure is not None
    assert reply.failure.kinds[:2] == ("KeyError", "LookupError")
    assert reply.failure.message == "'a'"
    assert reply.failure.where is not None
    assert reply.failure.where.line == 2


def test_the_child_has_no_secrets_no_files_and_no_descriptors_of_ours(
    spares: Spares, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSPREP_TEST_SECRET", "hush")
    source = (
        "import importlib.util, os\n\n\ndef f():\n"
        "    ours = importlib.util.find_spec('grader') or importlib.util.find_spec('questions')\n"
        "    bad = 'LOSSPREP_TEST_SECRET' in os.environ or os.listdir('.') or ours\n"
        "    return 0.0 if not bad and os.environ['OPENBLAS_NUM_THREADS'] == '1' else 1.0\n"
    )
    deadline = time.monotonic() + 5
    with Child() as child:
        child.begin(5)
        child.load(source, "<answer>", "f", deadline)
        (reply,) = child.run([Call((), {})], deadline)
    assert reply.value == 0
    assert not Path(child.folder).exists()


@posix
def test_limits_stand_before_the_submission_is_read(spares: Spares) -> None:
    source = "import resource\n\n\ndef f():\n    return float(resource.getrlimit(resource.RLIMIT_FSIZE)[1])\n"
    _, (reply,), child = called(spares, source)
    assert reply.value == 0
    assert {"limit-files", "limit-cpu", "wall-clock", "session"} <= set(child.isolation.layers)


def test_prints_are_counted_and_do_not_reach_the_protocol(spares: Spares) -> None:
    noise = "print('LPC1' * 10)\n    os.write(1, b'x')\n    sys.stderr.write('y')"
    source = f"import os, sys\n\n\ndef f():\n    {noise}\n    return 1.0\n"
    _, (reply,), child = called(spares, source)
    assert reply.value == 1
    assert child.printed == 43


def test_reading_from_the_keyboard_ends_at_once(spares: Spares) -> None:
    _, (reply,), _ = called(spares, "def f():\n    return float(input())\n")
    assert reply.failure is not None
    assert reply.failure.kinds[0] == "EOFError"


def test_the_call_at_hand_is_known_when_the_child_dies(spares: Spares) -> None:
    source = "import os\n\n\ndef f(x):\n    if x == 7:\n        os._exit(3)\n    return x\n"
    deadline = time.monotonic() + 5
    with spares.take() as child:
        child.begin(5)
        child.load(source, "<answer>", "f", deadline)
        child.run([Call((Argument(np.asarray(float(i)), "python"),), {}) for i in range(20)], deadline)
        assert child.ended is not None
        assert (child.ended.why, child.ended.code) == ("died", 3)
        assert child.at_hand == 7
    spares.replace()


def test_a_spare_is_used_once_and_replaced() -> None:
    spares = Spares()
    spares.prepare()
    first = spares.take()
    spares.prepare()
    second = spares.take()
    assert first.process.pid != second.process.pid
    first.close()
    second.close()
    spares.close()
    with spares.take() as cold:  # after closing, a child is still to be had
        assert cold.process.poll() is None


def test_a_spare_that_died_is_not_handed_over() -> None:
    spares = Spares()
    spares.prepare()
    dead = spares._spare
    assert dead is not None
    dead.process.kill()
    dead.process.wait()
    with spares.take() as child:
        assert child is not dead
    spares.close()


@given(st.binary(min_size=16, max_size=16))
def test_a_prefix_is_ours_and_within_limits_or_broken(prefix: bytes) -> None:
    try:
        header, body = lengths(prefix, 1000, 1000)
    except BrokenFrame:
        return
    assert prefix.startswith(b"LPC1")
    assert header <= 1000
    assert body <= 1000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(json_values, st.binary(max_size=64))
@settings(max_examples=300)
def test_any_row_is_a_reply_or_forged(row: object, body: bytes) -> None:
    reply: Reply | None = None
    with contextlib.suppress(BrokenFrame):
        (reply,) = read_rows([row], body, [2])
    assert reply is None or reply.value is None or reply.value.dtype == np.float64


@given(json_values)
def test_a_header_without_the_token_is_forged(value: object) -> None:
    with pytest.raises(BrokenFrame):
        read_header(json.dumps(value).encode(), "t", "results")


def test_a_frame_is_what_was_packed() -> None:
    frame = pack({"a": 1}, b"xyz")
    assert lengths(frame[:16], 100, 100) == (len(frame) - 19, 3)
    assert encode([Call((Argument(np.zeros(2)),), {})], "t").endswith(bytes(16))


def test_the_program_needs_nothing_but_itself() -> None:
    """It runs by path, isolated, wherever it was installed."""
    from grader.numeric.process import PROGRAM

    ran = subprocess.run([sys.executable, "-I", "-c", f"import runpy; runpy.run_path({str(PROGRAM)!r})"], check=False)
    assert ran.returncode == 0


def test_a_child_that_never_saw_the_submission_is_nobodys_fault_but_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bce: CodeTask, stable: str
) -> None:
    broken = tmp_path / "child.py"
    broken.write_text("raise ModuleNotFoundError('No module named numpy')\n")
    monkeypatch.setattr(process, "PROGRAM", broken)
    verdict = grade_code(bce, stable)
    assert (verdict.outcome, exit_code(verdict), verdict.findings) == ("undecided", 3, ())
    assert "No module named numpy" in str(verdict.details["fault"])


def test_where_no_process_can_be_started_nothing_is_said_of_the_submission(
    monkeypatch: pytest.MonkeyPatch, bce: CodeTask, stable: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    verdict = grade_code(bce, stable)
    assert (verdict.outcome, exit_code(verdict)) == ("undecided", 3)
    assert "Resource temporarily unavailable" in str(verdict.details["fault"])


@posix
def test_a_spare_that_was_stopped_is_replaced(bce: CodeTask, stable: str) -> None:
    spares = Spares()
    spares.prepare()
    held = spares._spare
    assert held is not None
    os.kill(held.process.pid, signal.SIGSTOP)
    assert grade_code(bce, stable, spares=spares).outcome == "right"
    assert held.process.poll() is not None
    spares.close()


@pytest.mark.parametrize(
    "row",
    [
        ["number", "float", [], 0.0, None, [], [2]],
        ["number", "float", [], 1e999, None, [], []],
        ["number", "float", [], -1.0, None, [], []],
        ["array", "float64", [0, *[(1 << 40) - 1] * 5], 0.0, None, [], []],
        ["array", "float64", [1] * 65, 0.0, None, [], []],
    ],
    ids=["an-argument-there-is-not", "endless", "before-it-began", "too-large-for-numpy", "too-many-axes"],
)
def test_a_forged_row_breaks_no_more_than_its_frame(row: list[object]) -> None:
    with pytest.raises(BrokenFrame):
        read_rows([row], bytes(8) if row[1] == "float" or row[2] == [1] * 65 else b"", [2])


def test_more_rows_than_calls_are_forged() -> None:
    row: list[object] = ["failure", None, None, 0.0, None, [], []]
    assert len(read_rows([row], b"", [0])) == 1
    with pytest.raises(BrokenFrame):
        read_rows([row, row], b"", [0])
