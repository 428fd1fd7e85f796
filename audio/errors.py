"""The tree of errors. Each says in one sentence what happened and what to do; a user can read it as it is.

    BuskerError
    ├── PieceError              what was asked for cannot be made as asked
    └── EngineError             the engine cannot make it
        ├── CheckpointError     the weights are missing, damaged or of another kind
        ├── RecordingError      a sound file to go on from cannot be heard
        ├── EngineBusy          full is not a failure: ask again later
        └── EngineLost          the engine died and could not be brought back

The rooms above this one hang their own errors on the same tree (`bot/errors.py`).
"""

from __future__ import annotations

from words.text import Text


class BuskerError(Exception):
    """Something that a person should be told, as one sentence: in English as `str(error)`, or as `text`.

    What only an operator can meet is raised with a plain sentence.
    """

    @property
    def text(self) -> Text:
        """The sentence, to be worded for who reads it."""
        sentence = self.args[0] if self.args else ""
        return sentence if isinstance(sentence, Text) else Text("error-for-operators", sentence=str(sentence))


class PieceError(BuskerError):
    """A prompt, length, interval or seed that cannot be used; `field` names which."""

    def __init__(self, field: str, sentence: Text) -> None:
        super().__init__(sentence)
        self.field = field


class EngineError(BuskerError):
    """The engine cannot make this piece."""


class CheckpointError(EngineError):
    """The checkpoint cannot be loaded."""


class RecordingError(EngineError):
    """A sound file cannot be read, is too long or too short, or is no longer what it was."""


class EngineBusy(EngineError):
    """Every place is taken and the waiting line is full."""


class EngineLost(EngineError):
    """The engine ended in the middle of a piece and could not be replaced."""
