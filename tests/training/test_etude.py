"""Shipped model: it loads offline in plain transformers, decodes, encodes and generates."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoProcessor, MusicgenForConditionalGeneration

from audio.musicgen.checkpoint.load import load_checkpoint
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece, PromptChange
from audio.units import STEP_RATE
from tests.audio.composed import played
from training.evaluation.evaluate import si_sdr
from training.model import codec
from training.model.sampling import BatchSampler
from training.songs.codes import BOOKS, SOUNDING
from training.songs.composer import compose
from training.songs.score import score
from training.synth.rendering import render

ETUDE = Path(__file__).parents[2] / "models" / "etude"
MIB = 2**20


@pytest.fixture(scope="module")
def offline() -> Iterator[None]:
    """No connection leaves this machine while the model loads."""

    def refuse(*_: object) -> None:
        raise AssertionError("something was fetched")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        yield


@pytest.fixture(scope="module")
def etude(offline: None) -> Any:
    whole: Any = MusicgenForConditionalGeneration.from_pretrained(ETUDE, dtype=torch.float32)
    return whole.eval()


@pytest.fixture(scope="module")
def processor(offline: None) -> Any:
    return AutoProcessor.from_pretrained(ETUDE)  # type: ignore[no-untyped-call]


def test_the_weights_are_small_and_safe() -> None:
    sizes = {file.name: file.stat().st_size for file in ETUDE.iterdir()}
    assert sum(sizes.values()) <= 30 * MIB
    assert max(sizes.values()) <= 15 * MIB
    assert not [name for name in sizes if name.endswith((".bin", ".pt", ".pkl"))]


def test_the_model_card_states_the_licence() -> None:
    assert "license: mit" in (ETUDE / "README.md").read_text(encoding="utf-8")


def test_plain_transformers_generates_sound(etude: Any, processor: Any) -> None:
    torch.manual_seed(0)
    inputs = processor(text=["techno, 128 bpm, with drums"], return_tensors="pt")
    sound = etude.generate(**inputs, do_sample=True, max_new_tokens=50 + len(BOOKS) - 1)
    assert sound.shape == (1, 1, 50 * 640)
    assert 0.01 < float(sound.abs().max()) < 2


@torch.inference_mode()
def test_the_codec_reproduces_held_out_scores(etude: Any) -> None:
    codes = score(compose(4321, 6))[:, :250]
    played = etude.audio_encoder.decode(torch.as_tensor(codes)[None, None], [None]).audio_values[0, 0].numpy()
    assert si_sdr(played, render(codes)) > 20


@torch.inference_mode()
def test_rendering_with_the_grains_of_the_codec_equals_its_output(etude: Any) -> None:
    codes = score(compose(4325, 6))[:, :250]
    played = etude.audio_encoder.decode(torch.as_tensor(codes)[None, None], [None]).audio_values[0, 0].numpy()
    table = {book: grains.numpy() for book, grains in codec.codec_grains(etude.audio_encoder).items()}
    assert np.abs(render(codes, table.__getitem__) - played).max() < 1e-4
    assert np.abs(render(codes) - played).max() > 1e-2, "the error of the basis is measurable"


@torch.inference_mode()
def test_a_rest_is_sixty_decibels_down(etude: Any) -> None:
    rest = torch.zeros(1, 1, len(BOOKS), 60, dtype=torch.long)
    assert float(etude.audio_encoder.decode(rest, [None]).audio_values.abs().max()) < 1e-3


@torch.inference_mode()
def test_most_codes_are_recovered_from_sound(etude: Any) -> None:
    shares = []
    for seed in (4322, 4323, 4324):
        codes = score(compose(seed, 8))[:, :300]
        sound = etude.audio_encoder.decode(torch.as_tensor(codes)[None, None], [None]).audio_values
        decoded = etude.audio_encoder.encode(sound).audio_codes[0, 0].numpy()
        shares += [np.mean(decoded[book] == codes[book]) for book in SOUNDING]
    assert np.mean(shares) > 0.94


def test_batch_sampling_matches_transformers(etude: Any, processor: Any) -> None:
    """The batch in lockstep has the same most likely codes as the library's own loop."""
    inputs = processor(text=["waltz in D minor, 120 bpm"], return_tensors="pt")
    generated = etude.generate(
        **inputs, do_sample=False, guidance_scale=3.0, max_new_tokens=30 + len(BOOKS) - 1
    )
    sampled = BatchSampler(etude, processor.tokenizer).sample(
        ["waltz in D minor, 120 bpm"], 30, 1, guidance=3.0, temperature=1e-4
    )
    with torch.inference_mode():
        sound = etude.audio_encoder.decode(torch.as_tensor(sampled)[None], [None]).audio_values
    assert torch.allclose(sound, generated, atol=1e-3)


def test_batch_sampling_changes_prompts_as_the_engine_does(etude: Any, processor: Any) -> None:
    prompts = "techno, 180 bpm", "ambient, no drums, 70 bpm"
    unchanged, changed = (
        BatchSampler(etude, processor.tokenizer).sample(
            prompts[:1], 120, 1, temperature=1e-4, prompt_change=(frame, prompts[1:])
        )
        for frame in (120, 40)
    )
    assert (unchanged[:, :, :40] == changed[:, :, :40]).all()
    assert (unchanged != changed).any()
    core = EngineCore(load_checkpoint(str(ETUDE)))
    change = PromptChange(prompts[1], 40)
    pcm = played(core, Piece(prompts[0], 120 / STEP_RATE, 1, top_k=1, prompt_changes=(change,)))
    with torch.inference_mode():
        sound = etude.audio_encoder.decode(torch.as_tensor(changed)[None], [None]).audio_values
    assert np.allclose(pcm, sound[0].numpy(), atol=1e-3)
