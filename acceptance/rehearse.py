"""The rehearsal: the whole bot against a Discord on this machine, and an analysis of what it played."""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp
import numpy as np

from acceptance.posted import decode, track_messages
from acceptance.report import GuildReport, Report, steady_loudness
from audio.dsp.level import CHANNEL_LUFS
from audio.dsp.loudness import integrated
from audio.errors import BuskerError
from audio.playout.opus import load_opus
from audio.units import FRAME_SECONDS
from bot.client import Busker
from bot.config.engine_factory import running_engine
from bot.ops.gc_freeze import gc_frozen
from bot.rules.permissions import NEEDED
from rehearsal.discord_here import DiscordHere
from rehearsal.permissions import Permission
from rehearsal.voice.analysis import PlaybackAnalysis, analyse_recording, write_wav
from rehearsal.voice.recording import Recording
from rehearsal.wire import attachment_json

if TYPE_CHECKING:
    from bot.config.settings import Settings
    from bot.playback.performance import Performance
    from rehearsal.world import Attachment

VOICE_BITRATE: Final = 96_000
"""Bits/s: the highest that a guild without boosts may set."""

MAX_EXTRA_SECONDS: Final = 120.0
"""Timeout beyond the duration of the music itself."""

PROGRESS_SECONDS: Final = 2.0
"""Interval of progress messages."""


@dataclass(frozen=True, slots=True)
class RehearsalOptions:
    """The request of each guild, and the folder for files. None omits an option of `/compose`."""

    prompt: str
    length: float | None
    interval: float | None
    seed: int | None
    guilds: int
    out: Path


class RehearsalError(BuskerError):
    """The rehearsal could not be finished."""


async def main(settings: Settings, options: RehearsalOptions, *, as_json: bool) -> int:
    """Rehearse and print the report to standard output. Return 1 if anything failed, else 0."""
    try:
        report = await rehearse(
            settings, options, progress=lambda line: print(line, file=sys.stderr, flush=True)
        )
    except BuskerError as error:
        if as_json:
            print(json.dumps({"failures": [str(error)]}, indent=2), flush=True)
        raise
    print(json.dumps(report.as_dict(), indent=2) if as_json else f"\n{report}", flush=True)
    return 1 if report.failures else 0


async def rehearse(settings: Settings, options: RehearsalOptions, progress: Callable[[str], None]) -> Report:
    """Start everything, request a piece in each guild, record it to the end, and check it.

    Raises PieceError for an invalid request, RehearsalError if the rehearsal cannot be finished.
    """
    settings.music.piece(options.prompt, options.length, options.interval, options.seed)
    settings = _settings_for(options, settings)
    load_opus()
    progress("Loading the model …")
    async with running_engine(settings) as engine, DiscordHere() as here:
        progress(
            f"{engine.info.checkpoint} on {engine.info.device}: {engine.info.speed:.1f} times real time."
        )
        rehearsals = [GuildRehearsal(here, number, options) for number in range(1, options.guilds + 1)]
        async with Busker(settings, engine, connector=here.connector()) as bot:
            await bot.login(here.bot.token)
            connection = asyncio.create_task(bot.connect(), name="gateway")
            await bot.wait_until_ready()
            progress(f"Logged in as {bot.user}.")
            with gc_frozen():
                reports = await asyncio.gather(*(rehearsal.report(bot, progress) for rehearsal in rehearsals))
        await connection
    failures = [
        f"{rehearsal.name}: {failure}" if len(rehearsals) > 1 else failure
        for rehearsal, report in zip(rehearsals, reports, strict=True)
        for failure in (*report.failed_requirements(), *report.failed_time_requirements())
    ]
    failures += [f"Discord refused a request: {refusal}." for refusal in here.refusals]
    return Report(tuple(reports), tuple(failures))


def _settings_for(options: RehearsalOptions, settings: Settings) -> Settings:
    """Return the settings with an engine slot for each guild, and tracks and store beside the report."""
    folder = options.out / "tracks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RehearsalError(
            f"{options.out} cannot be written to ({error.strerror}): name another --out."
        ) from error
    slots = max(settings.engine.slots, options.guilds)
    return settings.model_copy(
        update={
            "engine": settings.engine.model_copy(update={"slots": slots}),
            "tracks": settings.tracks.model_copy(update={"folder": folder}),
            "store": settings.store.model_copy(update={"path": options.out / "busker.sqlite"}),
        }
    )


class GuildRehearsal:
    """A guild with a text and a voice channel, a member who requests and one who only listens."""

    def __init__(self, here: DiscordHere, number: int, options: RehearsalOptions) -> None:
        self.name = f"guild-{number}"
        self._here = here
        self._options = options
        self._prefix = f"{self.name}-" if options.guilds > 1 else ""
        self._guild = here.guild(f"Guild {number}", bot_may=Permission(NEEDED.value))
        self._text = self._guild.text_channel("music")
        self._voice = self._guild.voice_channel("The Corner", bitrate=VOICE_BITRATE)
        self._requester = here.person(self._guild, "requester")
        self._listener = here.person(self._guild, "listener")

    async def report(self, bot: Busker, progress: Callable[[str], None]) -> GuildReport:
        """Join voice, request the piece, record it to the end, download the track, and compare."""
        await self._requester.join_voice(self._voice)
        await self._listener.join_voice(self._voice)
        options = self._options
        values = {
            "prompt": options.prompt,
            "length": options.length,
            "interval": options.interval,
            "seed": options.seed,
        }
        requested_at = time.monotonic()
        reply = await self._requester.use(
            "compose", {name: value for name, value in values.items() if value is not None}, self._text
        )
        progress(f"{self.name}: {reply.content}")
        guild = bot.get_guild(self._guild.id)
        if guild is None or not bot.sessions.of(guild).queue:
            raise RehearsalError(f"The bot did not take the piece: {reply.content or 'it gave no answer'}")
        performance = bot.sessions.of(guild).queue[-1]
        await self._wait_until_finished(performance, bot.engine.info.speed, progress)
        sound, picture = self._uploads(performance)
        recording = self._recording()
        posted, picture_path = await self._fetch(sound), await self._fetch(picture)
        recording_path = options.out / f"{self._prefix}heard.wav"
        playback, recorded_lufs, posted_lufs = await asyncio.to_thread(
            _compare, recording, posted, recording_path
        )
        return GuildReport(
            piece=performance.piece,
            checkpoint=bot.engine.info.checkpoint,
            device=bot.engine.info.device,
            answered_s=reply.acknowledged_after or float("inf"),
            first_sound_s=recording.packets[0].arrival_s - requested_at,
            realtime_factor=performance.composing_speed,
            starved_s=performance.buffer.frames_starved * FRAME_SECONDS,
            playback=playback,
            recorded_lufs=recorded_lufs,
            recorded_target_lufs=CHANNEL_LUFS + 20 * math.log10(bot.sessions.of(guild).volume or math.nan),
            posted_lufs=posted_lufs,
            recording_path=recording_path,
            posted=posted,
            picture=picture_path,
        )

    async def _wait_until_finished(
        self, performance: Performance, speed: float, progress: Callable[[str], None]
    ) -> None:
        """Report the progress until the piece has been played and posted."""
        seconds, buffer = performance.piece.seconds, performance.buffer
        try:
            async with asyncio.timeout(seconds / min(1.0, speed) + MAX_EXTRA_SECONDS):
                while not await performance.wait_settled(within_seconds=PROGRESS_SECONDS):
                    made, played = buffer.seconds_received, buffer.seconds_played
                    progress(f"{self.name}: {made:4.1f} s made, {played:4.1f} s played of {seconds:g} s")
        except TimeoutError:
            raise RehearsalError("The piece did not end in time.") from None

    def _uploads(self, performance: Performance) -> tuple[Attachment, Attachment]:
        """Return the track and its picture, as posted."""
        messages = track_messages(self._text.messages)
        if not messages:
            raise RehearsalError(performance.trouble or "No track was posted.")
        sound, picture = messages[0].attachments
        return sound, picture

    def _recording(self) -> Recording:
        """Return the listener's recording of the bot, from the first to the last frame of music."""
        recording = self._here.voice.listener(self._guild.id, self._listener.id).recording(self._here.bot.id)
        if not recording.trimmed().packets:
            raise RehearsalError("Not a single packet of music was received.")
        return recording.trimmed()

    async def _fetch(self, attachment: Attachment) -> Path:
        """Download an attachment into the folder of this rehearsal."""
        path = self._options.out / f"{self._prefix}{attachment.filename}"
        url = attachment_json(attachment)["url"]
        async with aiohttp.ClientSession(connector=self._here.connector()) as web, web.get(url) as answer:
            answer.raise_for_status()
            path.write_bytes(await answer.read())
        return path


def _compare(
    recording: Recording, posted: Path, recording_path: Path
) -> tuple[PlaybackAnalysis, float, float]:
    """Write the recording and compare it with the track. Takes some seconds.

    Return the analysis and the loudness [LUFS] of the recording and of the track.
    """
    sound = recording.pcm()
    with posted.open("rb") as file:
        track = decode(file)
    write_wav(recording_path, sound)
    return (
        analyse_recording(recording, track),
        steady_loudness(sound),
        integrated(np.ascontiguousarray(track.T)),
    )
