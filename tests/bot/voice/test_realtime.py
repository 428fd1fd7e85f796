"""Who sends sound waits at real-time priority where that is granted, and encodes without."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from bot.voice.realtime import PRIORITY, Urgency, granted

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setscheduler"), reason="this system has no sched_setscheduler"
)


def in_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_it_rises_and_falls_where_it_is_granted_and_only_for_its_own_thread() -> None:
    if not granted():
        pytest.skip("this user may not have real-time priority (RLIMIT_RTPRIO)")
    seen: list[int] = []

    def work() -> None:
        urgency = Urgency()
        changes: list[Callable[[], object]] = [urgency.rise, urgency.rise, urgency.fall, urgency.fall]
        for change in changes:
            change()
            seen.append(os.sched_getscheduler(0))

    in_a_thread(work)
    assert seen == [os.SCHED_RR, os.SCHED_RR, os.SCHED_OTHER, os.SCHED_OTHER]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_who_is_refused_asks_once_and_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(pid: int, policy: int, param: Any) -> None:
        asked.append(param.sched_priority)
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    urgency = Urgency()
    for _ in range(3):
        urgency.rise()
        urgency.fall()
    assert asked == [PRIORITY]
    assert not granted()


def test_a_system_that_knows_no_policies_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setscheduler")
    Urgency().rise()
    assert not granted()
