"""The queue under any order of commands, with the real session, buffers and engine, and no clock at all."""

from __future__ import annotations

import asyncio
import math
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audio.piece import Piece
from audio.playout.source import PieceSource
from audio.worker.tone_engine import ToneEngine
from bot.config.settings import MusicSettings, Settings
from bot.errors import RequestError
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance, Request
from bot.session.counters import Counters
from bot.session.session import Session
from bot.voice.leave_limiter import LeaveLimiter
from bot.voice.pacer import Pacer

FRAMES = 5
MAX = 4


class FakeVoice:
    """Fake voice channel: plays as fast as it can, one source at a time."""

    def __init__(self) -> None:
        self.channel: object = "a channel"
        self.hold = None
        self.played_sources: list[PieceSource] = []
        self._playing = self._stopped = False
        self._unpaused = asyncio.Event()
        self._unpaused.set()

    async def join(self, channel: object) -> None:
        await asyncio.sleep(0)

    async def play(self, source: PieceSource) -> None:
        assert not self._playing, "two pieces at once"
        self.played_sources.append(source)
        self._playing, self._stopped = True, False
        self._unpaused.set()
        while not self._stopped and source.read(sys.maxsize):
            await asyncio.sleep(0)
            await self._unpaused.wait()
        self._playing = False

    def stop(self) -> None:
        self._stopped = True
        self._unpaused.set()

    def pause(self) -> None:
        self._unpaused.clear()

    def resume(self) -> None:
        self._unpaused.set()

    async def leave(self) -> None:
        self.stop()


class FakePoster:
    """Fake poster: records the pieces that it was given."""

    def __init__(self) -> None:
        self.posted: list[Performance] = []

    async def post(self, performance: Performance) -> None:
        self.posted.append(performance)
        await asyncio.sleep(0)
        performance.mark_delivered()

    async def note_card(self, card: object, shown: object) -> None:
        """Note nothing."""


class FakeJournal:
    """Fake journal: records all pieces."""

    def __init__(self) -> None:
        self.followed: list[Performance] = []

    def follow(self, performance: Performance, session: Session) -> None:
        self.followed.append(performance)

    def changed(self) -> None: ...


async def free(member: object, seconds: float) -> bool:
    return True


async def message(**_: object) -> SimpleNamespace:
    return SimpleNamespace(edit=message)


def request(seed: int, seconds: float = FRAMES * 0.02) -> Request:
    guild = SimpleNamespace(preferred_locale="en")
    anybody: Any = SimpleNamespace(id=1, display_name="somebody", guild=guild)
    anywhere: Any = SimpleNamespace(send=message)
    return Request(Piece("bells", seconds, seed, lead=1.0), anybody, anywhere, anywhere)


COMMANDS = st.lists(
    st.one_of(
        st.sampled_from(["compose", "compose", "compose", "radio", "skip", "stop", "pause", "resume"]),
        st.integers(1, 40),
    ),
    max_size=30,
)
"""Commands of members; a number runs the event loop that many times."""


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(COMMANDS)
def test_whatever_members_do_no_piece_is_lost_doubled_or_out_of_order(commands: list[str | int]) -> None:
    asyncio.run(evening(commands))


async def evening(commands: list[str | int]) -> None:
    engine, voice, poster = ToneEngine(speed=math.inf), FakeVoice(), FakePoster()
    await engine.start()
    nobody, posting, journal = cast(Any, None), cast(Any, poster), FakeJournal()
    limits = Settings(music=MusicSettings(queue_length=MAX))
    rest = (posting, limits, Counters(), cast(Any, journal), LeaveLimiter(), free)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.session.session.Voice", lambda *_, **__: voice)
        session = Session("evening", nobody, Pacer().new_sink(), engine, *rest)
    requested: list[Performance] = []
    has_radio = False
    for command in commands:
        has_radio = await run_command(session, command, requested, has_radio=has_radio)
        assert len(session.wanted) <= MAX
        assert sum(one.composition_state is CompositionState.COMPOSING for one in journal.followed) <= 1
        assert sum(one.piece.endless for one in session.wanted) == has_radio, "one radio until it is ended"
    voice.resume()
    async with asyncio.timeout(20):
        while not all(one.settled for one in journal.followed):
            if [one.piece.endless for one in session.wanted] == [True]:
                session.skip()
            await asyncio.sleep(0)
    assert not session.queue
    segments = [one for one in journal.followed if one.piece.endless]
    assert all(one.composition_state is CompositionState.CANCELLED for one in segments)
    requested = [one for one in requested if not one.piece.endless]
    played = [one for one in requested if one.buffer.frames_played]
    assert len(played) <= len(voice.played_sources) <= len(requested) + len(segments)
    for one in requested:
        if one.dismissed:
            assert one.buffer.frames_played <= FRAMES
        else:
            assert (one.composition_state, one.buffer.frames_played) == (CompositionState.DELIVERED, FRAMES)
    # Pieces play in the order of their requests, and each composed track is posted once.
    radio = {id(one.buffer) for one in segments}
    sources = [id(source.buffer) for source in voice.played_sources if was_played(source)]
    assert [id(one.buffer) for one in played] == [buffer for buffer in sources if buffer not in radio]
    assert poster.posted == [one for one in requested if one.composition_state is CompositionState.DELIVERED]
    await session.close()
    await engine.close()


async def run_command(
    session: Session, command: str | int, requested: list[Performance], *, has_radio: bool
) -> bool:
    """Run a command; return True if there is a radio afterwards."""
    if isinstance(command, int):
        for _ in range(command):
            await asyncio.sleep(0)
        return has_radio
    try:
        if command == "compose":
            requested.append(session.request(request(len(requested))))
        elif command == "radio":
            requested.append(session.request(request(len(requested), math.inf)))
            return True
        else:
            done = getattr(session, command)()
            return has_radio and command != "stop" and not (command == "skip" and done.piece.endless)
    except RequestError:
        pass  # such as: nothing is playing
    return has_radio


def was_played(source: PieceSource) -> bool:
    return source.buffer.frames_played > 0
