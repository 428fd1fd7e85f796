"""Pieces longer than a window, with windows of one second."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import MusicgenForConditionalGeneration

from audio.engine import Chunk
from audio.musicgen.checkpoint.load import Checkpoint, encode_prompt
from audio.musicgen.codec.codec import CodecStream
from audio.musicgen.cuda.graph_batch import MAX_STEPS
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.model.delay import Codes
from audio.musicgen.schedule.window import Window
from audio.piece import Piece
from audio.units import Pcm

WINDOW = Window(frames=50, stride=30)
PIECE = Piece("a long night", seconds=2.5, seed=3, interval=0.5)


def composed(
    checkpoint: Checkpoint,
    piece: Piece,
    window: Window = WINDOW,
    beside_another: bool = False,
    on_device: bool = False,
) -> Pcm:
    core = EngineCore(checkpoint, slots=2, longest=20.0, window=window, on_device=on_device)
    core.admit(1, piece)
    if beside_another:
        core.admit(2, dataclasses.replace(piece, seed=99, seconds=3.1))
    parts = []
    while not core.idle:
        for output in core.step():
            assert isinstance(output.result, Chunk), output.result
            if output.key == 1:
                parts.append(output.result.pcm)
    return np.concatenate(parts, axis=1)


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[Codes]:
    """The codes that go to the codec."""
    codes: list[Codes] = []
    take_blocks = CodecStream.take_blocks

    def spied(stream: CodecStream, new: Codes, last: bool) -> list[tuple[Codes, bool]]:
        codes.append(new)
        return take_blocks(stream, new, last)

    monkeypatch.setattr(CodecStream, "take_blocks", spied)
    return codes


def test_a_window_is_30_seconds_and_overlaps_by_12() -> None:
    assert (Window().frames, Window().overlap) == (1500, 600)


def test_a_window_does_not_change_a_piece_that_fits(checkpoint: Checkpoint) -> None:
    short = dataclasses.replace(PIECE, seconds=1.0)
    assert np.array_equal(composed(checkpoint, short), composed(checkpoint, short, Window()))
    until = composed(checkpoint, PIECE)[:, : 40 * 640]
    assert np.array_equal(until, composed(checkpoint, PIECE, Window())[:, : 40 * 640])


def test_the_sound_equals_all_codes_decoded_at_once(
    checkpoint: Checkpoint, seeded_folder: Path, pushed: list[Codes]
) -> None:
    pcm = composed(checkpoint, PIECE)
    codes = np.concatenate(pushed, axis=1)
    assert codes.shape == (4, 125)
    model: Any = MusicgenForConditionalGeneration.from_pretrained(seeded_folder)
    with torch.inference_mode():
        whole = model.audio_encoder.decode(torch.from_numpy(codes)[None, None], [None]).audio_values
    np.testing.assert_allclose(pcm, whole[0].numpy(), atol=1e-5, rtol=0)


def test_each_window_continues_its_overlap_as_the_library_would(
    checkpoint: Checkpoint, seeded_folder: Path, pushed: list[Codes]
) -> None:
    composed(checkpoint, dataclasses.replace(PIECE, top_k=1))
    codes = np.concatenate(pushed, axis=1)
    model: Any = MusicgenForConditionalGeneration.from_pretrained(seeded_folder)
    states, _ = encode_prompt(checkpoint, PIECE.prompt)
    for begin in (0, 30, 60, 90):
        part = codes[:, begin : begin + WINDOW.frames]
        frames = part.shape[1]
        # the library's input: the codes of this window alone, delayed, after a step of padding
        tokens = np.full((4, frames + 4), 2048)
        for codebook in range(4):
            tokens[codebook, 1 + codebook : 1 + codebook + frames] = part[codebook]
        with torch.inference_mode():
            logits = model.decoder(
                input_ids=torch.from_numpy(tokens[:, :-1]).repeat(2, 1),
                encoder_hidden_states=torch.stack([states, torch.zeros_like(states)]),
                encoder_attention_mask=torch.tensor([[1] * len(states), [0] * len(states)]),
            ).logits.view(2, 4, frames + 3, -1)
        likeliest = (logits[1] + 3.0 * (logits[0] - logits[1])).argmax(-1).numpy()
        for codebook in range(4):
            known = WINDOW.overlap if begin else 0
            made = likeliest[codebook, codebook + known : codebook + frames]
            assert np.array_equal(made, part[codebook, known:]), (begin, codebook)


def test_interval_and_other_slots_change_no_sample_of_a_long_piece(checkpoint: Checkpoint) -> None:
    alone = composed(checkpoint, PIECE)
    assert alone.shape == (1, 2.5 * 32_000)
    assert np.array_equal(composed(checkpoint, PIECE, beside_another=True), alone)
    assert np.array_equal(composed(checkpoint, dataclasses.replace(PIECE, interval=None)), alone)


@pytest.mark.parametrize("on_device", [False, True], ids=["on the host", "on the device"])
@pytest.mark.parametrize("interval", [0.5, 2.5])
def test_a_piece_without_end_begins_like_a_long_one_in_bounded_memory(
    checkpoint: Checkpoint, interval: float, on_device: bool
) -> None:
    piece = dataclasses.replace(PIECE, interval=interval)
    whole = composed(checkpoint, dataclasses.replace(piece, seconds=9.0), on_device=on_device)
    core = EngineCore(checkpoint, slots=2, longest=1.0, window=WINDOW, on_device=on_device)
    core.admit(1, dataclasses.replace(piece, seconds=math.inf))
    pcm, sizes = np.zeros((1, 0), np.float32), set()
    while pcm.shape[1] < 8 * 32_000:
        for output in core.step():
            assert isinstance(output.result, Chunk), output.result
            pcm = np.concatenate([pcm, output.result.pcm], axis=1)
        (slot,) = (slot for slot in core._slots if slot is not None)
        sizes.add(slot._tokens.size + slot._uniforms.size)
    assert np.array_equal(pcm[:, : 8 * 32_000], whole[:, : 8 * 32_000])
    in_flight = MAX_STEPS if on_device else 0
    assert max(sizes) <= 4 * (WINDOW.frames + 3 + round(interval * 50) + in_flight + 512)
    core.cancel(1)
    assert core.idle
