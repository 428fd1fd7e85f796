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


class Room:
    """Stands for the voice channel: hears as fast as it can, one source at a time."""

    def __init__(self) -> None:
        self.channel: object = "a channel"
        self.hold = None
        self.heard: list[PieceSource] = []
        self._playing = self._stopped = False
        self._going_on = asyncio.Event()
        self._going_on.set()

    async def join(self, channel: object) -> None:
        await asyncio.sleep(0)

    async def play(self, source: PieceSource) -> None:
        assert not self._playing, "two pieces at once"
        self.heard.append(source)
        self._playing, self._stopped = True, False
        self._going_on.set()
        while not self._stopped and source.read(sys.maxsize):
            await asyncio.sleep(0)
            await self._going_on.wait()
        self._playing = False

    def stop(self) -> None:
        self._stopped = True
        self._going_on.set()

    def pause(self) -> None:
        self._going_on.clear()

    def resume(self) -> None:
        self._going_on.set()

    async def leave(self) -> None:
        self.stop()


class Desk:
    """Stands for the poster: says which tracks it was given."""

    def __init__(self) -> None:
        self.posted: list[Performance] = []

    async def post(self, performance: Performance) -> None:
        self.posted.append(performance)
        await asyncio.sleep(0)
        performance.mark_delivered()


class Notes:
    """Stands for the journal, which has tests of its own: knows all that there ever was."""

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
        st.sampled_from(["ask", "ask", "ask", "radio", "skip", "stop", "pause", "resume"]),
        st.integers(1, 40),
    ),
    max_size=30,
)
"""What members do; a number lets the bot work for that many turns of the event loop."""


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(COMMANDS)
def test_whatever_members_do_no_piece_is_lost_doubled_or_out_of_order(commands: list[str | int]) -> None:
    asyncio.run(evening(commands))


async def evening(commands: list[str | int]) -> None:
    engine, room, desk = ToneEngine(speed=math.inf), Room(), Desk()
    await engine.start()
    nobody, posting, notes = cast(Any, None), cast(Any, desk), Notes()
    limits = Settings(music=MusicSettings(queue_length=MAX))
    rest = (posting, limits, Counters(), cast(Any, notes), LeaveLimiter(), free)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.session.session.Voice", lambda *_, **__: room)
        session = Session("evening", nobody, Pacer().new_sink(), engine, *rest)
    asked: list[Performance] = []
    on = False
    for command in commands:
        on = await turn(session, command, asked, on=on)
        assert len(session.wanted) <= MAX
        assert sum(one.composition_state is CompositionState.COMPOSING for one in notes.followed) <= 1
        assert sum(one.piece.endless for one in session.wanted) == on, "one radio, until somebody ends it"
    room.resume()
    async with asyncio.timeout(20):
        while not all(one.settled for one in notes.followed):
            if [one.piece.endless for one in session.wanted] == [True]:
                session.skip()
            await asyncio.sleep(0)
    assert not session.queue
    segments = [one for one in notes.followed if one.piece.endless]
    assert all(one.composition_state is CompositionState.CANCELLED for one in segments)
    asked = [one for one in asked if not one.piece.endless]
    played = [one for one in asked if one.buffer.frames_played]
    assert len(played) <= len(room.heard) <= len(asked) + len(segments)
    for one in asked:
        if one.dismissed:
            assert one.buffer.frames_played <= FRAMES
        else:
            assert (one.composition_state, one.buffer.frames_played) == (CompositionState.DELIVERED, FRAMES)
    # Asked first, heard first; and each track is posted once, if all of it was made.
    radio = {id(one.buffer) for one in segments}
    sources = [id(source.buffer) for source in room.heard if heard(source)]
    assert [id(one.buffer) for one in played] == [buffer for buffer in sources if buffer not in radio]
    assert desk.posted == [one for one in asked if one.composition_state is CompositionState.DELIVERED]
    await session.close()
    await engine.close()


async def turn(session: Session, command: str | int, asked: list[Performance], *, on: bool) -> bool:
    """Do as a member wishes; whether there is a radio after that."""
    if isinstance(command, int):
        for _ in range(command):
            await asyncio.sleep(0)
        return on
    try:
        if command == "ask":
            asked.append(session.request(request(len(asked))))
        elif command == "radio":
            asked.append(session.request(request(len(asked), math.inf)))
            return True
        else:
            done = getattr(session, command)()
            return on and command != "stop" and not (command == "skip" and done.piece.endless)
    except RequestError:
        pass  # such as: nothing is playing
    return on


def heard(source: PieceSource) -> bool:
    return source.buffer.frames_played > 0
