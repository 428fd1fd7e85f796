"""Evenings: every command in any order, by several people in several guilds, with restarts in between.

The bot, its commands, sessions, rights, store and journal are real, and so is the engine of tones. Time is
virtual. Voice, card and poster, which need Discord, are fakes; guilds come from the rehearsal's JSON.
BUSKER_EVENINGS=500 plays that many random evenings.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord.ext import commands
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audio.errors import BuskerError
from audio.units import FRAME_SECONDS
from audio.worker.tone_engine import ToneEngine
from bot.client import Busker
from bot.config.settings import MusicSettings, RightsSettings, Settings, StoreSettings, VoiceSettings
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance
from bot.rules.permissions import NEEDED, listeners_in
from bot.session.restore import MAX_RESTARTS
from bot.voice.supervisor import Hold
from cogs.compose import Compose
from cogs.playback import Playback
from cogs.queue import Queue
from cogs.radio import Radio, save_excerpt
from rehearsal.clock import ManualClock
from rehearsal.permissions import Permission
from rehearsal.wire import guild_create_json, member_json, own_user_json, voice_state_json
from rehearsal.world import Guild, Snowflakes, VoiceState, World
from tests.virtual import VirtualLoop

EVENINGS = int(os.environ.get("BUSKER_EVENINGS", "0"))
MAX_QUEUE, MAX_WAITING = 5, 3
LEAVE_AFTER_SECONDS = 20.0
SLEEPS_SECONDS = 60.0
READ_FRAMES = 25


class Loop(VirtualLoop):
    """Runs work for threads in the loop, since threads would need real time."""

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class FakeVoice:
    """Fake voice of a guild: plays half a second at a time, from one source at a time."""

    def __init__(self, *_: object, on_change: Callable[[], None], **__: object) -> None:
        self.channel: Any = None
        self.hold: Hold | None = None
        self._on_change = on_change
        self._playing = self._stopped = self._paused = False
        self._changed = asyncio.Event()

    async def join(self, channel: object) -> None:
        await asyncio.sleep(0.1)
        self.channel = channel
        self.refresh_state()

    async def leave(self) -> None:
        self.stop()
        self.channel = None
        self.refresh_state()

    def refresh_state(self) -> None:
        hold = Hold.ALONE if self.channel is not None and not listeners_in(self.channel) else None
        before, self.hold = self.hold, hold
        if hold is not before:
            self._changed.set()
            self._on_change()

    async def play(self, source: Any) -> None:
        assert not self._playing, "two pieces play at once"
        self._playing, self._stopped, self._paused = True, False, False
        try:
            while not self._stopped:
                if self._paused or self.hold:
                    self._changed.clear()
                    await self._changed.wait()
                    continue
                for _ in range(READ_FRAMES):
                    if not source.read(10**9):
                        return
                await asyncio.sleep(READ_FRAMES * FRAME_SECONDS)
        finally:
            self._playing = False

    def stop(self) -> None:
        self._stopped = True
        self._changed.set()

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        self._changed.set()


class FakePoster:
    """Fake poster: takes a while and counts the posts of each piece, by request id.

    What the one before a restart has posted is not posted again, as by the real one, which has its own tests.
    """

    def __init__(self, before: FakePoster | None = None) -> None:
        self._before: Counter[int] = Counter() if before is None else before.posted + before._before
        self.posted: Counter[int] = Counter()

    async def post(self, performance: Performance) -> None:
        await asyncio.sleep(1.5)
        if not self._before[performance.request_id]:
            self.posted[performance.request_id] += 1
        performance.mark_delivered()

    async def note_card(self, card: object, shown: object) -> None: ...

    @property
    def all_posted(self) -> Counter[int]:
        return self.posted + self._before

    async def close(self) -> None: ...


class FakeCard:
    """Fake card."""

    ended = True
    performances: tuple[Performance, ...] = ()

    def __init__(self, *_: object) -> None: ...

    async def run(self) -> None: ...

    def add_unplayed(self, performance: Performance) -> None: ...


class Evening:
    """Two guilds with three people each, the last of whom is a manager, and a bot that can be restarted."""

    def __init__(self, folder: Path) -> None:
        self._settings = Settings(
            music=MusicSettings(queue_length=MAX_QUEUE),
            rights=RightsSettings(most_waiting=MAX_WAITING),
            voice=VoiceSettings(leave_after_seconds=LEAVE_AFTER_SECONDS, radio_sleeps_seconds=SLEEPS_SECONDS),
            store=StoreSettings(path=folder / "busker.sqlite"),
        )
        clock = ManualClock()
        self._world = World(clock, Snowflakes(clock))
        self._user = self._world.user("Busker", bot=True)
        self.guilds = [self._guild(name) for name in ("First", "Second")]
        loop = asyncio.get_running_loop()
        self._engine = ToneEngine(speed=4.0, clock=loop.time)
        self.performances: dict[int, Performance] = {}
        """All pieces, as the current bot has them, by request id."""
        self.poster = FakePoster()
        self._unfinished: dict[int, Performance] = {}
        """Unfinished pieces when the bot crashed."""
        self._before: dict[int, Performance] = {}
        self._has_radio: dict[int, bool] = {}
        """True for each guild that had a radio after the last command."""
        self.unplayed: set[int] = set()
        """Request ids of pieces that a restart found to be finished without playback."""
        self.bot: Busker

    def _guild(self, name: str) -> Guild:
        guild = self._world.guild(name, self._world.user("owner"))
        guild.text_channel("music")
        corner = guild.voice_channel("The Corner")
        self._world.add_member(guild, self._user, [guild.role("Busker", Permission(NEEDED.value))])
        managers = guild.role("managers", Permission.MANAGE_GUILD)
        for person, roles in (("ann", []), ("ben", []), ("max", [managers])):
            member = self._world.add_member(guild, self._world.user(person), roles)
            guild.voice_states[member.user.id] = VoiceState(member.user.id, guild.id, corner.id, "0" * 32)
        return guild

    def people(self, guild: Guild) -> list[int]:
        """Ann, Ben and Max."""
        return [member.user.id for member in guild.members.values()][2:]

    async def open(self) -> None:
        """Start the bot, or start it again."""
        await self._engine.start()
        bot = self.bot = Busker(self._settings, self._engine)
        await bot._async_setup_hook()
        self.poster = FakePoster(self.poster)
        bot.poster = self.poster  # type: ignore[assignment]
        state = bot._connection
        state.user = discord.ClientUser(state=state, data=own_user_json(self._user))  # type: ignore[arg-type]

        async def refused(*_: object, **__: object) -> Any:
            raise OSError("there is no Discord")

        async def member(guild_id: int, member_id: int) -> Any:
            return member_json(self._world.guilds[int(guild_id)].members[int(member_id)])

        bot.http.send_message = refused  # type: ignore[method-assign]
        bot.http.get_member = member  # type: ignore[method-assign,assignment]
        await bot.store.open()
        await bot.restoration.open()
        for guild in self.guilds:
            data = guild_create_json(guild, guild.members[self._user.id], everybody=True)
            state.parse_guild_create(data)
        await asyncio.sleep(0.01)
        for request_id, performance in self._unfinished.items():
            if request_id not in self.bot.journal._followed and performance.piece.excerpt is not None:
                del self.performances[request_id]  # an excerpt that was not written yet is lost with the bot
            elif request_id not in self.bot.journal._followed:
                # Forgotten, which is right without listeners if composing had not begun.
                assert not self._world.guilds[performance.request.requester.guild.id].voice_states
                del self.performances[request_id]
        for performance, _ in self.bot.journal._followed.values():
            before = self._before[performance.request_id]
            if performance.ended:
                seats = self._world.guilds[performance.request.requester.guild.id].voice_states
                assert before.ended or before.dismissed or not seats
                self.unplayed.add(performance.request_id)
            elif performance.piece.endless:
                # It may have made room, which is not in the journal yet, but not been ended.
                assert self._has_radio[performance.request.requester.guild.id], (
                    "a radio that somebody ended came back"
                )
            else:
                assert not before.dismissed, "a piece that was ended came back"
        self.record()

    def record(self) -> None:
        """Record the pieces that the bot has."""
        for guild_id, session in self.bot.sessions._by_guild.items():
            self._has_radio[guild_id] = any(performance.piece.endless for performance in session.wanted)
        for performance, _ in self.bot.journal._followed.values():
            self.performances[performance.request_id] = performance

    async def crash(self) -> None:
        """End the bot without a shutdown."""
        self._unfinished = {
            request_id: performance
            for request_id, performance in self.performances.items()
            if not (performance.settled or performance.dismissed)
        }
        self._before = dict(self.performances)
        over = {request_id: each for request_id, each in self.performances.items() if each.settled}
        self.performances = {**over, **self._unfinished}  # dismissed pieces need not continue
        self.bot.journal._closed = True
        mine = asyncio.current_task()
        ending = [task for task in asyncio.all_tasks() if task is not mine]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await self.bot.store.close()

    def set_presence(self, guild: Guild, person: int, *, present: bool) -> None:
        """Let a person join the voice channel, or leave it."""
        corner = next(channel for channel in guild.channels.values() if channel.is_voice)
        seat = VoiceState(person, guild.id, corner.id, "0" * 32)
        guild.voice_states.pop(person, None)
        if present:
            guild.voice_states[person] = seat
        data = voice_state_json(seat, guild.members[person], has_left=not present)
        self.bot._connection.parse_voice_state_update(data)  # type: ignore[arg-type]
        session = self.bot.sessions.get(guild.id)
        if session is not None:
            session.refresh_state()

    async def run_command(self, guild: Guild, person: int, command: str, number: int) -> None:
        """Run a command; an error with a sentence for the member is a valid answer."""
        there = self.bot.get_guild(guild.id)
        assert there is not None
        said: list[str] = []

        async def answer(content: str = "", **_: object) -> None:
            await asyncio.sleep(0.01)  # Discord takes a while
            said.append(content)

        data: Any = member_json(guild.members[person])
        # discord.py does not cache members outside voice channels; the interaction brings them.
        member = there.get_member(person) or discord.Member(
            data=data, guild=there, state=self.bot._connection
        )
        text = next(channel for channel in there.channels if isinstance(channel, discord.TextChannel))
        interaction: Any = SimpleNamespace(
            type=discord.InteractionType.application_command,
            user=member,
            guild=there,
            client=self.bot,
            channel=text,
            permissions=text.permissions_for(member),
            app_permissions=text.permissions_for(there.me),
            locale=discord.Locale.british_english,
            guild_locale=discord.Locale.british_english,
            response=SimpleNamespace(send_message=answer, is_done=lambda: bool(said)),
        )
        values: dict[str, tuple[commands.Cog, *tuple[object, ...]]] = {
            "compose": (Compose(), "bells", 10.0),
            "radio": (Radio(), "pads"),
            "volume": (Playback(), 10 * number),
            "show": (Queue(),),
            "move": (Queue(), str(number), 1 + number // 2),
            "remove": (Queue(), str(number)),
        }
        cog, *options = values.get(command, (Playback(),))
        with suppress(BuskerError):
            if command == "keep":
                await save_excerpt(interaction)
            else:
                await getattr(cog, command).callback(cog, interaction, *options)
            assert len(said) == 1
        self.record()

    def check(self) -> None:
        """Assert what must hold at any time."""
        for session in self.bot.sessions:
            wanted = session.wanted
            assert sum(performance.piece.endless for performance in wanted) <= 1
            assert len(wanted) == len(set(wanted)) <= MAX_QUEUE
            waiting = Counter(performance.request.requester.id for performance in wanted)
            guild = session.queue[0].request.requester.guild if len(session.queue) else None
            for person, pieces in waiting.items():
                manages = guild is not None and person == self.people(self._world.guilds[guild.id])[2]
                assert manages or pieces <= MAX_WAITING
            mine = [each for each in self.performances.values() if each in wanted]
            assert sum(each.composition_state is CompositionState.COMPOSING for each in mine) <= 1


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 2),
        st.sampled_from(
            [
                *("compose", "compose", "compose", "compose", "skip", "stop", "pause", "resume"),
                *("radio", "radio", "keep"),
                *("volume", "show", "move", "remove", "leave", "come", "wait", "wait", "wait", "crash"),
            ]
        ),
        st.integers(0, 5),
    ),
    min_size=20,
    max_size=50,
)
"""Guild, person, command and its number; "wait" lets time pass, "crash" kills the bot."""

SAVED_EXCERPTS = [
    *((0, 0, "radio", 0), (0, 0, "wait", 5), (0, 1, "keep", 0), (0, 0, "wait", 1)),
    *((0, 1, "compose", 0), (0, 0, "wait", 5), (0, 2, "keep", 0), (0, 0, "keep", 0), (0, 0, "crash", 0)),
    *((0, 0, "wait", 5), (0, 0, "keep", 0), (0, 0, "stop", 0), (0, 0, "keep", 0), (0, 0, "wait", 3)),
]
"""A radio of which several people save excerpts, which rarely happens at random."""


@pytest.mark.slow
@settings(
    deadline=None,
    derandomize=not EVENINGS,
    max_examples=EVENINGS or 10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(STEPS)
@example(SAVED_EXCERPTS)
def test_under_any_commands_and_crashes_no_piece_is_lost_doubled_or_left_over(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[int, int, str, int]]
) -> None:
    monkeypatch.setattr("bot.session.session.Voice", FakeVoice)
    monkeypatch.setattr("bot.session.session.PostedCard", FakeCard)
    monkeypatch.setattr("bot.playback.radio.MIN_EXCERPT_GAP_SECONDS", 3.0)
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(play(Path(folder), steps))


async def play(folder: Path, steps: list[tuple[int, int, str, int]]) -> None:
    evening = Evening(folder)
    await evening.open()
    crashes = 0
    for step in steps:
        place, who, command, number = step
        guild = evening.guilds[place]
        person = evening.people(guild)[who]
        if command == "wait":
            await asyncio.sleep(2.3 * number)
        elif command == "crash":
            crashes += 1
            if crashes <= MAX_RESTARTS:  # after more, pieces are given up
                await evening.crash()
                await evening.open()
        elif command in ("leave", "come"):
            evening.set_presence(guild, person, present=command == "come")
        else:
            await evening.run_command(guild, person, command, number)
        evening.check()
    for guild in evening.guilds:
        for person in evening.people(guild):
            evening.set_presence(guild, person, present=True)
        with suppress(BuskerError):
            evening.bot.sessions.of(evening.bot.get_guild(guild.id)).resume()  # type: ignore[arg-type]
    async with asyncio.timeout(600):
        while evening.bot.journal.following:
            for session in evening.bot.sessions:
                if [performance.piece.endless for performance in session.wanted] == [True]:
                    session.skip()
            await asyncio.sleep(1.0)
    assert await evening.bot.store.journal() == []
    assert evening._engine._open == 0
    posted = evening.poster.all_posted
    for request_id, performance in evening.performances.items():
        assert performance.settled
        wanted = not performance.dismissed
        assert posted[request_id] <= 1
        if performance.piece.endless:
            assert (performance.composition_state, posted[request_id]) == (CompositionState.CANCELLED, 0)
        elif performance.piece.excerpt is not None:
            assert posted[request_id] == 1
        elif wanted:
            assert performance.composition_state is CompositionState.DELIVERED
            assert posted[request_id] == 1
            played = performance.buffer.seconds_played
            assert request_id in evening.unplayed or played == pytest.approx(10.0)
    for session in evening.bot.sessions:
        assert not session.queue
        await session.close()
    await evening.crash()
    await evening._engine.close()
