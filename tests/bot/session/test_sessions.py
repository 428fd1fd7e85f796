"""The registry of sessions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.errors import RequestError
from bot.session.sessions import Sessions


class FakeSession:
    """A session that may fail to close."""

    def __init__(self, guild: Any) -> None:
        self.guild = guild
        self.wanted: list[object] = []
        self.closed = False
        self.voice = SimpleNamespace(quiet_seconds=0.0)

    async def close(self) -> None:
        self.closed = True
        if self.guild.id == 1:
            raise ZeroDivisionError("of all things")


def guild(guild_id: int) -> Any:
    return SimpleNamespace(id=guild_id)


def new_sessions() -> Sessions:
    make: Any = FakeSession
    return Sessions(make)


def test_each_guild_has_one_session_that_is_made_when_it_is_first_needed() -> None:
    sessions = new_sessions()
    assert sessions.get(1) is None
    assert sessions.of(guild(1)) is sessions.of(guild(1)) is sessions.get(1)
    assert sessions.of(guild(2)) is not sessions.of(guild(1))
    assert len(list(sessions)) == 2


def test_the_registry_reports_how_many_play_and_the_longest_silence() -> None:
    sessions = new_sessions()
    assert (sessions.playing, sessions.quiet_seconds) == (0, 0.0)
    for number, silence in ((1, 3.0), (2, 1.0)):
        session: Any = sessions.of(guild(number))
        session.voice.quiet_seconds = silence
    session.wanted.append("a piece")
    assert (sessions.playing, sessions.quiet_seconds) == (1, 3.0)


async def test_shutdown_refuses_requests_and_closes_all_sessions_though_one_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sessions = new_sessions()
    made: list[Any] = [sessions.of(guild(1)), sessions.of(guild(2))]
    sessions.begin_shutdown()
    with pytest.raises(RequestError):
        sessions.of(guild(1))
    await sessions.close()
    assert [session.closed for session in made] == [True, True]
    assert "of all things" in caplog.text
