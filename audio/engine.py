"""The Engine interface: turns a Piece into Chunks.

    async with engine.open(piece) as stream:
        async for chunk in stream:
            ...

Leaving the block cancels the rest and frees the slot.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from audio.piece import Piece
from audio.prompts.hearing import Vocabulary
from audio.units import Pcm

TYPICAL_LUFS: Final = -17.0
"""Typical loudness of étude's pieces (12 prompts of all styles: mean −17.2, from −21.7 to −13.3)."""

PRIOR_TRUST: Final = 0.8
"""Fraction of the speed that an engine states to plan with: it was measured with one piece alone."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Sound at the engine's rate. Chunks of a piece follow each other without gap or overlap."""

    pcm: Pcm
    """float32 in −1…1, shaped (channels, samples)."""
    last: bool
    """True if the piece ends with this chunk."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """The checkpoint, the device and the speed of an engine; measured when it starts."""

    checkpoint: str
    """Its name for people: a hub name or the name of its folder."""
    revision: str
    """Pins the weights: a commit or a digest of the files."""
    licence: str
    device: str
    """Such as "cpu" or "cuda (NVIDIA H100)"."""
    sample_rate: int
    channels: int
    speed: float
    """Seconds of sound per second for one piece alone, codec included."""
    realtime_streams: int = 1
    """Number of pieces composed at the same time, each faster than it plays; more wait for a slot."""
    loudness: float = TYPICAL_LUFS
    """Typical loudness of its pieces [LUFS, played on both sides]: the level expected of a piece that
    begins."""
    melodies: bool = False
    """True if a piece may follow a melody. Every engine can continue a recording."""
    endless: bool = True
    """True if one endless piece alone is composed faster than it plays."""
    dtype: str = ""
    """Number format of the decoder's weights, such as "int8"."""
    kernel: str = ""
    """What multiplies them: a kind of processor such as "avx512_vnni", or "torch"."""
    threads: int = 1
    """Threads that compute on a CPU."""
    notes: tuple[str, ...] = ()
    """Sentences for the operator about a checkpoint that is not as it may seem."""


class Pace(NamedTuple):
    """The speed at which a piece is expected to be composed."""

    speed: float
    """Seconds of its sound per second, beside the other pieces of the moment."""
    epoch: int = 1
    """Changes whenever composing had to start over; time between two epochs says nothing about speed."""


class Stream(Protocol):
    """A Piece being composed: an async iterator of Chunks that ends after the last one.

    Iteration raises EngineError, with a sentence fit for a user, if the piece cannot be composed.
    """

    @property
    def piece(self) -> Piece:
        """The piece, including the prompt changes made so far: it reproduces the same sound."""
        ...

    @property
    def pace(self) -> Pace:
        """The pace as of the latest chunk."""
        ...

    def __aiter__(self) -> AsyncIterator[Chunk]: ...

    def report_playhead(self, position: float | None) -> None:
        """Report the second of the piece that is playing now; negative seconds until it begins.

        The engine serves the stream with the least unplayed sound first and pauses one that is at least
        `Piece.lead` ahead of its playhead. Between two reports it assumes that playback goes on. None
        withdraws the reports, as if there had been none: the piece is composed to its end without regard to a
        playhead. Also resumes after `hold`.
        """
        ...

    def hold(self) -> None:
        """Pause composing at the next step and keep the slot, until `report_playhead` is called."""
        ...

    def steer(self, prompt: str, blend_seconds: float = 0.0, earliest: float = 0.0) -> None:
        """Switch to `prompt` (as returned by `prompt_of`) from the next step to be composed.

        Sound already composed stays, so listeners hear the change up to `Piece.lead` seconds later. The old
        prompt is blended into the new one over `blend_seconds`. The change never comes before second
        `earliest` of the piece; if composing starts over after a failure, that keeps the sound already
        played as it was. Raises EngineError if the whole piece has been composed.
        """
        ...


class Engine(Protocol):
    """Composes several pieces at once, as its slots allow; others wait."""

    @property
    def info(self) -> EngineInfo:
        """The engine's description. Raises EngineError before `start` has returned."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokenizer of the model, which tells what it hears of a prompt."""
        ...

    @property
    def healthy(self) -> bool:
        """True if a piece opened now would be composed."""
        ...

    async def start(self) -> None:
        """Load the checkpoint and warm up. Raises CheckpointError with a sentence if that fails."""
        ...

    async def close(self) -> None:
        """End every stream, thread and process of this engine. Safe to call twice."""
        ...

    def open(self, piece: Piece) -> AbstractAsyncContextManager[Stream]:
        """Begin to compose `piece`. Entering raises EngineBusy if too many pieces wait already.

        Entering raises RecordingError if a recording of the piece is gone or has changed.
        """
        ...
