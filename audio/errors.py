"""The tree of errors. Each says in one sentence, fit for a user, what happened and what to do.

    BuskerError
    ├── PieceError              the request cannot be composed as it is
    └── EngineError             the engine cannot compose it
        ├── CheckpointError     the weights are missing, damaged or of an unknown kind
        ├── RecordingError      a sound file to continue from cannot be used
        ├── EngineBusy          all slots and the queue are full: not a failure, try again later
        └── EngineLost          the engine died and could not be restarted

TrackError (`audio/files/track.py`), WireError (`audio/worker/wire.py`), OpusMissing, OpusError
(`audio/playout/opus.py`) and the errors of the bot (`bot/errors.py`) belong to the same tree."""

from __future__ import annotations

from words.text import Text


class BuskerError(Exception):
    """An error with one sentence for people: in English as `str(error)`, or as `text` in any language.

    Errors that only operators see are raised with a plain string.
    """

    @property
    def text(self) -> Text:
        """The sentence, to be worded in the language of the reader."""
        sentence = self.args[0] if self.args else ""
        return sentence if isinstance(sentence, Text) else Text("error-for-operators", sentence=str(sentence))

    def __str__(self) -> str:
        """The sentence in English; its name and values if it cannot be worded, since whoever logs or wraps an
        error would fail with it."""
        try:
            return str(self.args[0]) if self.args else ""
        except Exception:
            return repr(self.args[0])


class PieceError(BuskerError):
    """A prompt, length, interval or seed is invalid; `field` names which."""

    def __init__(self, field: str, sentence: Text) -> None:
        super().__init__(sentence)
        self.field = field


class EngineError(BuskerError):
    """The engine cannot compose this piece."""


class CheckpointError(EngineError):
    """The checkpoint cannot be loaded."""


class RecordingError(EngineError):
    """A sound file cannot be read, is too long or too short, or has changed."""


class EngineBusy(EngineError):
    """All slots are taken and the queue is full."""


class EngineLost(EngineError):
    """The engine died midway through a piece and could not be restarted."""
