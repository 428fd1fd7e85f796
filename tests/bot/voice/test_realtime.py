"""The pacer sleeps at real-time priority where that is granted, and encodes without it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from bot.voice.realtime import PRIORITY, RealtimePriority, granted

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setscheduler"), reason="this system has no sched_setscheduler"
)


def in_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_priority_is_raised_and_released_for_its_own_thread_only() -> None:
    if not granted():
        pytest.skip("this user may not have real-time priority (RLIMIT_RTPRIO)")
    seen: list[int] = []

    def work() -> None:
        priority = RealtimePriority()
        changes: list[Callable[[], object]] = [
            priority.acquire,
            priority.acquire,
            priority.release,
            priority.release,
        ]
        for change in changes:
            change()
            seen.append(os.sched_getscheduler(0))

    in_a_thread(work)
    assert seen == [os.SCHED_RR, os.SCHED_RR, os.SCHED_OTHER, os.SCHED_OTHER]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_a_refusal_is_not_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(pid: int, policy: int, param: Any) -> None:
        asked.append(param.sched_priority)
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    priority = RealtimePriority()
    for _ in range(3):
        priority.acquire()
        priority.release()
    assert asked == [PRIORITY]
    assert not granted()


def test_a_system_without_policies_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setscheduler")
    RealtimePriority().acquire()
    assert not granted()
