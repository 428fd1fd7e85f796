"""A Performance: one Piece on its way from the engine to the listeners, and how far it has come."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import itertools
import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from audio.errors import BuskerError
from audio.files.saved import read_for_playback
from audio.piece import LEAD_SECONDS, PromptChange
from audio.playout.chain import ProcessedChunk, process_stream
from audio.playout.history import History
from audio.playout.jitter_buffer import JitterBuffer
from audio.units import FRAME_SAMPLES, SAMPLE_RATE, STEP_RATE
from bot.errors import RequestError
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import discord

    from audio.engine import Engine, Stream
    from audio.files.track import Track
    from audio.piece import Piece
    from audio.units import Pcm
    from bot.rules.permissions import PostingChannel, VocalChannel
    from bot.store.records import MadeTrack

KEPT_SECONDS: Final = 180.0
"""How much of the sound that was heard is remembered of a piece without end. It takes 23 MB of mono at 32
kHz."""

_TICKETS = itertools.count(time.time_ns() // 1_000_000)
"""From the milliseconds since the epoch on, so that they do not come again after a restart."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A Piece, who asked for it, where it is to be heard and where its track is to be posted."""

    piece: Piece
    requester: discord.Member
    voice_channel: VocalChannel
    text_channel: PostingChannel
    kept: Path | None = None
    """The file of a track made before, to be played instead of composing."""
    unposted: MadeTrack | None = None
    """What the library knows of that track, if Busker ended before it was posted."""


class Making(enum.Enum):
    """How far the making of a piece has come."""

    WAITING = "waiting"
    COMPOSING = "composing"
    COMPOSED = "composed"
    """All of its sound is there; the track is being written and posted."""
    DELIVERED = "delivered"
    """The track is posted, or kept where it could not be."""
    CANCELLED = "cancelled"
    FAILED = "failed"


class Performance:
    """A request, its sound so far, and the buffer it is played from.

    Owned by the guild's Session and touched on the event loop alone; only `buffer` is also read by the
    player's thread.
    """

    def __init__(
        self,
        request: Request,
        engine: Engine,
        until_turn: Callable[[Performance], float] = lambda _: 0.0,
        *,
        at_once: bool = True,
        ticket: int | None = None,
        frames_played: int = 0,
        restarts: int = 0,
    ) -> None:
        self.asked_at = time.monotonic()
        self.at_once = at_once
        """Whether nothing was in the queue before it."""
        self.ticket = next(_TICKETS) if ticket is None else ticket
        """Its own number, which it keeps over restarts."""
        self.restarts = restarts
        """How many it has seen."""
        self.request = request
        self._piece = piece = request.piece
        self._stream: Stream | None = None
        """The engine's, while it composes."""
        self.buffer = JitterBuffer(
            piece.seconds,
            engine.info.speed,
            piece.interval,
            frames_played=frames_played,
            lead=piece.lead,
        )
        self.making = Making.WAITING
        self.dismissed = False
        """Whether a person wants no more of it: skipped or stopped, or a radio that made room."""
        self.paused = False
        """Whether a person holds the sound where it is."""
        self.leads_in = False
        """Whether the piece before it goes over into it: it is next, and that is settled."""
        self.waits_for: Text | None = None
        """A few words for the listeners, while the sound waits for something else."""
        self.over = False
        """Whether it has left the queue, played to its end or not."""
        self.composing_seconds = 0.0
        """How long it took to compose, once it has been, the waiting for listeners included."""
        self.speed = 0.0
        """Seconds of it made in a second, until it was as far ahead as it may be."""
        self.trouble: Text | None = None
        """A sentence for the listeners, when something went wrong."""
        self.track: Track | None = None
        """Its files, once they are written."""
        self.number = 0
        """Its track's number in the library, once it is there."""
        self.kept_until = 0.0
        """How many seconds of it had been heard when somebody last kept the minutes before."""
        self.charged_seconds = 0.0
        """How much of a piece without end counts for who asked for it, so far."""
        self._engine = engine
        remembered = (KEPT_SECONDS + LEAD_SECONDS) * engine.info.sample_rate
        self._tape = History(remembered if piece.endless else math.inf)
        self._until_turn = until_turn
        """How many seconds it has to wait for those before it."""
        self._pushed_samples = frames_played * FRAME_SAMPLES
        """How much of it the buffer was given."""
        self._known_samples = 0
        """How much of what is composed now it was given before an interruption."""
        self._interrupted = False
        self._held = False
        """Whether no more is to be composed for now."""
        self._steered: list[tuple[str, float, float]] = []
        """How it was steered: what the engine is asked for anew where it had no time to answer."""
        self._composing: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        self._settled = asyncio.Event()

    @property
    def piece(self) -> Piece:
        """What is made, with the turns that it has taken: the same is made of it again."""
        return self._piece if self._stream is None else self._stream.piece

    @property
    def composed(self) -> bool:
        """Whether all of its sound is there."""
        return self.making in (Making.COMPOSED, Making.DELIVERED)

    @property
    def steerable(self) -> bool:
        """Whether new words can take it over: some of it is still to be composed."""
        to_make = self.making in (Making.WAITING, Making.COMPOSING)
        return to_make and not self.dismissed and self.request.kept is None

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.over and self.making in (Making.DELIVERED, Making.CANCELLED, Making.FAILED)

    @property
    def made(self) -> Pcm:
        """The sound so far, shaped (channels, samples), as the engine made it."""
        return self._tape.slice(0, self._tape.samples)

    def made_between(self, begin: float, end: float) -> Pcm:
        """The same from the second `begin` to the second `end`, as far as it is remembered."""
        rate = self._engine.info.sample_rate
        return self._tape.slice(round(begin * rate), round(end * rate))

    @classmethod
    def of_sound(cls, request: Request, engine: Engine, made: Pcm) -> Self:
        """A piece that was made and heard already, as the engine made it: it is only to be posted."""
        performance = cls(request, engine, at_once=False)
        performance._tape.append(made)
        performance.making = Making.COMPOSED
        performance.over = True
        return performance

    async def settles(self, within_seconds: float) -> bool:
        """Wait until nothing more will happen to it, not for ever; whether that is so."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                await self._settled.wait()
        return self.settled

    async def audible(self) -> bool:
        """Wait until it can be played without a gap. False if a person wants no more of it."""
        while not (self.buffer.ready or self.dismissed):
            self._moved.clear()
            await self._moved.wait()
        return not self.dismissed

    def dismiss(self) -> None:
        """Make no more of it, and let nobody wait for it."""
        self.dismissed = True
        if self.making is Making.WAITING:
            self._advance(Making.CANCELLED)
        if self._composing is not None:
            self._composing.cancel()
        self._moved.set()

    def leave_queue(self) -> None:
        """It will not be played any more."""
        self.over = True
        self.tell()
        self._advance(self.making)

    def delivered(self) -> None:
        """Its track is posted, or kept where it could not be."""
        self._advance(Making.DELIVERED)

    def steer(self, prompt: str, blend_seconds: float) -> None:
        """Let `prompt` (see `prompt_of`) take over where composing is, blended in over `blend_seconds`.

        It is heard when what is made by now has been played. Raises RequestError where all is made.
        """
        if self.request.kept is not None:
            raise RequestError(Text("steer-kept"))
        if not self.steerable:
            raise RequestError(Text("steer-too-late"))
        earliest = self._pushed_samples / SAMPLE_RATE
        try:
            if self._stream is None:
                turn = PromptChange(prompt, math.ceil(earliest * STEP_RATE), round(blend_seconds * STEP_RATE))
                self._piece = self._piece.steered(turn)
            else:
                self._stream.steer(prompt, blend_seconds, earliest)
        except BuskerError as error:
            raise RequestError(Text("steer-too-late")) from error
        self._steered.append((prompt, blend_seconds, earliest))

    def hold(self) -> None:
        """Compose no more of it for now, from the engine's next step on."""
        self._held = True
        if self._stream is not None:
            self._stream.hold()

    def go_on(self) -> None:
        """Compose on, where it was held."""
        self._held = False
        self.tell()

    def tell(self) -> None:
        """Tell the engine where the listeners are."""
        if self._stream is not None and not self._held:
            self._stream.report_playhead(self._heard_seconds())

    def interrupt(self) -> None:
        """Compose no more of it for now, and free the engine. `compose` begins it again: the same piece makes
        the same sound, so what is there already is passed over."""
        self._interrupted = True
        if self._composing is not None:
            self._composing.cancel()

    async def compose(self) -> None:
        """Compose it until it is made, dismissed, interrupted or fails; `making` tells which."""
        if self.dismissed:
            return
        self._interrupted = self._held = False
        self._known_samples = self._pushed_samples
        self._tape.clear()
        self._advance(Making.COMPOSING)
        self._composing = asyncio.create_task(self._compose(), name=f"compose seed {self.piece.seed}")
        try:
            await asyncio.wait([self._composing])
        finally:
            self._composing.cancel()
            if self.making is Making.COMPOSING:  # cancelled, perhaps before its first step
                stays = self._interrupted and not self.dismissed
                self._advance(Making.WAITING if stays else Making.CANCELLED)
            if self.making is not Making.WAITING:
                self.buffer.finish()
            self._moved.set()

    async def _compose(self) -> None:
        began = time.monotonic()
        try:
            if self.request.kept is not None:
                played = await asyncio.to_thread(read_for_playback, self.request.kept, self.piece.seconds)
                self.buffer.push(played[self._known_samples :])
                self._pushed_samples = len(played)
            else:
                await self._perform()
            self._advance(Making.COMPOSED)
        except BuskerError as error:
            self._fail(error.text)
        except Exception:
            _log.exception("composing %r failed", self.piece)
            self._fail(Text("trouble-composing"))
        finally:
            self.composing_seconds = time.monotonic() - began

    async def _perform(self) -> None:
        """Take what the engine makes of the piece, and tell it how far the listeners are."""
        began, ahead = time.monotonic(), 0.0
        async with self._engine.open(self._piece) as stream:
            self._stream = stream
            try:
                self.tell()
                if self._held:
                    stream.hold()
                taken = len(stream.piece.prompt_changes) - len(self.request.piece.prompt_changes)
                for steering in self._steered[taken:]:
                    stream.steer(*steering)
                async with contextlib.aclosing(process_stream(stream, self._engine.info)) as chunks:
                    async for chunk in chunks:
                        self.buffer.expect(stream.pace)
                        self._take(chunk)
                        if ahead < self.piece.lead:
                            self.speed = self.buffer.seconds_made / (time.monotonic() - began)
                            ahead = self.buffer.seconds_made - self.buffer.seconds_played
                        self.tell()
            finally:
                self._piece, self._stream = stream.piece, None

    def _heard_seconds(self) -> float | None:
        """Negative before its turn has come: whoever is heard now is more urgent. None where nothing may hold
        the engine up: nobody will hear it, or they wait for more than it would make ahead of them."""
        until_turn = self._until_turn(self)
        if self.over or (until_turn == 0 and not self.buffer.ready):
            return None
        return self.buffer.seconds_played - until_turn

    def _take(self, chunk: ProcessedChunk) -> None:
        self._tape.append(chunk.engine_pcm)
        known = min(self._known_samples, len(chunk.voice_pcm))
        self._known_samples -= known
        self._pushed_samples += len(chunk.voice_pcm) - known
        self.buffer.push(chunk.voice_pcm[known:])
        self._moved.set()

    def _fail(self, sentence: Text) -> None:
        self.trouble = sentence
        self._advance(Making.FAILED)

    def _advance(self, making: Making) -> None:
        self.making = making
        if self.settled:
            self._settled.set()
            # a card and its buttons may know of it for ever, and nobody hears it any more
            self._tape.clear()
            self.buffer.clear()
