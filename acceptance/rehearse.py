"""The rehearsal: the whole bot, for real, against a Discord on this machine; and what was heard of it."""

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
import av
import numpy as np

from acceptance.report import Evening, Report, loudness_heard
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
from rehearsal.voice.recording import Pcm, Recording
from rehearsal.wire import attachment_json

if TYPE_CHECKING:
    from bot.config.settings import Settings
    from bot.playback.performance import Performance
    from rehearsal.world import Attachment

VOICE_BITRATE: Final = 96_000
"""Bits a second: the best that a guild without boosts may set."""

PATIENCE_SECONDS: Final = 120.0
"""How long to wait, beyond the time that the music itself takes, before the evening is called off."""

PROGRESS_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for in each guild, and where the files go. None leaves an option of `/compose` out."""

    prompt: str
    length: float | None
    interval: float | None
    seed: int | None
    guilds: int
    out: Path


class RehearsalError(BuskerError):
    """The rehearsal could not be played to its end."""


async def main(settings: Settings, wish: Wish, *, as_json: bool) -> int:
    """Rehearse, print the report to standard output, and say by the exit status whether all went well."""
    try:
        report = await rehearse(settings, wish, tell=lambda line: print(line, file=sys.stderr, flush=True))
    except BuskerError as error:
        if as_json:
            print(json.dumps({"failures": [str(error)]}, indent=2), flush=True)
        raise
    print(json.dumps(report.as_dict(), indent=2) if as_json else f"\n{report}", flush=True)
    return 1 if report.failures else 0


async def rehearse(settings: Settings, wish: Wish, tell: Callable[[str], None]) -> Report:
    """Start everything, let a member of each guild ask for a piece, listen to the end, and judge.

    Raises PieceError when nobody could ask for such a piece, RehearsalError when it does not come to its end.
    """
    settings.music.piece(wish.prompt, wish.length, wish.interval, wish.seed)
    settings = _for(wish, settings)
    load_opus()
    tell("Loading the model …")
    async with running_engine(settings) as engine, DiscordHere() as here:
        tell(f"{engine.info.checkpoint} on {engine.info.device}: {engine.info.speed:.1f} times real time.")
        houses = [House(here, number, wish) for number in range(1, wish.guilds + 1)]
        async with Busker(settings, engine, connector=here.connector()) as bot:
            await bot.login(here.bot.token)
            connection = asyncio.create_task(bot.connect(), name="gateway")
            await bot.wait_until_ready()
            tell(f"Logged in as {bot.user}.")
            with gc_frozen():
                evenings = await asyncio.gather(*(house.evening(bot, tell) for house in houses))
        await connection
    failures = [
        f"{house.name}: {failure}" if len(houses) > 1 else failure
        for house, evening in zip(houses, evenings, strict=True)
        for failure in (*evening.broken_promises(), *evening.late_promises())
    ]
    failures += [f"Discord refused a request: {refusal}." for refusal in here.refusals]
    return Report(tuple(evenings), tuple(failures))


def _for(wish: Wish, settings: Settings) -> Settings:
    """The settings with a place in the engine for each guild, and tracks and store beside the report."""
    folder = wish.out / "tracks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RehearsalError(
            f"{wish.out} cannot be written to ({error.strerror}): name another --out."
        ) from error
    slots = max(settings.engine.slots, wish.guilds)
    return settings.model_copy(
        update={
            "engine": settings.engine.model_copy(update={"slots": slots}),
            "tracks": settings.tracks.model_copy(update={"folder": folder}),
            "store": settings.store.model_copy(update={"path": wish.out / "busker.sqlite"}),
        }
    )


class House:
    """A guild with a text channel, a voice channel, a member who asks and one who only listens."""

    def __init__(self, here: DiscordHere, number: int, wish: Wish) -> None:
        self.name = f"house-{number}"
        self._here = here
        self._wish = wish
        self._prefix = f"{self.name}-" if wish.guilds > 1 else ""
        self._guild = here.guild(f"House {number}", bot_may=Permission(NEEDED.value))
        self._text = self._guild.text_channel("music")
        self._corner = self._guild.voice_channel("The Corner", bitrate=VOICE_BITRATE)
        self._asker = here.person(self._guild, "asker")
        self._listener = here.person(self._guild, "listener")

    async def evening(self, bot: Busker, tell: Callable[[str], None]) -> Evening:
        """Sit down, ask, listen to the end, fetch what was posted, and compare."""
        await self._asker.join_voice(self._corner)
        await self._listener.join_voice(self._corner)
        wish = self._wish
        options = {"prompt": wish.prompt, "length": wish.length, "interval": wish.interval, "seed": wish.seed}
        asked_at = time.monotonic()
        reply = await self._asker.use(
            "compose", {name: value for name, value in options.items() if value is not None}, self._text
        )
        tell(f"{self.name}: {reply.content}")
        guild = bot.get_guild(self._guild.id)
        if guild is None or not bot.sessions.of(guild).queue:
            raise RehearsalError(f"The bot did not take the piece: {reply.content or 'it gave no answer'}")
        performance = bot.sessions.of(guild).queue[-1]
        await self._finished(performance, bot.engine.info.speed, tell)
        sound, picture = self._uploads(performance)
        recording = self._recording()
        posted, picture_path = await self._fetch(sound), await self._fetch(picture)
        heard_path = wish.out / f"{self._prefix}heard.wav"
        hearing, heard_lufs, posted_lufs = await asyncio.to_thread(_judged, recording, posted, heard_path)
        return Evening(
            piece=performance.piece,
            checkpoint=bot.engine.info.checkpoint,
            device=bot.engine.info.device,
            answered_s=reply.acknowledged_after or float("inf"),
            first_sound_s=recording.packets[0].arrival_s - asked_at,
            realtime_factor=performance.composing_speed,
            starved_s=performance.buffer.frames_starved * FRAME_SECONDS,
            hearing=hearing,
            heard_lufs=heard_lufs,
            heard_target_lufs=CHANNEL_LUFS + 20 * math.log10(bot.sessions.of(guild).volume or math.nan),
            posted_lufs=posted_lufs,
            heard=heard_path,
            posted=posted,
            picture=picture_path,
        )

    async def _finished(self, performance: Performance, speed: float, tell: Callable[[str], None]) -> None:
        """Say how far it is, until it has been played and posted."""
        seconds, buffer = performance.piece.seconds, performance.buffer
        try:
            async with asyncio.timeout(seconds / min(1.0, speed) + PATIENCE_SECONDS):
                while not await performance.wait_settled(within_seconds=PROGRESS_SECONDS):
                    made, played = buffer.seconds_made, buffer.seconds_played
                    tell(f"{self.name}: {made:4.1f} s made, {played:4.1f} s played of {seconds:g} s")
        except TimeoutError:
            raise RehearsalError("The piece did not come to its end in time.") from None

    def _uploads(self, performance: Performance) -> tuple[Attachment, Attachment]:
        """The sound and its picture, as the channel has them."""
        for message in self._text.messages:
            if message.attachments and not message.laid_out:
                sound, picture = message.attachments
                return sound, picture
        raise RehearsalError(performance.trouble or "No track was posted.")

    def _recording(self) -> Recording:
        """What the listener heard of the bot, from the first to the last frame of music."""
        heard = self._here.voice.listener(self._guild.id, self._listener.id).recording(self._here.bot.id)
        if not heard.trimmed().packets:
            raise RehearsalError("Not a single packet of music was heard.")
        return heard.trimmed()

    async def _fetch(self, attachment: Attachment) -> Path:
        """Download an attachment as anybody would, into the folder of this rehearsal."""
        path = self._wish.out / f"{self._prefix}{attachment.filename}"
        url = attachment_json(attachment)["url"]
        async with aiohttp.ClientSession(connector=self._here.connector()) as web, web.get(url) as answer:
            answer.raise_for_status()
            path.write_bytes(await answer.read())
        return path


def _judged(recording: Recording, posted: Path, heard: Path) -> tuple[PlaybackAnalysis, float, float]:
    """Write what was heard and compare it with what was posted; some seconds of work. With both loudnesses,
    in LUFS."""
    sound, track = recording.pcm(), _decoded(posted)
    write_wav(heard, sound)
    return (
        analyse_recording(recording, track),
        loudness_heard(sound),
        integrated(np.ascontiguousarray(track.T)),
    )


def _decoded(path: Path) -> Pcm:
    """The sound of a file, shaped (samples, 2) at 48 kHz."""
    with av.open(str(path)) as file:
        resampler = av.AudioResampler("fltp", "stereo", 48_000)
        frames = [out for frame in file.decode(audio=0) for out in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).T
