"""Melody checkpoints against the library: its forward pass and its `generate()`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import MusicgenMelodyForConditionalGeneration

from audio.engine import Chunk
from audio.errors import EngineError
from audio.musicgen.checkpoint.chroma import chroma_of
from audio.musicgen.checkpoint.load import Checkpoint, encode_prompt, load_checkpoint
from audio.musicgen.checkpoint.seeded import seeded_melody_model, seeded_tokenizer
from audio.musicgen.cpu.torch_decoder import TorchDecoder
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece, PromptChange, Recording
from tests.audio.composed import played
from tests.audio.files.sound_files import hum, recorded

PIECE = Piece("a brass band", seconds=0.4, seed=3, interval=0.5, top_k=1)
C, A = 0, 9
HERTZ = {C: 261.63, A: 440.0}


@pytest.fixture(scope="module", params=[1, 2], ids=["mono", "stereo"])
def folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path_factory.mktemp("models") / "melody"
    seeded_melody_model(hidden=64, layers=2, heads=2, channels=request.param).save_pretrained(folder)
    seeded_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def melodic(folder: Path) -> Checkpoint:
    return load_checkpoint(str(folder))


@pytest.fixture
def tune(tmp_path: Path) -> Recording:
    pcm = np.concatenate([hum(1.0, 32_000, (HERTZ[A],)), hum(1.0, 32_000, (HERTZ[C],))], axis=1)
    return recorded(tmp_path / "tune.wav", pcm, 32_000)


@pytest.mark.parametrize("octave", [0.5, 1.0, 2.0, 4.0])
def test_a_tone_has_the_same_pitch_class_in_every_octave(octave: float) -> None:
    for tone, hertz in HERTZ.items():
        tones = chroma_of(hum(2.0, 32_000, (hertz * octave,)), 32_000, 12)
        assert len(tones) == 2.0 * 32_000 // 4096 + 1
        assert set(tones[2:-2].tolist()) == {tone}


def test_a_recording_shorter_than_a_spectrum_has_a_pitch_class() -> None:
    assert A in chroma_of(hum(0.1, 32_000, (HERTZ[A],)), 32_000, 12).tolist()


def test_logits_equal_the_librarys_forward_pass(melodic: Checkpoint, tune: Recording) -> None:
    assert melodic.melody is not None
    states, _ = encode_prompt(melodic, PIECE.prompt)
    prefix = melodic.melody.prefix(melodic.melody.chroma_features(tune), states, len(states))
    books, steps = melodic.delay.codebooks, 9
    tokens = torch.randint(0, 2049, (steps, books), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        logits = melodic.decoder(input_ids=tokens.T.repeat(2, 1), encoder_hidden_states=prefix).logits.view(
            2, books, -1, 2048
        )[:, :, -steps:]

    step = TorchDecoder(melodic.decoder, 2, steps, prefix=melodic.prefix_tokens)
    step.admit(1, prefix)
    assert (logits[0] - logits[1]).abs().max() > 0.05, "a prompt without effect would prove nothing"
    for at in range(steps):
        for guidance in (0, 1):
            stepped = step(tokens[at][None], [1], [at], [float(guidance)])[0]
            torch.testing.assert_close(stepped, logits[1 - guidance, :, at], atol=1e-5, rtol=0)


@pytest.mark.parametrize("with_melody", [True, False], ids=["melody", "none"])
def test_greedy_tokens_and_sound_equal_generate(
    melodic: Checkpoint, folder: Path, tune: Recording, with_melody: bool
) -> None:
    piece = dataclasses.replace(PIECE, melody=tune if with_melody else None)
    pcm = played(EngineCore(melodic, longest=1.0), piece)
    model: Any = MusicgenMelodyForConditionalGeneration.from_pretrained(folder)
    inputs = dict(seeded_tokenizer()([PIECE.prompt], return_tensors="pt"))
    if with_melody:
        parts = [hum(1.0, 32_000, (HERTZ[tone],)) for tone in (A, C)]
        tones = chroma_of(np.concatenate(parts, axis=1), 32_000, 12)
        inputs["input_features"] = torch.nn.functional.one_hot(tones, 12).float()[None]
    with torch.inference_mode():
        whole = model.generate(**inputs, do_sample=False, guidance_scale=3.0, max_new_tokens=PIECE.steps + 3)
    assert pcm.std() > 0.03
    np.testing.assert_allclose(pcm, whole[0].numpy(), atol=1e-5, rtol=0)


def test_the_melody_changes_the_piece_and_other_slots_do_not(melodic: Checkpoint, tune: Recording) -> None:
    core = EngineCore(melodic, slots=2, longest=1.0)
    hummed = dataclasses.replace(PIECE, melody=tune, top_k=250)
    alone = played(core, hummed)
    assert not np.allclose(alone, played(core, dataclasses.replace(hummed, melody=None)), atol=0.01)
    core.admit(2, dataclasses.replace(PIECE, prompt="beside it", seed=8))
    core.step()
    core.admit(1, hummed)
    outputs = [output for _ in range(60) for output in core.step() if output.key == 1]
    parts = [output.result.pcm for output in outputs if isinstance(output.result, Chunk)]
    assert np.array_equal(np.concatenate(parts, axis=1), alone)


@pytest.mark.parametrize("prompt", ["drums", "a much longer prompt than the first one was"])
def test_a_piece_with_a_melody_can_be_steered(melodic: Checkpoint, prompt: str) -> None:
    core = EngineCore(melodic, longest=1.0)
    straight = played(core, PIECE)
    steered = played(core, dataclasses.replace(PIECE, prompt_changes=(PromptChange(prompt, 10),)))
    assert np.array_equal(steered[:, : 2 * 640], straight[:, : 2 * 640])
    assert not np.allclose(steered[:, 14 * 640 :], straight[:, 14 * 640 :], atol=0.01)


def test_a_checkpoint_without_melodies_refuses_one(checkpoint: Checkpoint, tune: Recording) -> None:
    core = EngineCore(checkpoint, longest=1.0)
    core.admit(1, dataclasses.replace(PIECE, melody=tune))
    (refused,) = core.step()
    assert isinstance(refused.result, EngineError)
    assert "“seeded” can't follow a melody" in str(refused.result)
    assert core.idle
