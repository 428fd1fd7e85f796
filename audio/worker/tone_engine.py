"""A fake engine that ships with the bot: it plays a melody of decaying sines and needs no model.

The melody depends on the Piece and on nothing else, and it is delivered as fast as asked
for, so that everything around an engine can be tried: quickly, slowly, on a clock of a test's own.
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
from audio.files.recording import check
from audio.piece import Piece, PromptChange
from audio.units import STEP_RATE, Pcm
from words.text import Text

NOTE_STEPS: Final = 12
"""Steps of a note: 0.24 s, 250 beats a minute."""

LOUDNESS: Final = 0.5
_SCALE: Final = (0, 2, 4, 7, 9, 12, 14, 16)
"""Half tones above the lowest note: a pentatonic scale, in which any order sounds meant."""
_MIN_HERTZ: Final = 220.0
_DECAY_SECONDS: Final = 0.08
_RAMP_SECONDS: Final = 0.005
"""How long a note takes to begin and to end without a click."""


class ToneEngine:
    """Makes up to `places` pieces at once, each at `speed` times real time; infinity is allowed.

    `melodies` is whether it says that it follows them.
    `sleep` and `clock` (seconds) are those of the event loop unless a test has its own.
    """

    def __init__(
        self,
        speed: float = 8.0,
        sample_rate: int = 32_000,
        channels: int = 1,
        *,
        places: int = 16,
        melodies: bool = True,
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
            listeners=places,
            melodies=melodies,
            endless=speed >= 1,
        )
        self._places = places
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
    def healthy(self) -> bool:
        return self._running

    async def start(self) -> None:
        self._running = True

    async def close(self) -> None:
        self._running = False

    @asynccontextmanager
    async def open(self, piece: Piece) -> AsyncIterator[ToneStream]:
        """Begin to make `piece`. Raises EngineBusy when all places are taken."""
        if not self._running:
            raise EngineError(Text("engine-not-running"))
        if self._open >= self._places:
            raise EngineBusy(f"{self._open} pieces are being made; ask again in a while.")
        self._open += 1
        try:
            yield ToneStream(piece, self)
        finally:
            self._open -= 1

    async def made(self, frames: int, since: float) -> None:
        """Wait until `frames` frames can have been made since the time `since`; raises once it is closed."""
        await self.passed(since + frames / STEP_RATE / self._info.speed)
        if not self._running:
            raise EngineError(Text("engine-closed"))

    async def passed(self, due: float) -> None:
        """Wait until it is the time `due`."""
        await self._sleep(max(0.0, due - self._clock()))

    def now(self) -> float:
        return self._clock()

    def sound(self, piece: Piece, start: int, stop: int) -> Pcm:
        """The samples of the frames from `start` to `stop`, shaped (channels, samples)."""
        samples = self._info.sample_rate // STEP_RATE
        first, last = start // NOTE_STEPS, -(-stop // NOTE_STEPS)
        # whole notes only, so that the same sample always comes out of the same computation
        notes = [_note(piece, number, self._info) for number in range(first, last)]
        begun = first * NOTE_STEPS
        return np.concatenate(notes, axis=1)[:, (start - begun) * samples : (stop - begun) * samples]


class ToneStream:
    """A piece that is played as a melody."""

    def __init__(self, piece: Piece, engine: ToneEngine) -> None:
        self.piece = piece
        self.pace = Pace(engine.info.speed)
        self._engine = engine
        self._since = engine.now()
        self._made = 0
        """Steps whose sound was given."""
        self._zero: float | None = None
        """When the piece began, or would have begun, for those who listen, if anybody says so."""
        self._stands = False
        self._told = asyncio.Event()

    def report_playhead(self, position: float | None) -> None:
        """See `Stream.report_playhead`: tones are made no farther ahead than `Piece.lead` either."""
        self._zero = None if position is None else self._engine.now() - position
        self._stands = False
        self._told.set()

    def hold(self) -> None:
        """See `Stream.hold`."""
        self._stands = True
        self._told.set()

    def steer(self, prompt: str, blend_seconds: float = 0.0, earliest: float = 0.0) -> None:
        """See `Stream.steer`: the next note is one of another melody."""
        if self._made == self.piece.steps:
            raise EngineError(Text("engine-composed-already"))
        step = max(self._made, math.ceil(earliest * STEP_RATE))
        turn = PromptChange(prompt, step, round(blend_seconds * STEP_RATE))
        self.piece = self.piece.steered(turn)

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        for recording in self.piece.recordings:
            await asyncio.to_thread(check, recording)
        for frames in chunk_frames(self.piece.interval):
            begun, end = self._made, min(self._made + frames, self.piece.steps)
            await self._called_for()
            await self._engine.made(end, self._since)
            while self._stands:  # since this chunk was begun
                await self._called_for()
            self._made = end
            yield Chunk(self._engine.sound(self.piece, begun, end), last=end == self.piece.steps)
            if end == self.piece.steps:
                return

    async def _called_for(self) -> None:
        """Wait while those who listen hold enough, or nobody listens."""
        began = self._engine.now()
        while (due := self._due()) > self._engine.now():
            self._told.clear()
            waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._told.wait())]
            if math.isfinite(due):
                waits.append(asyncio.ensure_future(self._engine.passed(due)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        self._since += self._engine.now() - began

    def _due(self) -> float:
        """When the next chunk is wanted."""
        if self._stands:
            return math.inf
        return -math.inf if self._zero is None else self._zero + self._made / STEP_RATE - self.piece.lead


def _note(piece: Piece, number: int, info: EngineInfo) -> Pcm:
    """A note from its beginning to its end: a sine that decays, with an octave above it."""
    words = [piece.prompts[piece.prompt_index(number * NOTE_STEPS)], str(piece.seed), str(number)]
    words += [recording.digest for recording in piece.recordings]
    named = hashlib.sha256("\0".join(words).encode()).digest()
    hertz = _MIN_HERTZ * 2 ** (_SCALE[named[0] % len(_SCALE)] / 12)
    seconds = np.arange(NOTE_STEPS * info.sample_rate // STEP_RATE) / info.sample_rate
    left = NOTE_STEPS / STEP_RATE - seconds
    shape = np.exp(-seconds / _DECAY_SECONDS) * np.clip(np.minimum(seconds, left) / _RAMP_SECONDS, 0, 1)
    wave = shape * (0.75 * np.sin(2 * np.pi * hertz * seconds) + 0.25 * np.sin(4 * np.pi * hertz * seconds))
    # a place between the channels for each note, so that stereo can be told from mono
    turn = named[1] / 255
    gains = [1.0] if info.channels == 1 else [1 - turn / 2, 0.5 + turn / 2]
    return np.stack([LOUDNESS * gain * wave for gain in gains]).astype(np.float32)
