"""The time-out of a voice channel without listeners, on a virtual clock."""

from __future__ import annotations

import asyncio

import pytest

from bot.config.settings import VoiceSettings
from bot.session.empty_channel import SLOT_SECONDS, EmptyChannelTimeout
from bot.session.tasks import Tasks
from bot.voice.leave_limiter import LeaveLimiter
from tests.virtual import VirtualLoop

LEAVE_AFTER_SECONDS, RADIO_SECONDS = 60.0, 300.0


class Events:
    """Records when the time-out calls back, in seconds since the last listener left."""

    def __init__(self, *, has_radio: bool = False, leave_after_seconds: float = LEAVE_AFTER_SECONDS) -> None:
        settings = VoiceSettings(leave_after_seconds=leave_after_seconds, radio_sleeps_seconds=RADIO_SECONDS)
        self.slot_freed_at: float | None = None
        self.left_at: float | None = None
        self.running_on_timeout = True
        self.timeout = EmptyChannelTimeout(
            "Guild",
            Tasks("Guild"),
            settings,
            LeaveLimiter(),
            has_radio=lambda: has_radio,
            on_slot_timeout=self._slot_timeout,
            on_timeout=self._timeout,
        )
        self._started_at = asyncio.get_running_loop().time()
        self.timeout.start()

    def _slot_timeout(self) -> None:
        self.slot_freed_at = asyncio.get_running_loop().time() - self._started_at

    async def _timeout(self) -> None:
        self.running_on_timeout = self.timeout.running
        self.timeout.cancel()  # as leaving the channel does, which must not end this task
        await asyncio.sleep(0)
        self.left_at = asyncio.get_running_loop().time() - self._started_at


async def after(seconds: float, **options: float) -> Events:
    events = Events(has_radio=bool(options.pop("has_radio", 0)), **options)
    await asyncio.sleep(seconds)
    return events


@pytest.mark.parametrize(("has_radio", "seconds"), [(0, LEAVE_AFTER_SECONDS), (1, RADIO_SECONDS)])
def test_the_engine_is_freed_first_and_the_channel_is_left_later_with_a_radio(
    has_radio: int, seconds: float
) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        events = runner.run(after(seconds - 1, has_radio=has_radio))
        assert events.slot_freed_at == pytest.approx(SLOT_SECONDS)
        assert events.left_at is None
        assert events.timeout.running
        events = runner.run(after(seconds + 1, has_radio=has_radio))
        assert events.left_at == pytest.approx(seconds)
        assert not events.running_on_timeout


def test_a_listener_who_returns_cancels_it() -> None:
    async def returning() -> Events:
        events = Events()
        await asyncio.sleep(LEAVE_AFTER_SECONDS - 1)
        events.timeout.cancel()
        await asyncio.sleep(RADIO_SECONDS)
        return events

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        events = runner.run(returning())
    assert events.left_at is None
    assert not events.timeout.running


def test_a_time_out_shorter_than_the_slots_frees_the_engine_when_it_ends() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        events = runner.run(after(6, leave_after_seconds=5.0))
    assert events.slot_freed_at == events.left_at == pytest.approx(5.0)
