"""Going on from what ships: nothing of it is lost on the way, and no training is overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from training.model import train_codec, train_language
from training.model.embeddings import used
from training.model.export import loaded, model
from training.model.resume import take_up
from training.songs.codes import BOOKS
from training.text.tokenizer import kept_tokenizer

ETUDE = Path(__file__).parents[3] / "models" / "etude"


def test_what_is_taken_up_is_exported_again_as_it_was(tmp_path: Path) -> None:
    take_up(ETUDE, tmp_path)
    again: Any = model(train_language.averaged(tmp_path, 1), train_codec.learned(tmp_path))
    before, tokenizer = loaded(ETUDE)
    assert kept_tokenizer(tmp_path, 1).get_vocab() == tokenizer.get_vocab()
    for (name, meant), found in zip(before.state_dict().items(), again.state_dict().values(), strict=True):
        rows = slice(None)
        if "lm_heads" in name:
            # the logits of codes that mean nothing are made anew by every export
            rows = slice(used(int(name.split(".")[-2])))
        assert torch.allclose(meant[rows], found[rows], atol=2e-3), name
    assert len(again.decoder.lm_heads) == len(BOOKS)


def test_training_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / train_language.STATE
    kept.write_bytes(b"hours of work")
    with pytest.raises(FileExistsError, match=train_language.STATE):
        take_up(ETUDE, tmp_path)
    assert kept.read_bytes() == b"hours of work"
