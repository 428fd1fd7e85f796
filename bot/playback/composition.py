"""A Composition: takes the sound of one piece from the engine, remembers it, and fills its jitter buffer."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import logging
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from audio.errors import BuskerError
from audio.files.saved import read_for_playback
from audio.piece import LEAD_SECONDS, MAX_PROMPT_CHANGES, PromptChange
from audio.playout.chain import process_stream
from audio.playout.history import History
from audio.playout.jitter_buffer import JitterBuffer
from audio.units import FRAME_SAMPLES, SAMPLE_RATE, STEP_RATE
from bot.errors import RequestError
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audio.engine import Engine, Stream
    from audio.piece import Piece
    from audio.playout.chain import ProcessedChunk
    from audio.units import Pcm

EXCERPT_SECONDS: Final = 180.0
"""Played sound of a piece without end that stays available for an excerpt [s]; 23 MB of mono at 32 kHz."""

_log = logging.getLogger(__name__)


class CompositionState(enum.Enum):
    """Progress of a piece from the request to its posted track."""

    WAITING = "waiting"
    COMPOSING = "composing"
    COMPOSED = "composed"
    """All sound is in the buffer; the track is being written and posted."""
    DELIVERED = "delivered"
    """The track is posted, or saved on disk where it could not be posted."""
    CANCELLED = "cancelled"
    FAILED = "failed"


UNCOMPOSED: Final = (CompositionState.WAITING, CompositionState.COMPOSING)
"""States in which some sound is still to be composed."""

FINAL_STATES: Final = (CompositionState.DELIVERED, CompositionState.CANCELLED, CompositionState.FAILED)


class Composition:
    """The sound of one piece, from the engine or from a saved file.

    `playhead` returns the position that the engine is told: seconds into the piece, negative before it
    begins, None to compose at full speed. `on_change` is called when `state` or `buffer` has changed,
    `on_failure` with a sentence for the listeners before the state becomes FAILED.

    An interrupted composition starts again from the beginning, which makes the same sound; what the buffer
    was given before is skipped. Owned by a Performance, used on the event loop; only `buffer` is also read by
    the thread that encodes.
    """

    def __init__(
        self,
        piece: Piece,
        engine: Engine,
        *,
        saved_file: Path | None,
        frames_played: int,
        playhead: Callable[[], float | None],
        on_change: Callable[[], None],
        on_failure: Callable[[Text], None],
    ) -> None:
        self.buffer = JitterBuffer(
            piece.seconds,
            engine.info.speed,
            piece.interval,
            frames_played=frames_played,
            lead=piece.lead,
        )
        self._engine = engine
        self._saved_file = saved_file
        self._playhead = playhead
        self._on_change = on_change
        self._on_failure = on_failure
        self._state = CompositionState.WAITING
        self._seconds = 0.0
        self._speed = 0.0
        self._piece = piece
        """As it was given to the engine last. While a stream is open, the stream has the current one."""
        self._stream: Stream | None = None
        self._requested_changes: list[PromptChange] = []
        """Prompt changes since `_piece` was given to the engine; the stream answers in this order."""
        history_seconds = EXCERPT_SECONDS + LEAD_SECONDS if piece.endless else math.inf
        self._history = History(history_seconds * engine.info.sample_rate)
        self._pushed_samples = frames_played * FRAME_SAMPLES
        """Samples that the buffer was given, over all runs once."""
        self._samples_to_skip = 0
        """Samples of this run that the buffer was given before an interruption."""
        self._interrupted = False
        self._cancelled = False
        self._held = False
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> CompositionState:
        """Progress of the piece."""
        return self._state

    @property
    def seconds(self) -> float:
        """Duration of the last run [s], waiting for listeners included; 0 until it ends."""
        return self._seconds

    @property
    def speed(self) -> float:
        """Seconds of sound composed per second, measured until the lead was reached."""
        return self._speed

    @property
    def piece(self) -> Piece:
        """The piece with all its prompt changes: composing it again makes the same sound.

        A change that the engine has not answered yet is at the earliest step it can get.
        """
        piece = self._piece if self._stream is None else self._worded(self._stream.piece)
        unanswered = self._unanswered(piece)
        return replace(piece, prompt_changes=(*piece.prompt_changes, *unanswered)) if unanswered else piece

    @property
    def steerable(self) -> bool:
        """True if new words can still take effect."""
        return self._state in UNCOMPOSED and not self._cancelled and self._saved_file is None

    @property
    def sound(self) -> Pcm:
        """The sound so far, shaped (channels, samples), at the engine's rate and level."""
        return self._history.slice(0, self._history.samples)

    def sound_between(self, begin_seconds: float, end_seconds: float) -> Pcm:
        """Return a part of `sound`, as far as it is remembered."""
        rate = self._engine.info.sample_rate
        return self._history.slice(round(begin_seconds * rate), round(end_seconds * rate))

    def adopt(self, sound: Pcm) -> None:
        """Take sound that was composed before, at the engine's rate; the piece is COMPOSED."""
        self._history.append(sound)
        self._advance(CompositionState.COMPOSED)

    def steer(self, prompt: str, blend_seconds: float, translated_from: str | None = None) -> None:
        """Let `prompt` (see `prompt_of`) take over where composing is, blended in over `blend_seconds`.

        `translated_from` is what the member typed, if that is not `prompt`. Listeners hear the change once
        they reach that position. Raises RequestError if all is composed, or after
        MAX_PROMPT_CHANGES: a track with more could not be read back.
        """
        if self._saved_file is not None:
            raise RequestError(Text("steer-kept"))
        if not self.steerable:
            raise RequestError(Text("steer-too-late"))
        if len(self.piece.prompt_changes) >= MAX_PROMPT_CHANGES:
            raise RequestError(Text("steer-enough", most=MAX_PROMPT_CHANGES))
        earliest_seconds = self._pushed_samples / SAMPLE_RATE
        if self._stream is not None:
            try:
                self._stream.steer(prompt, blend_seconds, earliest_seconds)
            except BuskerError as error:
                raise RequestError(Text("steer-too-late")) from error
        step, blend = math.ceil(earliest_seconds * STEP_RATE), round(blend_seconds * STEP_RATE)
        self._requested_changes.append(PromptChange(prompt, step, blend, translated_from))

    def hold(self) -> None:
        """Pause composing at the engine's next step and keep its slot."""
        self._held = True
        if self._stream is not None:
            self._stream.hold()

    def resume(self) -> None:
        """Continue composing after `hold`."""
        self._held = False
        self.report_playhead()

    def report_playhead(self) -> None:
        """Tell the engine where the listeners are."""
        if self._stream is not None and not self._held:
            self._stream.report_playhead(self._playhead())

    def interrupt(self) -> None:
        """Stop composing and free the engine; the state becomes WAITING again."""
        self._interrupted = True
        self._cancel()

    def cancel(self) -> None:
        """Stop composing for good."""
        self._cancelled = True
        if self._state is CompositionState.WAITING:
            self._advance(CompositionState.CANCELLED)
        self._cancel()

    def mark_delivered(self) -> None:
        """The track is posted, or saved where it could not be posted."""
        self._advance(CompositionState.DELIVERED)

    def discard(self) -> None:
        """Free the memory of the sound: nobody will play or post it."""
        self._history.clear()
        self.buffer.clear()

    async def run(self) -> None:
        """Compose until the piece is composed, cancelled, interrupted or failed; `state` says which."""
        self._interrupted = self._held = False
        self._samples_to_skip = self._pushed_samples
        self._history.clear()
        self._advance(CompositionState.COMPOSING)
        self._task = asyncio.create_task(self._compose(), name=f"compose seed {self._piece.seed}")
        try:
            await asyncio.wait([self._task])
        finally:
            self._task.cancel()
            if self._state is CompositionState.COMPOSING:  # cancelled, perhaps before its first step
                waits = self._interrupted and not self._cancelled
                self._advance(CompositionState.WAITING if waits else CompositionState.CANCELLED)
            if self._state is not CompositionState.WAITING:
                self.buffer.finish()
            self._on_change()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _compose(self) -> None:
        started_at = time.monotonic()
        try:
            if self._saved_file is not None:
                await self._read(self._saved_file)
            else:
                await self._stream_sound()
            self._advance(CompositionState.COMPOSED)
        except BuskerError as error:
            self._fail(error.text)
        except Exception:
            _log.exception("composing seed %d failed", self._piece.seed)
            self._fail(Text("trouble-composing"))
        finally:
            self._seconds = time.monotonic() - started_at

    async def _read(self, file: Path) -> None:
        """Take the sound from a saved track."""
        pcm = await asyncio.to_thread(read_for_playback, file, self._piece.seconds)
        self.buffer.push(pcm[self._samples_to_skip :])
        self._pushed_samples = len(pcm)

    async def _stream_sound(self) -> None:
        """Take the sound from the engine while it composes, and report the playhead to it."""
        started_at, lead_seconds = time.monotonic(), 0.0
        self._piece, self._requested_changes = self.piece, []
        async with self._engine.open(self._piece) as stream:
            self._stream = stream
            try:
                self.report_playhead()
                if self._held:
                    stream.hold()
                for change in self._requested_changes:  # while the engine opened the stream
                    stream.steer(change.prompt, change.blend / STEP_RATE, change.step / STEP_RATE)
                async with contextlib.aclosing(process_stream(stream, self._engine.info)) as chunks:
                    async for chunk in chunks:
                        self.buffer.expect(stream.pace)
                        self._take(chunk)
                        if lead_seconds < self._piece.lead:
                            self._speed = self.buffer.seconds_received / (time.monotonic() - started_at)
                            lead_seconds = self.buffer.seconds_received - self.buffer.seconds_played
                        self.report_playhead()
                self._requested_changes = self._requested_changes[: self._answered(stream.piece)]
            finally:
                self._close(stream)

    def _close(self, stream: Stream) -> None:
        """Take the piece back from the stream. Changes without an answer come after what was pushed."""
        pushed_steps = math.ceil(self._pushed_samples / SAMPLE_RATE * STEP_RATE)
        piece = self._worded(stream.piece)
        self._requested_changes = [
            replace(change, step=max(change.step, pushed_steps)) for change in self._unanswered(piece)
        ]
        self._piece, self._stream = piece, None

    def _worded(self, piece: Piece) -> Piece:
        """Return `piece`, the stream's, with what members typed: the engine knows only what it hears."""
        before = len(self._piece.prompt_changes)
        answered = zip(piece.prompt_changes[before:], self._requested_changes, strict=False)
        worded = [replace(change, translated_from=asked.translated_from) for change, asked in answered]
        return replace(piece, prompt_changes=(*piece.prompt_changes[:before], *worded)) if worded else piece

    def _unanswered(self, piece: Piece) -> list[PromptChange]:
        """Return the requested changes that are not in `piece`, the stream's, yet."""
        return self._requested_changes[self._answered(piece) :]

    def _answered(self, piece: Piece) -> int:
        return len(piece.prompt_changes) - len(self._piece.prompt_changes)

    def _take(self, chunk: ProcessedChunk) -> None:
        self._history.append(chunk.engine_pcm)
        skipped = min(self._samples_to_skip, len(chunk.voice_pcm))
        self._samples_to_skip -= skipped
        self._pushed_samples += len(chunk.voice_pcm) - skipped
        self.buffer.push(chunk.voice_pcm[skipped:])
        self._on_change()

    def _fail(self, sentence: Text) -> None:
        self._on_failure(sentence)
        self._advance(CompositionState.FAILED)

    def _advance(self, state: CompositionState) -> None:
        self._state = state
        self._on_change()
