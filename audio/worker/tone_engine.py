"""A fake engine that ships with the bot: it plays a melody of decaying sines and needs no model.

The melody depends on the Piece alone and is delivered at any speed that is set, so everything around an
engine can be tried: quickly, slowly, or on a test's own clock.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import numpy as np

from audio.chunking import chunk_frames
from audio.engine import Chunk, EngineInfo, Pace
from audio.errors import EngineBusy, EngineError
from audio.files.recording import check_recordings
from audio.piece import Piece, PromptChange
from audio.prompts.hearing import Vocabulary
from audio.units import STEP_RATE, Pcm
from words.text import Text

NOTE_STEPS: Final = 12
"""Steps of a note: 0.24 s, 250 notes per minute."""

PEAK: Final = 0.5
"""Peak amplitude of a note."""

_SCALE: Final = (0, 2, 4, 7, 9, 12, 14, 16)
"""Semitones above the lowest note: a pentatonic scale, in which any order sounds consonant."""

_MIN_HERTZ: Final = 220.0
"""Frequency of the lowest note."""

_DECAY_SECONDS: Final = 0.08
"""Time constant of the exponential decay of a note."""

_RAMP_SECONDS: Final = 0.005
"""Fade-in and fade-out of a note, so that it does not click."""


class ToneEngine:
    """Composes up to `slots` pieces at once, each at `speed` times real time; infinity is allowed.

    `melodies` sets the flag of its EngineInfo. It hears all of a prompt unless it is given a `vocabulary`.
    `sleep` and `clock` (in seconds) can be replaced by a test's own.
    """

    def __init__(
        self,
        speed: float = 8.0,
        sample_rate: int = 32_000,
        channels: int = 1,
        *,
        slots: int = 16,
        melodies: bool = True,
        vocabulary: Vocabulary = Vocabulary(),  # noqa: B008 (frozen)
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._info = EngineInfo(
            checkpoint="tone",
            revision="1",
            licence="MIT",
            device="none",
            sample_rate=sample_rate,
            channels=channels,
            speed=speed,
            realtime_streams=slots,
            melodies=melodies,
            endless=speed >= 1,
        )
        self._vocabulary = vocabulary
        self._slots = slots
        self._sleep = sleep
        self._clock = clock
        self._running = False
        self._open = 0

    @property
    def info(self) -> EngineInfo:
        if not self._running:
            raise EngineError("The engine has not started yet.")
        return self._info

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    @property
    def healthy(self) -> bool:
        return self._running

    async def start(self) -> None:
        self._running = True

    async def close(self) -> None:
        self._running = False

    @asynccontextmanager
    async def open(self, piece: Piece) -> AsyncIterator[ToneStream]:
        """Compose `piece`. Raises EngineBusy if all slots are taken; see `Engine.open`."""
        await check_recordings(piece.recordings)
        if not self._running:
            raise EngineError(Text("engine-not-running"))
        if self._open >= self._slots:
            raise EngineBusy(f"{self._open} pieces are being made; try again later.")
        self._open += 1
        try:
            yield ToneStream(piece, self)
        finally:
            self._open -= 1

    async def wait_composed(self, frames: int, since: float) -> None:
        """Wait until `frames` frames are composed since the time `since`. Raises EngineError if closed."""
        await self.sleep_until(since + frames / STEP_RATE / self._info.speed)
        if not self._running:
            raise EngineError(Text("engine-closed"))

    async def sleep_until(self, due: float) -> None:
        await self._sleep(max(0.0, due - self._clock()))

    def now(self) -> float:
        return self._clock()

    def sound(self, piece: Piece, start: int, stop: int) -> Pcm:
        """Return the samples of the frames from `start` to `stop`, shaped (channels, samples)."""
        samples = self._info.sample_rate // STEP_RATE
        first, last = start // NOTE_STEPS, -(-stop // NOTE_STEPS)
        # whole notes only, so that a sample is always the result of the same computation
        notes = [_note(piece, number, self._info) for number in range(first, last)]
        begin = first * NOTE_STEPS
        return np.concatenate(notes, axis=1)[:, (start - begin) * samples : (stop - begin) * samples]


class ToneStream:
    """A piece that is played as a melody of sines."""

    def __init__(self, piece: Piece, engine: ToneEngine) -> None:
        self.piece = piece
        self.pace = Pace(engine.info.speed)
        self._engine = engine
        self._since = engine.now()
        self._steps = 0
        """Steps delivered."""
        self._playback_start: float | None = None
        """The time at which playback of the piece began, by the last report; None if there is none."""
        self._on_hold = False
        self._playback_changed = asyncio.Event()

    def report_playhead(self, position: float | None) -> None:
        """See `Stream.report_playhead`: tones too are composed no farther ahead than `Piece.lead`."""
        self._playback_start = None if position is None else self._engine.now() - position
        self._on_hold = False
        self._playback_changed.set()

    def hold(self) -> None:
        """See `Stream.hold`."""
        self._on_hold = True
        self._playback_changed.set()

    def steer(self, prompt: str, blend_seconds: float = 0.0, earliest: float = 0.0) -> None:
        """See `Stream.steer`: the next note belongs to another melody."""
        if self._steps == self.piece.steps:
            raise EngineError(Text("engine-composed-already"))
        step = max(self._steps, math.ceil(earliest * STEP_RATE))
        change = PromptChange(prompt, step, round(blend_seconds * STEP_RATE))
        self.piece = self.piece.steered(change)

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        for frames in chunk_frames(self.piece.interval):
            begin, end = self._steps, min(self._steps + frames, self.piece.steps)
            await self._wait_until_due()
            await self._engine.wait_composed(end, self._since)
            while self._on_hold:  # if it was put on hold during this chunk
                await self._wait_until_due()
            self._steps = end
            yield Chunk(self._engine.sound(self.piece, begin, end), last=end == self.piece.steps)
            if end == self.piece.steps:
                return

    async def _wait_until_due(self) -> None:
        """Wait while enough is buffered or the piece is on hold; composing pauses meanwhile."""
        began = self._engine.now()
        while (due := self._due()) > self._engine.now():
            self._playback_changed.clear()
            waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._playback_changed.wait())]
            if math.isfinite(due):
                waits.append(asyncio.ensure_future(self._engine.sleep_until(due)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        self._since += self._engine.now() - began

    def _due(self) -> float:
        """Return the time at which the next chunk is needed: −∞ for now, ∞ for not until further notice."""
        if self._on_hold:
            return math.inf
        if self._playback_start is None:
            return -math.inf
        return self._playback_start + self._steps / STEP_RATE - self.piece.lead


def _note(piece: Piece, number: int, info: EngineInfo) -> Pcm:
    """Return a whole note, shaped (channels, samples): a decaying sine with an octave above it."""
    identity = [piece.prompts[piece.prompt_index(number * NOTE_STEPS)], str(piece.seed), str(number)]
    identity += [recording.digest for recording in piece.recordings]
    digest = hashlib.sha256("\0".join(identity).encode()).digest()
    hertz = _MIN_HERTZ * 2 ** (_SCALE[digest[0] % len(_SCALE)] / 12)
    seconds = np.arange(NOTE_STEPS * info.sample_rate // STEP_RATE) / info.sample_rate
    left = NOTE_STEPS / STEP_RATE - seconds
    envelope = np.exp(-seconds / _DECAY_SECONDS) * np.clip(np.minimum(seconds, left) / _RAMP_SECONDS, 0, 1)
    wave = envelope * (
        0.75 * np.sin(2 * np.pi * hertz * seconds) + 0.25 * np.sin(4 * np.pi * hertz * seconds)
    )
    # a position between the channels for each note, so that stereo differs from mono
    pan = digest[1] / 255
    gains = [1.0] if info.channels == 1 else [1 - pan / 2, 0.5 + pan / 2]
    return np.stack([PEAK * gain * wave for gain in gains]).astype(np.float32)
