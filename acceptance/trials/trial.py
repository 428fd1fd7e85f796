"""One trial: a bot plays, a fault happens, and the recording is analysed."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from acceptance.posted import decode, track_messages
from acceptance.trials.census import Census, census
from acceptance.trials.engine import CountedEngine, engine_for
from acceptance.trials.outcome import NEXT_SOUND_SECONDS, Outcome
from audio.errors import BuskerError
from audio.playout.opus import load_opus
from audio.units import FRAME_SECONDS
from bot.client import Busker
from bot.config.settings import RightsSettings
from bot.playback.composition import CompositionState
from bot.rules.permissions import NEEDED
from rehearsal.discord_here import DiscordHere
from rehearsal.faults.fault import Kind, Moment, Track
from rehearsal.faults.scene import Scene, until
from rehearsal.permissions import Permission
from rehearsal.voice.alignment import Alignment, align
from rehearsal.voice.recording import Pcm
from rehearsal.voice.server import VoiceServer

if TYPE_CHECKING:
    from audio.piece import Piece
    from bot.config.settings import Settings
    from bot.playback.performance import Performance
    from bot.session.session import Session
    from rehearsal.faults.fault import Fault
    from rehearsal.world import Message

PIECE_SECONDS: Final = 10.0
"""The shortest piece that a member can request."""

FRAMES_BEFORE_FAULT: Final = 125
"""Music (2.5 s) received before a fault in mid-piece."""

WARM_UP_FRAMES: Final = 5
"""Music (0.1 s) received before the trial begins."""

START_SECONDS: Final = 20.0
"""Timeout of everything before the fault."""

LEAVE_AFTER_SECONDS: Final = 1.0
"""Seconds until the bot leaves an idle guild, or one without listeners."""

MAX_EXTRA_SECONDS: Final = 60.0
"""Timeout, beyond its length, for a piece to be played and posted or saved."""

SETTLE_SECONDS: Final = 12.0
"""Timeout for closed connections to disappear, and for a card's last edits at a Discord that takes 4 s for
each. Leaks are still there afterwards."""

AFTERMATH_SECONDS: Final = 1.0
"""Seconds after its end in which the bot may still learn of a fault."""

CLOSE_SECONDS: Final = 20.0
"""Timeout of `Busker.close`."""

_log = logging.getLogger(__name__)


class TrialError(BuskerError):
    """The trial could not be finished; the sentence says how far it came."""


async def try_fault(fault: Fault, settings: Settings, folder: Path) -> Outcome:
    """Play one fault against a bot with `settings`; tracks are saved in `folder`. It takes 15 to 60 s."""
    began = time.monotonic()
    engine = CountedEngine(engine_for(settings, with_process=fault.needs_engine_process))
    trial = Trial(fault, engine, settings_for_trials(settings, folder))
    with trial.catching_errors():
        async with running_scene(engine) as scene, trial.bot_in(scene):
            await trial.play(scene)
    return trial.outcome(time.monotonic() - began)


@asynccontextmanager
async def running_scene(engine: CountedEngine) -> AsyncIterator[Scene]:
    """Run a loopback Discord and an engine; both end with the block."""
    load_opus()
    voice = VoiceServer()
    async with engine.running(), DiscordHere(voice=voice) as here:
        yield Scene.build(here, voice, Permission(NEEDED.value), engine.kill)


def settings_for_trials(settings: Settings, folder: Path) -> Settings:
    """Return settings with full volume and exact tracks, so that recording and track equal the expected
    sound.

    There are no caps, the bot soon leaves an idle guild, and the store is the trial's own.
    """
    settings = settings.model_copy(update={"rights": RightsSettings(most_waiting=0, commands_a_minute=0)})
    settings = _with(settings, "voice", volume=1.0, leave_after_seconds=LEAVE_AFTER_SECONDS)
    settings = _with(settings, "store", path=folder / "store.sqlite")
    return _with(settings, "tracks", folder=folder, formats=("flac",))


def _with(settings: Settings, section: str, **keys: object) -> Settings:
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=keys)})


class Trial:
    """One trial and its results so far. On the event loop of the bot and the loopback Discord."""

    def __init__(
        self, fault: Fault, engine: CountedEngine, settings: Settings, bot: Busker | None = None
    ) -> None:
        self.trouble: str | None = None
        self.stage = "at the start"
        self._fault = fault
        self._engine = engine
        self._settings = settings
        self._bot = bot
        self._late: list[tuple[float, float]] = []
        """Times at which the event loop was due, on `time.monotonic()`, and its lateness [s]."""
        self._fault_s = float("inf"), 0.0
        """When the fault began and ended."""
        self._alignment: Alignment | None = None
        self._dead_air_s: float | None = None
        self._lost_by_network = 0
        self._track = "none"
        self._track_as_made: bool | None = None
        self._idle_after_s: float | None = None
        self._next_sound_s: float | None = None
        self._left_over: tuple[str, ...] = ()
        self._sentences: list[str] = []

    @asynccontextmanager
    async def bot_in(self, scene: Scene) -> AsyncIterator[Busker]:
        """Run the real bot, logged in at the loopback Discord, until the block ends."""
        bot = self._bot = Busker(self._settings, self._engine, connector=scene.here.connector())
        connection: asyncio.Task[None] | None = None
        try:
            await bot.login(scene.here.bot.token)
            connection = asyncio.create_task(bot.connect(), name="gateway")
            await until(lambda: bot.get_guild(scene.guild.id) is not None, START_SECONDS)
            yield bot
        finally:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await bot.close()
            except TimeoutError:
                self.trouble = self.trouble or f"The bot did not end within {CLOSE_SECONDS:g} s."
            if connection is not None:
                connection.cancel()
                await asyncio.gather(connection, return_exceptions=True)

    @contextmanager
    def catching_errors(self) -> Iterator[None]:
        """Turn any error in this block into this trial's `trouble`."""
        try:
            yield
        except (BuskerError, TimeoutError) as error:
            self.trouble = self.trouble or str(error) or f"The trial timed out {self.stage}."
        except Exception as error:
            _log.exception("the trial of %s failed %s", self._fault.name, self.stage)
            self.trouble = self.trouble or f"The trial failed {self.stage}: {error!r}."

    async def play(self, scene: Scene) -> None:
        """Warm up, cause the fault, and check what follows. Raises TrialError, TimeoutError."""
        await self.warm_up(scene)
        before = census(scene, self._engine.slots)
        await self.piece(scene)
        self.stage = "at the end"
        self._left_over = await self.left_over(scene, before)

    async def piece(self, scene: Scene) -> None:
        """Request a piece, cause the fault, and check what follows. Raises TrialError, TimeoutError."""
        fault, posted, lost = self._fault, len(scene.text.messages), scene.voice.network.sounds_lost
        if fault.moment is Moment.BEFORE:
            await self._cause_fault(scene)
        requested_s = time.monotonic()
        async with self._measuring_lateness():
            self.stage = "before the first sound"
            happening = (
                asyncio.create_task(self._cause_fault(scene)) if fault.moment is Moment.START else None
            )
            session, performance = await self._request(scene)
            if happening is not None:
                await happening
            if fault.moment is Moment.MUSIC:
                await scene.until_received(FRAMES_BEFORE_FAULT, within_s=START_SECONDS, since_s=requested_s)
                self.stage = "while the fault happened"
                async with asyncio.timeout(MAX_EXTRA_SECONDS):
                    await self._cause_fault(scene)
            fault_ended_s = time.monotonic()
            self.stage = "after the fault"
            if fault.kind is Kind.ENDING:
                await self._wait_until_idle(scene, session, fault_ended_s)
            await performance.wait_settled(within_seconds=PIECE_SECONDS + MAX_EXTRA_SECONDS)
        if performance.trouble:
            self._sentences.append(str(performance.trouble))
        self._lost_by_network = scene.voice.network.sounds_lost - lost
        self._track, track = self._track_of(scene.text.messages[posted:], performance)
        await self._compare(scene, performance.piece, track, requested_s)
        if fault.kind is Kind.ENDING and self._idle_after_s is not None:
            self._next_sound_s = await self._next_sound(scene)

    async def _cause_fault(self, scene: Scene) -> None:
        """Cause the fault, and note its start and end."""
        began_s = time.monotonic()
        await self._fault.cause(scene)
        self._fault_s = began_s, time.monotonic()

    @asynccontextmanager
    async def _measuring_lateness(self) -> AsyncIterator[None]:
        """Record the lateness of the event loop during the block."""

        async def watch() -> None:
            while True:
                due = time.monotonic() + FRAME_SECONDS
                await asyncio.sleep(FRAME_SECONDS)
                self._late.append((due, time.monotonic() - due))

        watching = asyncio.create_task(watch(), name="lateness of the loop")
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def warm_up(self, scene: Scene) -> None:
        """Play a few frames and leave, so that the bot has every thread and socket that it keeps."""
        self.stage = "while it warmed up"
        await scene.gather()
        await self._first_sound_s(scene, WARM_UP_FRAMES, START_SECONDS)
        await until(lambda: scene.idle, START_SECONDS)

    async def _first_sound_s(self, scene: Scene, frames: int, within_s: float) -> float:
        """Request a piece, receive its first frames and stop it. Return the seconds until the first sound."""
        requested_s = time.monotonic()
        session, performance = await self._request(scene)
        await scene.until_received(frames, within_s=within_s, since_s=requested_s)
        first_s = min(
            p.arrival_s
            for recordings in scene.recordings(requested_s)
            for p in recordings.packets
            if p.decrypted
        )
        await scene.moderator.use("stop", channel=scene.text)
        if not await performance.wait_settled(within_seconds=START_SECONDS) or session.queue:
            raise TrialError("/stop did not end the music.")
        return first_s - requested_s

    async def _request(self, scene: Scene) -> tuple[Session, Performance]:
        assert self._bot is not None
        options = {"prompt": "bells", "length": PIECE_SECONDS}
        reply = await scene.moderator.use("compose", options, scene.text)
        guild = self._bot.get_guild(scene.guild.id)
        if guild is None or not self._bot.sessions.of(guild).queue:
            raise TrialError(f"The bot did not take a piece: {reply.content or 'it gave no answer'}")
        session = self._bot.sessions.of(guild)
        return session, session.queue[-1]

    async def _wait_until_idle(self, scene: Scene, session: Session, since_s: float) -> None:
        """Wait until nothing plays or waits and the bot has left voice; note when."""
        with contextlib.suppress(TimeoutError):
            await until(lambda: not session.queue and scene.idle, PIECE_SECONDS)
            self._idle_after_s = time.monotonic() - since_s

    async def _compare(self, scene: Scene, piece: Piece, track: bytes | None, requested_s: float) -> None:
        """Compare the recordings and the track with the expected sound."""
        recordings = scene.recordings(requested_s)
        played, as_track = await self._engine.expected_pcm(piece)
        alignment = self._alignment = await asyncio.to_thread(align, recordings, played)
        if len(alignment.received_at):
            since_s = None if self._fault.moment is Moment.MUSIC else requested_s
            self._dead_air_s = alignment.dead_air_s(scene.excused, since_s)
        if track is not None:
            self._track_as_made = await asyncio.to_thread(_has_samples, track, as_track)

    def _track_of(self, messages: Sequence[Message], performance: Performance) -> tuple[str, bytes | None]:
        """Return the fate of the track, and its file."""
        if posted := track_messages(messages):
            return Track.POSTED.value, posted[0].attachments[0].data
        if performance.composition_state is CompositionState.CANCELLED:
            return Track.CANCELLED.value, None
        if performance.composition_state is CompositionState.COMPOSED and self._fault.track is Track.POSTED:
            return "late", None
        for path in self._settings.tracks.folder.glob(f"*{performance.piece.seed}.flac"):
            return Track.SAVED.value, path.read_bytes()
        return "none", None

    async def _next_sound(self, scene: Scene) -> float | None:
        """Return the seconds until the next piece is received, or None if it is not."""
        self.stage = "at the next /compose"
        if self._fault.repair is not None:
            await self._fault.repair(scene)
            await until(lambda: self._is_ready(scene), START_SECONDS)
        try:
            return await self._first_sound_s(scene, FRAMES_BEFORE_FAULT // 5, NEXT_SOUND_SECONDS)
        except (TimeoutError, TrialError) as error:
            self._sentences.append(str(error))
            return None

    def _is_ready(self, scene: Scene) -> bool:
        """Return True if the bot sees the guild, and the requester in voice."""
        assert self._bot is not None
        guild = self._bot.get_guild(scene.guild.id)
        member = guild and guild.get_member(scene.moderator.id)
        return bool(member and member.voice)

    async def left_over(self, scene: Scene, before: Census) -> tuple[str, ...]:
        """Return what runs now and did not before the piece, after SETTLE_SECONDS at most."""

        def added() -> Census:
            return Census(census(scene, self._engine.slots) - before)

        with contextlib.suppress(TimeoutError):
            await until(lambda: scene.idle and not added(), SETTLE_SECONDS)
        names = tuple(f"{number} × {name}" for name, number in sorted(added().items()))
        return names if scene.idle else (*names, "a voice state in the channel")

    def outcome(self, seconds: float) -> Outcome:
        """Return the results as far as the trial came."""
        alignment = self._alignment
        began_s, ended_s = self._fault_s
        return Outcome(
            fault=self._fault.name,
            sentence=self._fault.sentence,
            kind=self._fault.kind.value,
            dead_air_ms=None if self._dead_air_s is None else self._dead_air_s * 1000,
            frames_lost=alignment.frames_skipped if alignment else None,
            frames_lost_by_network=self._lost_by_network,
            frames_repeated=alignment.frames_repeated if alignment else None,
            packets_doubled=alignment.packets_doubled if alignment else None,
            frames_left=alignment.frames_left if alignment else None,
            track=self._track,
            track_wanted=self._fault.track.value,
            track_as_made=self._track_as_made,
            idle_after_s=self._idle_after_s,
            next_sound_s=self._next_sound_s,
            left_over=self._left_over,
            late_ms=self._worst_lateness_ms(0.0, float("inf")),
            late_at_fault_ms=self._worst_lateness_ms(began_s, ended_s + AFTERMATH_SECONDS),
            seconds=seconds,
            trouble=self.trouble,
            said=tuple(self._sentences),
        )

    def _worst_lateness_ms(self, since_s: float, until_s: float) -> float:
        """Return the worst lateness of the event loop in that time."""
        return 1000 * max(
            (late for due, late in self._late if since_s <= due + late and due <= until_s), default=0.0
        )


def _has_samples(track: bytes, expected_pcm: Pcm) -> bool:
    """Return True if a lossless file holds exactly these samples."""
    return np.array_equal(decode(io.BytesIO(track)), expected_pcm)
