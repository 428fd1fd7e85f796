"""A stereo checkpoint, from its folder to left and right, against `generate()`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import MusicgenForConditionalGeneration

from audio.musicgen.checkpoint.load import load_checkpoint
from audio.musicgen.checkpoint.seeded import seeded_model, seeded_tokenizer
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece
from tests.audio.composed import composed

PIECE = Piece("brushed drums on the left", seconds=0.8, seed=5, interval=0.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "stereo"
    seeded_model(hidden=96, layers=2, heads=2, channels=2).save_pretrained(folder)
    seeded_tokenizer().save_pretrained(folder)
    return folder


def test_left_and_right_equal_generate(folder: Path) -> None:
    greedy = Piece(PIECE.prompt, PIECE.seconds, seed=1, interval=0.5, top_k=1)
    (pcm,) = composed(EngineCore(load_checkpoint(str(folder)), longest=1.0), greedy)

    model: Any = MusicgenForConditionalGeneration.from_pretrained(folder)
    inputs = seeded_tokenizer()([greedy.prompt], return_tensors="pt")
    with torch.inference_mode():
        steps = greedy.steps + 3
        made = model.generate(**inputs, do_sample=False, guidance_scale=3.0, max_new_tokens=steps)
    assert pcm.shape == (2, 0.8 * 32_000)
    assert np.abs(pcm[0] - pcm[1]).std() > 0.05, "equal sides prove nothing"
    np.testing.assert_allclose(pcm, made[0].numpy(), atol=1e-5, rtol=0)


def test_other_slots_change_no_sample_on_either_side(folder: Path) -> None:
    core = EngineCore(load_checkpoint(str(folder)), slots=4, longest=1.0)
    (alone,) = composed(core, PIECE)
    others = [Piece("a neighbour", 0.6, seed) for seed in range(3)]
    assert np.array_equal(composed(core, *others, PIECE)[-1], alone)
