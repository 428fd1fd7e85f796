"""Export of codec and language model as a MusicGen checkpoint of transformers, in half precision."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor
from transformers import (
    EncodecFeatureExtractor,
    EncodecModel,
    GenerationConfig,
    MusicgenConfig,
    MusicgenForConditionalGeneration,
    MusicgenProcessor,
    PreTrainedTokenizerFast,
)

from training.model.batches import PAD, WINDOW_FRAMES
from training.model.embeddings import used_codes
from training.model.language import LanguageModel
from training.model.sampling import GUIDANCE, TOP_K
from training.songs.codes import OUTLINE, VOCABULARY
from training.songs.outline import FIELD_STARTS, FIRST_OPEN_FIELD, TEMPO_FIELD
from training.synth.oscillators import SAMPLE_RATE

MAX_SHARD_SIZE: Final = "12MB"
"""Largest weight file."""
LOGIT_SCALE: Final = 1.6
"""Factor of the logits, so that the usual temperature of 1 samples as 1 / 1.6 would.

One wrong code among the 50 frames of a second ends a note or shifts a beat; unscaled, that happens every
second.
"""
TEMPO_LOGIT_SCALE: Final = 1.2
"""Factor of the outline's tempo logits.

A word for a tempo spreads its probability over some forty values, and with 1.6 the tempo so far outweighed
them all: of changes from "slow" to "fast", two in nine were followed.
"""
OPEN_FIELD_LOGIT_SCALE: Final = 1.2
"""Factor of the outline's logits from `FIRST_OPEN_FIELD` on.

At 1.6 a third of the pieces have a lead; at 1 half of them, as in composed songs.
"""

# untyped, as transformers does not annotate these constructors
_GENERATION_CONFIG: Any = GenerationConfig
_PROCESSOR: Any = MusicgenProcessor


def logit_scale(book: int) -> Tensor:
    """Return the factor of each logit of a book, shaped (VOCABULARY, 1)."""
    scale = torch.full((VOCABULARY, 1), LOGIT_SCALE)
    if book == OUTLINE:
        scale[FIELD_STARTS[TEMPO_FIELD] : FIELD_STARTS[TEMPO_FIELD + 1]] = TEMPO_LOGIT_SCALE
        scale[FIELD_STARTS[FIRST_OPEN_FIELD] :] = OPEN_FIELD_LOGIT_SCALE
    return scale


def assemble_model(language_model: LanguageModel, codec: EncodecModel) -> MusicgenForConditionalGeneration:
    """Assemble the MusicGen model in float32, with scaled logits."""
    decoder: Any = language_model.to_musicgen()
    with torch.no_grad():
        for book, head in enumerate(decoder.lm_heads):
            head.weight *= logit_scale(book)
            # training does not push the logits of unused codes low enough
            codes = used_codes(book)
            head.weight[codes:] = head.weight[1:codes].mean(dim=0)
    config = MusicgenConfig(
        text_encoder=language_model.text.config.to_dict(),
        audio_encoder=codec.config.to_dict(),
        decoder=decoder.config.to_dict(),
    )
    model: Any = MusicgenForConditionalGeneration(
        config=config, text_encoder=language_model.text, audio_encoder=codec, decoder=decoder
    )
    model.generation_config = _GENERATION_CONFIG(
        do_sample=True,
        guidance_scale=GUIDANCE,
        top_k=TOP_K,
        max_length=WINDOW_FRAMES,
        bos_token_id=PAD,
        pad_token_id=PAD,
        decoder_start_token_id=PAD,
    )
    model.eval()
    return model  # type: ignore[no-any-return]


def export_model(model: Any, tokenizer: PreTrainedTokenizerFast, folder: Path) -> int:
    """Write model and processor to `folder`, replacing files there, and return its size [bytes]."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.safetensors*"):
        old.unlink()
    fresh = folder / "fresh"
    model.half().save_pretrained(fresh, max_shard_size=MAX_SHARD_SIZE)
    model.float()
    extractor = EncodecFeatureExtractor(feature_size=1, sampling_rate=SAMPLE_RATE, padding_side="left")
    _PROCESSOR(extractor, tokenizer).save_pretrained(fresh)
    for file in fresh.iterdir():
        file.replace(folder / file.name)
    shutil.rmtree(fresh)
    return sum(file.stat().st_size for file in folder.iterdir())


def load_model(folder: Path) -> tuple[MusicgenForConditionalGeneration, PreTrainedTokenizerFast]:
    """Load the model of a folder in float32 and its tokenizer, without network."""
    model: Any = MusicgenForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True
    )
    processor = MusicgenProcessor.from_pretrained(folder, local_files_only=True)
    model.eval()
    return model, processor.tokenizer
