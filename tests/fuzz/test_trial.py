"""Each way in which a media process may end has its verdict."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
from collections.abc import Callable
from typing import BinaryIO

import pytest

from audio.media.decode import warm_up
from audio.media.wanted import Use, Wanted
from fuzz import forked, trial
from fuzz.files.riff import wave
from fuzz.trial import MAX_PEAK_BYTES, Verdict, attempt

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="forked media processes need Linux"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]

WANTED = Wanted(Use.END, 48_000, 2)
Serve = Callable[[BinaryIO, BinaryIO], None]


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """Import what a confined process can no longer open, as the fuzzer does before it forks."""
    warm_up()


@pytest.fixture(autouse=True)
def memory_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow what a fork shares with this process; the fuzzer forks from a small one."""
    shared = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    monkeypatch.setattr(trial, "MAX_PEAK_BYTES", shared + MAX_PEAK_BYTES)


def test_sound_is_heard_and_handed_on() -> None:
    blocks: list[bytes] = []
    result = attempt(wave(), WANTED, "tone.wav", lambda size, block: blocks.append(block))
    assert result.verdict is Verdict.HEARD
    assert len(b"".join(blocks)) == 2 * 48_000 * 2 * 4


def test_no_sound_is_refused_with_its_sentence() -> None:
    result = attempt(b"no sound", WANTED, "tone.wav")
    assert (result.verdict, result.detail) == (Verdict.REFUSED, "recording-unreadable")
    assert result.verdict.fine


def crash(source: BinaryIO, sink: BinaryIO) -> None:
    faulthandler.disable()  # pytest's would write to the terminal
    os.kill(os.getpid(), signal.SIGSEGV)


def err(source: BinaryIO, sink: BinaryIO) -> None:
    raise KeyError("nobody expected this")


def babble(source: BinaryIO, sink: BinaryIO) -> None:
    sink.write(b"BMA1" + b"\xff" * 99)
    sink.flush()


def take(source: BinaryIO, sink: BinaryIO) -> None:
    bytearray(330_000_000)


@pytest.mark.parametrize(
    ("serve", "verdict", "detail"),
    [
        (crash, Verdict.CRASHED, "SIGSEGV"),
        (err, Verdict.EXCEPTION, "KeyError: 'nobody expected this'"),
        (babble, Verdict.NONSENSE, ""),
        (take, Verdict.EXCEPTION, "MemoryError"),
    ],
)
def test_what_must_not_happen_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, verdict: Verdict, detail: str
) -> None:
    monkeypatch.setattr(forked, "serve", serve)
    result = attempt(wave(), WANTED, "tone.wav")
    assert result.verdict is verdict
    assert detail in result.detail
    assert not result.verdict.fine


def test_memory_over_the_limit_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MAX_PEAK_BYTES", 2**20)
    assert attempt(wave(), WANTED, "tone.wav").verdict is Verdict.TOO_LARGE


def test_a_process_that_waits_for_ever_is_ended_by_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "serve", lambda source, sink: signal.pause())
    monkeypatch.setattr(trial, "DEADLINE_SECONDS", 0.05)
    assert attempt(wave(), WANTED, "tone.wav").verdict is Verdict.DEADLINE
