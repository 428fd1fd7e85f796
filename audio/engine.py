"""The Engine interface: whatever turns a Piece into Chunks.

    async with engine.open(piece) as stream:
        async for chunk in stream:
            ...

Leaving the block cancels what is not made yet and frees its place.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from audio.piece import Piece
from audio.units import Pcm

TYPICAL_LUFS: Final = -17.0
"""What étude's pieces have (12 prompts of all styles: −17.2 on average, from −21.7 to −13.3)."""

PRIOR_TRUST: Final = 0.8
"""Fraction of the speed that an engine states to plan with: it was measured with one piece alone."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of sound at the engine's rate. Chunks of a piece follow each other without gap or overlap."""

    pcm: Pcm
    """float32 in −1…1, shaped (channels, samples)."""
    last: bool
    """Whether the piece ends with this chunk."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine composes with; `speed` is measured at its start."""

    checkpoint: str
    """The name a person knows it by: a hub name or a folder's name."""
    revision: str
    """What pins the weights: a commit or a digest of the files."""
    licence: str
    device: str
    """Such as "cpu" or "cuda (NVIDIA H100)"."""
    sample_rate: int
    channels: int
    speed: float
    """Seconds of sound made in a second, one piece alone, codec included."""
    listeners: int = 1
    """How many pieces are made at once, each faster than it plays; others wait in line."""
    loudness: float = TYPICAL_LUFS
    """How loud its pieces are on average, in LUFS and played on both sides: what is expected of one that has
    not begun yet."""
    melodies: bool = False
    """Whether a piece may have a melody to hum after. Every engine goes on from a recording."""
    endless: bool = True
    """Whether a piece without end is made faster than it plays, one alone."""


class Pace(NamedTuple):
    """How fast a piece will be made, as far as the engine can tell."""

    speed: float
    """Seconds of its sound made in a second, beside the others that are made now."""
    life: int = 1
    """Counts what had to begin again: a pause between two lives says nothing about speed."""


class Stream(Protocol):
    """A Piece in the making: an async iterator of Chunks that ends after the last one.

    Iteration raises EngineError when the piece cannot be made; the sentence is fit for a user.
    """

    @property
    def piece(self) -> Piece:
        """With the turns that it has taken, so that the same sound can be made of it again."""
        ...

    @property
    def pace(self) -> Pace:
        """As of the latest chunk."""
        ...

    def __aiter__(self) -> AsyncIterator[Chunk]: ...

    def report_playhead(self, position: float | None) -> None:
        """Tell the engine how many seconds of the piece have been heard, or as a negative when it begins.

        Optional. Whoever holds the least sound is served first, and those who tell are not served far ahead;
        between two calls they are taken to play on. None, as if nobody had ever told: the piece is made to
        its end. It also goes on after `hold`.
        """
        ...

    def hold(self) -> None:
        """Pause composing at the next step and keep the slot; `report_playhead` resumes it."""
        ...

    def steer(self, prompt: str, blend_seconds: float = 0.0, earliest: float = 0.0) -> None:
        """Let `prompt` (see `prompt_of`) take over where composing is now; what was given stays.

        `earliest` is how many seconds of the piece stay at least: of one that is made again they are those
        that were heard before. It is heard after what lies between composing and hearing, which `Piece.lead`
        bounds. Raises EngineError when all of the piece is made.
        """
        ...


class Engine(Protocol):
    """Makes many pieces at once, or one after the other, as its places allow."""

    @property
    def info(self) -> EngineInfo:
        """What it composes with; raises EngineError before `start` has returned."""
        ...

    @property
    def healthy(self) -> bool:
        """Whether a piece asked for now would be made."""
        ...

    async def start(self) -> None:
        """Load and warm up. Raises CheckpointError with a sentence when that cannot be done."""
        ...

    async def close(self) -> None:
        """End every stream, thread and process of this engine. Safe to call twice."""
        ...

    def open(self, piece: Piece) -> AbstractAsyncContextManager[Stream]:
        """Begin to make `piece`. Entering raises EngineBusy when the waiting line is full."""
        ...
