"""Going on from what ships: the state that training would have left, made from a model in a folder.

What was rounded to half precision stays rounded, and the optimisers begin anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from training.model import codec, train_codec, train_language
from training.model.export import loaded, sharper
from training.model.language import Writer
from training.model.timebox import Timebox
from training.songs.codes import SOUNDING
from training.text.tokenizer import TOKENIZER


def take_up(folder: Path, work: Path) -> None:
    """Put into `work` what the model in `folder` gives to go on from.

    Raises FileExistsError where something is trained already, which would be lost.
    """
    for name in (TOKENIZER, train_language.STATE, train_codec.STATE):
        if (work / name).exists():
            raise FileExistsError(f"{work / name} exists: go on from that, or take it away")
    whole, tokenizer = loaded(folder)
    work.mkdir(parents=True, exist_ok=True)
    Timebox(1, work / train_language.STATE).save(train_language.further(_writer(whole, len(tokenizer))))
    Timebox(1, work / train_codec.STATE).save(train_codec.further(*_reader(whole)))
    tokenizer.backend_tokenizer.save(str(work / TOKENIZER))


def _writer(whole: Any, pieces: int) -> Writer:
    writer = Writer(pieces)
    writer.take_up(whole.text_encoder, whole.decoder, sharper)
    return writer


@torch.no_grad()
def _reader(whole: Any) -> tuple[train_codec.Reader, torch.Tensor, torch.Tensor]:
    """The encoder with the names of the codes, and the basis it was taught on."""
    reader = train_codec.Reader()
    reader.layers.load_state_dict(whole.audio_encoder.encoder.layers[-3:].state_dict())
    names = codec.names(whole.audio_encoder)
    for place, book in enumerate(SOUNDING):
        reader.names[place].copy_(names[book])
    return reader, codec.waves(whole.audio_encoder), codec.ears(whole.audio_encoder, train_codec.EARS)
