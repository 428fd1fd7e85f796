"""Pieces that continue a recording."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoProcessor, MusicgenForConditionalGeneration

from audio.engine import Chunk
from audio.errors import EngineError, RecordingError
from audio.musicgen.checkpoint.load import Checkpoint, encode_past, load_checkpoint
from audio.musicgen.checkpoint.seeded import seeded_model, seeded_tokenizer
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.schedule.window import Window
from audio.piece import Piece, Recording
from audio.units import Pcm
from tests.audio.files.sound_files import recorded

PAST_FRAMES = 30
PIECE = Piece("on and on", seconds=0.8, seed=3, interval=0.5, top_k=1)


def noise(frames: int, channels: int = 1) -> Pcm:
    """Noise loud enough that the codec of a random checkpoint encodes it to many different codes."""
    rng = np.random.default_rng(frames)
    return rng.normal(0, 0.3, (channels, frames * 640)).clip(-1, 1).astype(np.float32)


def composed(core: EngineCore, *pieces: Piece) -> list[Pcm | EngineError]:
    for key, piece in enumerate(pieces):
        core.admit(key, piece)
    parts: list[Any] = [[] for _ in pieces]
    while not core.idle:
        for output in core.step():
            if isinstance(output.result, Chunk):
                parts[output.key].append(output.result.pcm)
            else:
                parts[output.key] = output.result
    return [part if isinstance(part, EngineError) else np.concatenate(part, axis=1) for part in parts]


def sound(core: EngineCore, piece: Piece) -> Pcm:
    (pcm,) = composed(core, piece)
    assert isinstance(pcm, np.ndarray), pcm
    return pcm


@pytest.fixture
def past(tmp_path: Path) -> Recording:
    return recorded(tmp_path / "past.wav", noise(PAST_FRAMES), 32_000)


def test_greedy_tokens_and_sound_equal_generate_after_the_same_audio(
    checkpoint: Checkpoint, seeded_folder: Path, past: Recording
) -> None:
    pcm = sound(EngineCore(checkpoint, longest=2.0), dataclasses.replace(PIECE, continues=past))

    model: Any = MusicgenForConditionalGeneration.from_pretrained(seeded_folder)
    processor: Any = AutoProcessor
    inputs = processor.from_pretrained(seeded_folder)(
        audio=noise(PAST_FRAMES)[0], sampling_rate=32_000, text=[PIECE.prompt], return_tensors="pt"
    )
    with torch.inference_mode():
        made = model.generate(**inputs, do_sample=False, guidance_scale=3.0, max_new_tokens=PIECE.steps + 3)
    whole = made[0].numpy()
    assert whole.shape == (1, (PAST_FRAMES + PIECE.steps) * 640)
    assert pcm.shape == (1, PIECE.steps * 640)
    assert pcm.std() > 0.05
    np.testing.assert_allclose(pcm, whole[:, PAST_FRAMES * 640 :], atol=1e-5, rtol=0)


def test_left_and_right_each_continue_their_own_past(tmp_path: Path) -> None:
    seeded_model(hidden=96, layers=2, heads=2, channels=2).save_pretrained(tmp_path / "stereo")
    seeded_tokenizer().save_pretrained(tmp_path / "stereo")
    past = recorded(tmp_path / "past.wav", noise(PAST_FRAMES, channels=2), 32_000)
    piece = dataclasses.replace(PIECE, continues=past)
    pcm = sound(EngineCore(load_checkpoint(str(tmp_path / "stereo")), longest=1.0), piece)

    model: Any = MusicgenForConditionalGeneration.from_pretrained(tmp_path / "stereo")
    inputs = seeded_tokenizer()([PIECE.prompt], return_tensors="pt")
    with torch.inference_mode():
        whole = model.generate(
            **inputs,
            input_values=torch.from_numpy(noise(PAST_FRAMES, channels=2))[None],
            do_sample=False,
            guidance_scale=3.0,
            max_new_tokens=PIECE.steps + 3,
        )[0].numpy()
    assert np.abs(pcm[0] - pcm[1]).std() > 0.05, "equal sides prove nothing"
    np.testing.assert_allclose(pcm, whole[:, PAST_FRAMES * 640 :], atol=1e-5, rtol=0)


def test_only_the_last_seconds_of_a_long_past_matter(checkpoint: Checkpoint, tmp_path: Path) -> None:
    window = Window(frames=70, stride=40)
    sounds = []
    for name, pcm in (("long.wav", noise(60)), ("end.wav", noise(60)[:, -window.overlap * 640 :])):
        past = recorded(tmp_path / name, pcm, 32_000)
        piece = dataclasses.replace(PIECE, top_k=250, continues=past)
        sounds.append(sound(EngineCore(checkpoint, longest=2.0, window=window), piece))
    assert np.array_equal(sounds[0], sounds[1])


def test_a_past_and_its_piece_may_be_longer_than_a_window(checkpoint: Checkpoint, past: Recording) -> None:
    """The codec continues without a seam, and the interval does not matter."""
    piece = dataclasses.replace(PIECE, seconds=1.6, top_k=250, continues=past)
    core = EngineCore(checkpoint, slots=2, longest=2.0, window=Window(frames=50, stride=20))
    expected = sound(core, piece)
    assert expected.shape == (1, 1.6 * 32_000)
    pair = composed(core, dataclasses.replace(piece, interval=None), dataclasses.replace(piece, seed=9))
    assert isinstance(pair[0], np.ndarray)
    assert np.array_equal(pair[0], expected)


def test_the_past_changes_the_piece(checkpoint: Checkpoint, past: Recording) -> None:
    core = EngineCore(checkpoint, longest=2.0)
    assert not np.allclose(
        sound(core, PIECE), sound(core, dataclasses.replace(PIECE, continues=past)), atol=0.05
    )


def test_a_missing_recording_fails_its_piece_and_no_other(checkpoint: Checkpoint, past: Recording) -> None:
    core = EngineCore(checkpoint, slots=2, longest=2.0)
    expected = sound(core, PIECE)
    past.path.unlink()
    failed, spared = composed(core, dataclasses.replace(PIECE, continues=past), PIECE)
    assert isinstance(failed, RecordingError)
    assert isinstance(spared, np.ndarray)
    assert np.array_equal(spared, expected)
    assert isinstance(sound(core, PIECE), np.ndarray), "its slot is freed"


def test_admission_reads_the_end_of_a_recording_and_does_not_hash_all_of_it(
    checkpoint: Checkpoint, past: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = dataclasses.replace(PIECE, continues=past)
    expected = sound(EngineCore(checkpoint, longest=2.0), piece)

    def hashed(*_: object) -> None:
        pytest.fail("a step of the engine hashed a file")

    monkeypatch.setattr(hashlib, "file_digest", hashed)
    assert np.array_equal(sound(EngineCore(checkpoint, longest=2.0), piece), expected)


def test_codes_outside_the_decoders_vocabulary_are_read_as_padding(
    checkpoint: Checkpoint, past: Recording
) -> None:
    codes = encode_past(checkpoint, past, 600)
    assert codes.shape == (4, PAST_FRAMES)
    narrow = dataclasses.replace(checkpoint, pad_token=int(np.median(codes)))
    assert sound(EngineCore(narrow, longest=2.0), dataclasses.replace(PIECE, continues=past)).size
