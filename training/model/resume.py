"""Resuming from an exported model: reconstructs the saved training state.

Weights stay rounded to half precision, and the optimisers start fresh.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from training.model import codec, train_codec, train_language
from training.model.export import load_model, logit_scale
from training.model.language import LanguageModel
from training.model.timebox import Timebox
from training.songs.codes import SOUNDING
from training.text.tokenizer import TOKENIZER_FILE


def import_model(folder: Path, work_folder: Path) -> None:
    """Write the training state of the model in `folder` to `work_folder`.

    Raises FileExistsError if `work_folder` contains trained state, which would be lost.
    """
    for name in (TOKENIZER_FILE, train_language.STATE_FILE, train_codec.STATE_FILE):
        if (work_folder / name).exists():
            raise FileExistsError(f"{work_folder / name} exists: resume from it, or remove it")
    model, tokenizer = load_model(folder)
    work_folder.mkdir(parents=True, exist_ok=True)
    Timebox(1, work_folder / train_language.STATE_FILE).save(
        train_language.resumable_state(_language_model(model, len(tokenizer)))
    )
    Timebox(1, work_folder / train_codec.STATE_FILE).save(train_codec.resumable_state(*_codec_encoder(model)))
    tokenizer.backend_tokenizer.save(str(work_folder / TOKENIZER_FILE))


def _language_model(model: Any, vocabulary_size: int) -> LanguageModel:
    language_model = LanguageModel(vocabulary_size)
    language_model.load_exported(model.text_encoder, model.decoder, logit_scale)
    return language_model


@torch.no_grad()
def _codec_encoder(model: Any) -> tuple[train_codec.CodecEncoder, torch.Tensor, torch.Tensor]:
    """Return the encoder with the names of the codes, the waves and the analysis filters."""
    encoder = train_codec.CodecEncoder()
    encoder.layers.load_state_dict(model.audio_encoder.encoder.layers[-3:].state_dict())
    names = codec.code_names(model.audio_encoder)
    for index, book in enumerate(SOUNDING):
        encoder.names[index].copy_(names[book])
    return (
        encoder,
        codec.basis_waves(model.audio_encoder),
        codec.analysis_filters(model.audio_encoder, train_codec.ANALYSIS_FILTERS),
    )
