"""Messages as bytes: what goes in comes out, and anything else is refused."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from audio.calibration import Calibration
from audio.engine import Chunk, EngineInfo
from audio.errors import CheckpointError, EngineBusy, EngineError, EngineLost, RecordingError
from audio.piece import MAX_SEED, Piece, PromptChange, Recording
from audio.prompts.hearing import Vocabulary
from audio.worker import wire
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
from audio.worker.wire import FROM_WORKER, TO_WORKER, Kinds, WireError, decode, encode
from words.text import Text

keys = st.integers(1, MAX_SEED)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
numbers = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(1e-6, 1e9)
prompt_changes = st.builds(PromptChange, texts, st.integers(0, MAX_SEED), st.integers(0, MAX_SEED))
recordings = st.builds(Recording, texts.map(Path), texts)
pieces = st.builds(
    Piece,
    prompt=texts,
    seconds=st.one_of(numbers, st.just(math.inf)),
    seed=st.integers(0, MAX_SEED),
    interval=st.none() | numbers,
    guidance=st.none() | numbers,
    top_k=st.integers(1, 2048),
    temperature=numbers,
    continues=st.none() | recordings,
    prelude=numbers,
    melody=st.none() | recordings,
    prompt_changes=st.lists(prompt_changes, max_size=5).map(tuple),
    excerpt=st.none() | numbers,
    lead=numbers,
)
to_worker = st.one_of(
    st.builds(Compose, keys, pieces),
    st.builds(Cancel, keys),
    st.builds(ReportPlayhead, keys, st.none() | numbers),
    st.builds(Hold, keys),
    st.builds(Steer, keys, texts, numbers, numbers),
    st.builds(End),
)
sounds = st.tuples(st.integers(1, 2), st.integers(0, 100)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(-4, 4, width=32))
)
chunks = st.builds(Chunk, sounds, st.booleans())
sentences = st.one_of(
    st.builds(Text, st.sampled_from(["engine-closed", "engine-not-running", "engine-not-finite"])),
    st.builds(lambda seconds: Text("engine-does-not-fit", seconds=seconds), st.floats(-1e15, 1e15)),
    st.builds(lambda name: Text("melody-unfollowed", checkpoint=name), texts),
    st.builds(lambda name: Text("error-for-operators", sentence=name), texts),
)
errors = st.builds(
    lambda kind, text: kind(text),
    st.sampled_from([EngineError, CheckpointError, RecordingError, EngineBusy, EngineLost]),
    sentences,
)
infos = st.builds(
    EngineInfo,
    *(texts, texts, texts, texts, st.integers(1, 384_000), st.integers(1, 2), positive),
    realtime_streams=st.integers(1, 256),
    loudness=st.floats(-70, 0),
    melodies=st.booleans(),
    endless=st.booleans(),
)
from_worker = st.one_of(
    st.builds(
        Ready,
        infos,
        st.none() | st.builds(Calibration, positive, st.integers(1, 256), positive),
        st.builds(Vocabulary, texts, st.integers(0, 1000)),
    ),
    st.builds(Failed, errors),
    st.builds(Heartbeat),
    st.builds(Begun, keys),
    st.builds(PromptChanged, keys, st.none() | prompt_changes),
    st.builds(Delivery, keys, chunks, st.none() | positive),
    st.builds(Delivery, keys, errors, st.none() | positive),
    st.builds(LogLine, texts, st.integers(0, 50), texts),
)


def plain(value: object) -> object:
    """Return a message as something that `==` compares whole, sound by its bits and errors by their words."""
    if isinstance(value, EngineError):
        return type(value), value.text
    if isinstance(value, Chunk):
        return value.pcm.shape, value.pcm.dtype, value.pcm.tobytes(), value.last
    if hasattr(value, "__dataclass_fields__"):
        return type(value), [plain(getattr(value, field.name)) for field in fields(value)]  # type: ignore[arg-type]
    return value


def framed(header: object, payload: bytes = b"") -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(head).to_bytes(4, "little") + head + payload


def header_of(message: object) -> dict[str, Any]:
    frame = encode(message)
    header: dict[str, Any] = json.loads(frame[4 : 4 + int.from_bytes(frame[:4], "little")])
    return header


@given(to_worker)
def test_what_is_sent_to_a_worker_arrives_as_it_was(message: object) -> None:
    assert decode(encode(message), TO_WORKER) == message


@given(from_worker)
def test_what_a_worker_sends_arrives_as_it_was(message: object) -> None:
    assert plain(decode(encode(message), FROM_WORKER)) == plain(message)


@pytest.mark.parametrize("kinds", [TO_WORKER, FROM_WORKER])
@given(data=st.data())
@settings(max_examples=300)
def test_changed_bytes_are_a_message_or_refused(kinds: Kinds, data: st.DataObject) -> None:
    frame = bytearray(encode(data.draw(to_worker if kinds is TO_WORKER else from_worker)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(frame) - 1))
        cut = data.draw(st.integers(0, 4))
        frame[place : place + cut] = data.draw(
            st.binary(max_size=4) | st.sampled_from([b"[" * 99, b"9" * 9999])
        )
        if not frame:
            break
    try:
        message = decode(bytes(frame), kinds)
    except WireError:
        return
    assert type(message) in kinds.by_name.values()


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(junk: bytes) -> None:
    for kinds in (TO_WORKER, FROM_WORKER):
        with pytest.raises(WireError):
            decode(framed(junk), kinds)


def test_a_message_of_the_other_direction_and_a_pickle_are_refused() -> None:
    for frame in (encode(Cancel(1)), pickle.dumps(Heartbeat()), b"", b"\0\0\0\0", b"\xff\xff\xff\xff{}"):
        with pytest.raises(WireError):
            decode(frame, FROM_WORKER)


@pytest.mark.parametrize("change", ["without", "with more"])
@pytest.mark.parametrize("kind", [*FROM_WORKER.by_name.values()])
def test_a_message_has_exactly_its_fields(kind: type, change: str) -> None:
    examples = {
        Ready: Ready(EngineInfo("a", "b", "c", "d", 32_000, 1, 1.0)),
        Failed: Failed(EngineError("No.")),
        Heartbeat: Heartbeat(),
        Begun: Begun(1),
        PromptChanged: PromptChanged(1, None),
        Delivery: Delivery(1, EngineError("No.")),
        LogLine: LogLine("audio", 20, "Hello."),
    }
    header = header_of(examples[kind])
    decode(framed(header), FROM_WORKER)
    if change == "without":
        header.popitem()
    else:
        header["more"] = 1
    with pytest.raises(WireError):
        decode(framed(header), FROM_WORKER)


CHUNK = {"channels": 1, "samples": 2, "last": False}
ERROR = {"error": "EngineError", "text": "engine-closed", "values": {}}
INFO = header_of(Ready(EngineInfo("a", "b", "c", "d", 32_000, 1, 1.0)))["info"]


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        ({"kind": "begun", "key": True}, b""),
        ({"kind": "begun", "key": 1.0}, b""),
        ({"kind": "begun", "key": "1"}, b""),
        ({"kind": "begun", "key": 2**53}, b""),
        ({"kind": "begun", "key": 1}, b"more"),
        ({"kind": ["begun"], "key": 1}, b""),
        ([], b""),
        (b"[" * 200_000, b""),
        (b'{"kind":"begun","key":1' + b" " * 2**18 + b"}", b""),
        (b'{"kind":"delivery","key":1,"result":{},"speed":NaN}', b""),
        (b'{"kind":"delivery","key":1,"result":{},"speed":1e999}', b""),
        ({"kind": "delivery", "key": 1, "result": CHUNK, "speed": -1}, bytes(8)),
        ({"kind": "delivery", "key": 1, "result": CHUNK, "speed": "infinity"}, bytes(8)),
        ({"kind": "delivery", "key": 1, "result": CHUNK, "speed": 1}, bytes(7)),
        ({"kind": "delivery", "key": 1, "result": CHUNK, "speed": 1}, bytes(12)),
        ({"kind": "delivery", "key": 1, "result": CHUNK | {"channels": 3}, "speed": 1}, bytes(24)),
        (
            {"kind": "delivery", "key": 1, "result": CHUNK | {"channels": -1, "samples": -2}, "speed": 1},
            bytes(8),
        ),
        ({"kind": "delivery", "key": 1, "result": CHUNK | {"samples": 2**50}, "speed": 1}, bytes(8)),
        (
            {"kind": "delivery", "key": 1, "result": CHUNK, "speed": 1},
            np.array([0, np.nan], np.float32).tobytes(),
        ),
        (
            {"kind": "delivery", "key": 1, "result": CHUNK, "speed": 1},
            np.array([0, np.inf], np.float32).tobytes(),
        ),
        (
            {"kind": "delivery", "key": 1, "result": CHUNK, "speed": 1},
            np.array([0, 1e30], np.float32).tobytes(),
        ),
        ({"kind": "delivery", "key": 1, "result": 5, "speed": 1}, b""),
        ({"kind": "failed", "error": ERROR | {"error": "SystemExit"}}, b""),
        ({"kind": "failed", "error": ERROR | {"text": "no-such-sentence"}}, b""),
        ({"kind": "failed", "error": ERROR | {"text": "engine-does-not-fit"}}, b""),  # no seconds
        ({"kind": "failed", "error": ERROR | {"values": {"a": [["b"]]}}}, b""),
        ({"kind": "failed", "error": ERROR | {"values": {"a": "x" * 1001}}}, b""),
        ({"kind": "log-line", "logger": "a", "level": 1000, "text": "b"}, b""),
        ({"kind": "log-line", "logger": "a", "level": 20, "text": "\ud800"}, b""),
        ({"kind": "log-line", "logger": "a", "level": 20, "text": "b" * 32_769}, b""),
        ({"kind": "prompt-changed", "key": 1, "change": {"prompt": "a", "step": -1, "blend": 0}}, b""),
        (
            {"kind": "ready", "info": INFO, "calibration": None, "vocabulary": {"max_tokens": 1}},
            b"\xff",
        ),
        *(
            (
                {"kind": "ready", "info": INFO | wrong, "calibration": None, "vocabulary": {"max_tokens": 1}},
                b"",
            )
            for wrong in ({"sample_rate": 0}, {"channels": 0}, {"speed": 0}, {"realtime_streams": 0})
        ),
    ],
    ids=lambda value: repr(value)[:70],
)
def test_values_of_other_types_and_beyond_their_ranges_are_refused(header: object, payload: bytes) -> None:
    with pytest.raises(WireError):
        decode(framed(header, payload), FROM_WORKER)


def test_sound_arrives_bit_for_bit_aligned_and_can_be_written_to() -> None:
    sound = np.random.default_rng(1).standard_normal((2, 777)).astype(np.float32)
    for pcm in (sound, sound[:, ::2], sound[::-1], sound.astype(">f4")):
        frame = encode(Delivery(1, Chunk(pcm, last=True)))
        arrived = decode(frame, FROM_WORKER).result.pcm
        assert np.array_equal(arrived, pcm)
        assert arrived.dtype == np.float32
        assert arrived.flags.writeable
        assert (4 + int.from_bytes(frame[:4], "little")) % 8 == 0


def test_an_error_of_a_class_of_its_own_arrives_as_the_nearest_known() -> None:
    class Odd(CheckpointError):
        pass

    failed = decode(encode(Failed(Odd("It is odd."))), FROM_WORKER)
    assert (type(failed.error), str(failed.error)) == (CheckpointError, "It is odd.")


def test_a_sentence_with_the_name_of_a_strange_file_arrives_readable_and_no_longer_than_a_message() -> None:
    failed = decode(encode(Failed(CheckpointError("No \udcff" + "x" * 5000))), FROM_WORKER)
    assert str(failed.error).startswith("No \\udcffx")
    assert len(str(failed.error)) == wire.MAX_WORD_CHARS


def test_an_endless_piece_with_all_its_prompt_changes_fits() -> None:
    changes = tuple(PromptChange("🎵" * 300, step, 500) for step in range(1000))
    message = Compose(1, Piece("a", math.inf, 1, prompt_changes=changes))
    assert decode(encode(message), TO_WORKER) == message
