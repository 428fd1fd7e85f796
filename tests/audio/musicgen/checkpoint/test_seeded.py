from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoProcessor, MusicgenForConditionalGeneration

from audio.musicgen.checkpoint import seeded
from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.checkpoint.seeded import ensure_seeded, seeded_model, seeded_tokenizer


def test_the_library_loads_it_like_any_other(seeded_folder: Path) -> None:
    model: Any = MusicgenForConditionalGeneration.from_pretrained(seeded_folder)
    processor: Any = AutoProcessor
    inputs = processor.from_pretrained(seeded_folder)(text=["rain"], return_tensors="pt")
    assert inputs.input_ids.shape == (1, 5)
    assert model.config.decoder.num_codebooks == 4


def test_its_sound_is_audible_does_not_clip_and_depends_on_the_codes(checkpoint: Checkpoint) -> None:
    random = np.random.default_rng(1)
    sounds = []
    for codes in (random.integers(0, 2048, (4, 200)), random.integers(0, 2048, (4, 200))):
        stream = checkpoint.codec.stream()
        sounds.append(np.concatenate([stream.push(codes), stream.finish()], axis=1)[0])
    for sound in sounds:
        assert 20 * np.log10(sound.std()) == pytest.approx(-20, abs=1.5)
        assert np.abs(sound).max() < 1
        assert abs(sound.mean()) < 0.02
    assert abs(np.corrcoef(sounds)[0, 1]) < 0.2


def test_the_same_seed_makes_the_same_weights_and_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(9)
    before = torch.get_rng_state()
    shape: dict[str, Any] = {"hidden": 64, "layers": 1, "heads": 1}
    models: list[Any] = [seeded_model(**shape), seeded_model(**shape), seeded_model(**shape, seed=2)]
    assert torch.equal(torch.get_rng_state(), before)
    weights = [model.decoder.lm_heads[0].weight for model in models]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_its_tokenizer_round_trips_any_text() -> None:
    tokenizer = seeded_tokenizer()
    text = "Größe, 音楽 🎷"
    tokens = tokenizer(text)["input_ids"]
    assert len(tokens) == len(text.encode()) + 1
    assert tokenizer.decode(tokens, skip_special_tokens=True) == text


def test_an_existing_checkpoint_is_not_made_again(
    seeded_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeded, "_save", lambda folder: pytest.fail("it was made again"))
    assert ensure_seeded(seeded_folder) == seeded_folder


def test_a_save_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(folder: Path) -> None:
        (folder / "config.json").write_text("half")
        raise OSError("no space left on device")

    monkeypatch.setattr(seeded, "_save", save)
    with pytest.raises(OSError, match="no space left"):
        ensure_seeded(tmp_path / "models" / "seeded")
    assert list((tmp_path / "models").iterdir()) == []
