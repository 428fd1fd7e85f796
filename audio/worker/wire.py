"""Messages as bytes: a small header in JSON and raw sound. Nothing is unpickled, whoever sent it.

    frame   = length of the header (4 bytes, little-endian) · header · payload
    header  = {"kind": "delivery", "key": 7, …}     ASCII, padded with spaces to a multiple of 8 bytes
    payload = float32, little-endian, channel after channel; or the UTF-8 text of a tokenizer; or nothing

A frame is what a pipe or a websocket carries as one binary message. The header has exactly the fields of the
message's dataclass; each value is checked against the field's type, and what a worker sends also against its
range. An error travels as the name of its class and its Text: a key of the catalogue and plain values.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import numpy as np

from audio.calibration import Calibration
from audio.engine import Chunk, EngineInfo
from audio.errors import (
    BuskerError,
    CheckpointError,
    EngineBusy,
    EngineError,
    EngineLost,
    RecordingError,
)
from audio.piece import MAX_SEED, PromptChange
from audio.prompts.hearing import Vocabulary
from audio.worker.messages import (
    Begun,
    Cancel,
    Compose,
    Delivery,
    End,
    Failed,
    Heartbeat,
    Hold,
    LogLine,
    PromptChanged,
    Ready,
    ReportPlayhead,
    Steer,
)
from words.text import Text

MAX_FRAME_BYTES: Final = 32 * 2**20
"""Longest frame that is received: thirty times the tokenizer of MusicGen."""

MAX_TEXT_CHARS: Final = 32_768
"""Longest string in a header; what is logged, with its traceback, is cut off there."""

MAX_WORD_CHARS: Final = 1000
"""Longest string in a Text; longer ones are cut off: members may read them in a message."""

MAX_CHUNK_SAMPLES: Final = 2**21
"""Longest chunk, of a channel: a minute at 32 kHz."""

MAX_CHANNELS: Final = 2
MAX_SAMPLE_RATE: Final = 384_000
MAX_SAMPLE: Final = 1e6
"""Largest magnitude of a sample; full scale is 1."""

MAX_COUNT: Final = MAX_SEED
"""Largest integer: those that every reader of JSON keeps exactly."""

_LENGTH_BYTES: Final = 4
_ALIGNMENT: Final = 8
_INFINITY: Final = "infinity"
"""Stands for the length of an endless piece: JSON has no such number."""

_ERRORS: Final = {
    error.__name__: error for error in (EngineError, CheckpointError, RecordingError, EngineBusy, EngineLost)
}


class WireError(BuskerError):
    """Bytes that are no message, or a message that has no place here."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The messages that travel in one direction."""

    by_name: Mapping[str, type]
    max_header_bytes: int


TO_WORKER: Final = Kinds(
    {
        "compose": Compose,
        "cancel": Cancel,
        "report-playhead": ReportPlayhead,
        "hold": Hold,
        "steer": Steer,
        "end": End,
    },
    max_header_bytes=8 * 2**20,  # a thousand prompt changes
)
FROM_WORKER: Final = Kinds(
    {
        "ready": Ready,
        "failed": Failed,
        "heartbeat": Heartbeat,
        "begun": Begun,
        "prompt-changed": PromptChanged,
        "delivery": Delivery,
        "log-line": LogLine,
    },
    max_header_bytes=2**18,
)
_NAMES: Final = {kind: name for kinds in (TO_WORKER, FROM_WORKER) for name, kind in kinds.by_name.items()}


def encode(message: object) -> bytes:
    """Return a message as a frame."""
    payload: list[Any] = []
    header = {"kind": _NAMES[type(message)], **_plain_fields(message, payload)}
    head = json.dumps(header, allow_nan=False, separators=(",", ":")).encode("ascii")
    head += b" " * (-(_LENGTH_BYTES + len(head)) % _ALIGNMENT)
    return b"".join([len(head).to_bytes(_LENGTH_BYTES, "little"), head, *payload])


def decode(frame: bytes, kinds: Kinds) -> Any:
    """Return the message in a frame, one of `kinds`. Raises WireError for anything else."""
    try:
        return _decode(frame, kinds)
    except WireError:
        raise
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise WireError(f"{type(error).__name__}: {error}"[:200]) from None


def _decode(frame: bytes, kinds: Kinds) -> Any:
    begin = _LENGTH_BYTES
    end = begin + int.from_bytes(frame[:begin], "little")
    _require(begin < end <= min(len(frame), begin + kinds.max_header_bytes), "the length of the header")
    header = json.loads(frame[begin:end].decode("ascii"), parse_constant=_reject_constant)
    _require(isinstance(header, dict), "the header")
    name = header.pop("kind", None)
    _require(isinstance(name, str) and name in kinds.by_name, "the kind of message")
    payload = _Payload(memoryview(frame)[end:])
    message = _reader(kinds.by_name[name])(header, payload)
    _require(not payload.left, "the length of the payload")
    return message


# To plain values


def _plain(value: object, payload: list[Any]) -> Any:
    """Return a value as JSON has it; sound and tokenizers are appended to `payload`."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return _INFINITY if value == math.inf else value
        case Path():
            return str(value)
        case tuple():
            return [_plain(each, payload) for each in value]
        case Chunk(pcm, last):
            payload.append(np.ascontiguousarray(pcm, "<f4"))
            return {"channels": pcm.shape[0], "samples": pcm.shape[1], "last": last}
        case Vocabulary(tokenizer, max_tokens):
            payload.append(tokenizer.encode())
            return {"max_tokens": max_tokens}
        case EngineError():
            kind = next(base.__name__ for base in type(value).__mro__ if base.__name__ in _ERRORS)
            return {"error": kind, **_plain_text(value.text)}
        case _:
            return _plain_fields(value, payload)


def _plain_fields(value: object, payload: list[Any]) -> dict[str, Any]:
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is in no message")
    return {field.name: _plain(getattr(value, field.name), payload) for field in fields(value)}


def _plain_text(text: Text) -> dict[str, Any]:
    return {"text": text.key, "values": {name: _plain_word(value) for name, value in text.values.items()}}


def _plain_word(value: Text | str | int | float | tuple[Text | str, ...]) -> Any:
    if isinstance(value, Text):
        return _plain_text(value)
    if isinstance(value, tuple):
        return [_plain_word(each) for each in value]
    if isinstance(value, str):
        return printable(value, MAX_WORD_CHARS)
    return value if abs(value) <= MAX_COUNT else str(value)  # no catalogue words larger ones, nor infinity


def printable(text: str, max_chars: int) -> str:
    """Return at most `max_chars` of a text, with what has no UTF-8 (parts of file names) escaped."""
    return text.encode("utf-8", "backslashreplace").decode()[:max_chars]


# From plain values


class _Payload:
    """The bytes after a header, which one field of the message takes."""

    def __init__(self, left: memoryview) -> None:
        self.left = left

    def take(self, size: int | None = None) -> memoryview:
        """Return all that is left, which must be `size` bytes unless that is None."""
        taken, self.left = self.left, self.left[:0]
        _require(size is None or len(taken) == size, "the length of the payload")
        return taken


_Reader = Callable[[Any, _Payload], Any]


@functools.cache
def _reader(hint: Any) -> _Reader:
    """Return the function that reads a value of a type: of a field, or a whole message."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if get_origin(hint) is tuple:
        each = _reader(get_args(hint)[0])
        return lambda value, payload: tuple(each(one, payload) for one in _typed(value, list))
    if get_origin(hint) in (Union, UnionType):
        choices = [_reader(choice) for choice in get_args(hint) if choice is not NoneType]
        if len(choices) == 1:
            only = choices[0]
            return lambda value, payload: None if value is None else only(value, payload)
        return _read_result
    return _record_reader(hint)


def _record_reader(kind: type) -> _Reader:
    """Return the function that reads a dataclass from the object with exactly its fields."""
    types = get_type_hints(kind)
    readers = {field.name: _reader(types[field.name]) for field in fields(kind)}
    is_valid = _RANGES.get(kind, lambda _: True)

    def read(value: Any, payload: _Payload) -> Any:
        _require(isinstance(value, dict) and value.keys() == readers.keys(), f"the fields of {kind.__name__}")
        record = kind(**{name: reader(value[name], payload) for name, reader in readers.items()})
        _require(is_valid(record), f"a value in {kind.__name__}")
        return record

    return read


def _read_result(value: Any, payload: _Payload) -> Chunk | EngineError:
    result: Chunk | EngineError = (_read_error if "error" in value else _read_chunk)(value, payload)
    return result


def _read_chunk(value: Any, payload: _Payload) -> Chunk:
    _require(_typed(value, dict).keys() == {"channels", "samples", "last"}, "the fields of a chunk")
    channels, samples = _read_int(value["channels"], payload), _read_int(value["samples"], payload)
    _require(1 <= channels <= MAX_CHANNELS and 0 <= samples <= MAX_CHUNK_SAMPLES, "the size of a chunk")
    sound = np.frombuffer(payload.take(4 * channels * samples), "<f4")
    pcm = sound.reshape(channels, samples).astype(np.float32)  # a copy, which can be written to
    peak = max(pcm.max(), -pcm.min()) if samples else 0.0
    _require(bool(-MAX_SAMPLE <= peak <= MAX_SAMPLE), "the sound of a chunk")  # also for NaN
    return Chunk(pcm, _typed(value["last"], bool))


def _read_error(value: Any, payload: _Payload) -> EngineError:
    _require(_typed(value, dict).keys() == {"error", "text", "values"}, "the fields of an error")
    text = _read_text({"text": value["text"], "values": value["values"]})
    str(text)  # raises LookupError if the catalogue has no such sentence
    return _ERRORS[_typed(value["error"], str)](text)


def _read_text(value: Any) -> Text:
    _require(_typed(value, dict).keys() == {"text", "values"}, "the fields of a text")
    values = _typed(value["values"], dict)
    return Text(_typed(value["text"], str), **{name: _read_word(word) for name, word in values.items()})


def _read_word(value: Any) -> Any:
    match value:
        case dict():
            return _read_text(value)
        case list():
            _require(all(isinstance(each, dict | str) for each in value), "a list in a text")
            return tuple(_read_word(each) for each in value)
        case str():
            _require(len(value) <= MAX_WORD_CHARS, "the length of a word")
            return _read_str(value)
        case bool():
            raise TypeError("a truth value in a text")
        case int():
            return _read_int(value)
        case _:
            return _read_float(value)


def _read_vocabulary(value: Any, payload: _Payload) -> Vocabulary:
    _require(_typed(value, dict).keys() == {"max_tokens"}, "the fields of a vocabulary")
    return Vocabulary(bytes(payload.take()).decode(), _read_int(value["max_tokens"]))


def _read_int(value: Any, _: object = None) -> int:
    _require(type(value) is int and abs(value) <= MAX_COUNT, "a number")
    return int(value)


def _read_float(value: Any, _: object = None) -> float:
    if value == _INFINITY:
        return math.inf
    _require(type(value) in (int, float) and math.isfinite(value), "a number")
    return float(value)


def _read_str(value: Any, _: object = None) -> str:
    _typed(value, str).encode()  # raises ValueError for half of a surrogate pair
    return _read_any_str(value)


def _read_any_str(value: Any) -> str:
    _require(len(_typed(value, str)) <= MAX_TEXT_CHARS, "the length of a text")
    return str(value)


_SIMPLE: Final[Mapping[Any, _Reader]] = {
    bool: lambda value, _: _typed(value, bool),
    int: _read_int,
    float: _read_float,
    str: _read_str,
    Path: lambda value, _: Path(_read_any_str(value)),
    Chunk: _read_chunk,
    EngineError: _read_error,
    Vocabulary: _read_vocabulary,
}


def _is_positive(value: float) -> bool:
    return 0 < value < math.inf


_RANGES: Final[Mapping[type, Callable[[Any], bool]]] = {
    EngineInfo: lambda info: (
        1 <= info.sample_rate <= MAX_SAMPLE_RATE
        and 1 <= info.channels <= MAX_CHANNELS
        and _is_positive(info.speed)
        and info.realtime_streams >= 1
        and math.isfinite(info.loudness)
    ),
    Calibration: lambda measured: (
        _is_positive(measured.speed) and measured.listeners >= 1 and _is_positive(measured.capacity)
    ),
    PromptChange: lambda change: change.step >= 0 and change.blend >= 0,
    Delivery: lambda delivery: delivery.speed is None or _is_positive(delivery.speed),
    LogLine: lambda line: 0 <= line.level <= 100,
}
"""Whether the values of a record are possible, beyond their types."""


def _typed(value: Any, kind: type) -> Any:
    _require(type(value) is kind, f"a value that should be a {kind.__name__}")
    return value


def _reject_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise WireError(f"{what} is wrong")
