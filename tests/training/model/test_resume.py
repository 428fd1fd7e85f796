"""Resuming from the shipped model: it survives the round trip, and no training is overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from training.model import train_codec, train_language
from training.model.embeddings import used_codes
from training.model.export import assemble_model, load_model
from training.model.resume import import_model
from training.songs.codes import BOOKS
from training.text.tokenizer import load_or_train_tokenizer

ETUDE = Path(__file__).parents[3] / "models" / "etude"


def test_an_imported_model_is_exported_unchanged(tmp_path: Path) -> None:
    import_model(ETUDE, tmp_path)
    exported: Any = assemble_model(
        train_language.load_averaged(tmp_path, 1), train_codec.load_codec(tmp_path)
    )
    before, tokenizer = load_model(ETUDE)
    assert load_or_train_tokenizer(tmp_path, 1).get_vocab() == tokenizer.get_vocab()
    for (name, expected), actual in zip(
        before.state_dict().items(), exported.state_dict().values(), strict=True
    ):
        rows = slice(None)
        if "lm_heads" in name:
            # every export recomputes the logits of unused codes
            rows = slice(used_codes(int(name.split(".")[-2])))
        assert torch.allclose(expected[rows], actual[rows], atol=2e-3), name
    assert len(exported.decoder.lm_heads) == len(BOOKS)


def test_existing_training_is_not_overwritten(tmp_path: Path) -> None:
    state_file = tmp_path / train_language.STATE_FILE
    state_file.write_bytes(b"hours of work")
    with pytest.raises(FileExistsError, match=train_language.STATE_FILE):
        import_model(ETUDE, tmp_path)
    assert state_file.read_bytes() == b"hours of work"
