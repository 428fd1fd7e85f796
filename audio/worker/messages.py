"""The messages between the bot's process and a worker; `audio/worker/wire.py` makes bytes of them.

`key` names a piece: the engine counts them from 1, and no key is used twice. Light to import: no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audio.calibration import Calibration
from audio.engine import Chunk, EngineInfo
from audio.errors import EngineError
from audio.piece import Piece, PromptChange
from audio.prompts.hearing import Vocabulary

DTYPES: Final = ("float32", "bfloat16", "float16", "int8", "int4")
"""Number formats of the decoder's weights, the most exact first."""


@dataclass(frozen=True, slots=True)
class Order:
    """The configuration of a worker, an argument of its process rather than a message."""

    checkpoint: str
    revision: str | None
    device: str
    threads: int
    """Threads of a CPU; 0 chooses by the processor and the checkpoint."""
    slots: int
    """Pieces composed at once, at most."""
    longest: float
    """Length of the longest piece [s]; the key-value cache is allocated for it."""
    dtype: str = "auto"
    """Data type of the decoder's matrices, of `DTYPES`; "auto" is the most exact one that is live."""
    cache_folder: Path | None = None
    """Folder that keeps calibrations and packed weights between starts; None keeps nothing."""
    calibration: Calibration | None = None
    """The measurement of an earlier worker, which makes another one unnecessary."""
    adapter: str | None = None
    """Folder or hub name of an adapter to merge into the checkpoint."""
    adapter_revision: str | None = None


@dataclass(frozen=True, slots=True)
class Compose:
    """To the worker: compose this piece from its start."""

    key: int
    piece: Piece


@dataclass(frozen=True, slots=True)
class Cancel:
    """To the worker: drop this piece before the next step."""

    key: int


@dataclass(frozen=True, slots=True)
class ReportPlayhead:
    """To the worker: playback of a piece is at `position`, and runs."""

    key: int
    position: float | None
    """Seconds into the piece, negative before it begins; None if the playhead is no longer reported."""


@dataclass(frozen=True, slots=True)
class Hold:
    """To the worker: pause composing a piece until the next ReportPlayhead."""

    key: int


@dataclass(frozen=True, slots=True)
class Steer:
    """To the worker: change the prompt of a piece from its next step on. PromptChanged is the reply."""

    key: int
    prompt: str
    blend_seconds: float
    earliest: float = 0.0
    """Position in the piece [s] before which the prompt stays unchanged."""


@dataclass(frozen=True, slots=True)
class End:
    """To the worker: exit. No message follows."""


@dataclass(frozen=True, slots=True)
class Ready:
    """From the worker: the checkpoint is loaded, warmed up and measured; messages are read from now on."""

    info: EngineInfo
    calibration: Calibration | None = None
    vocabulary: Vocabulary = Vocabulary()  # noqa: RUF009 (frozen)


@dataclass(frozen=True, slots=True)
class Failed:
    """From the worker: it cannot start, and exits."""

    error: EngineError


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """From the worker: it is alive and has nothing else to send."""


@dataclass(frozen=True, slots=True)
class Begun:
    """From the worker: a piece is about to take a slot."""

    key: int


@dataclass(frozen=True, slots=True)
class PromptChanged:
    """From the worker: the reply to Steer, sent before any sound that the new prompt conditions."""

    key: int
    change: PromptChange | None
    """The prompt change; None if the whole piece was composed already."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """From the worker: the next chunk of a piece, or the error that ended it."""

    key: int
    result: Chunk | EngineError
    speed: float | None = None
    """Seconds of this piece composed per second from now on, if known."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """From the worker: a record for the log of the bot's process."""

    logger: str
    level: int
    text: str
    """The message with the traceback, if any."""


WorkerMessage = Compose | Cancel | ReportPlayhead | Hold | Steer | End
"""Everything that is sent to a worker."""
