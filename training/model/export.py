"""Export: the parts put together in transformers' own format, in half precision, into one folder."""

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
"""No file is larger than this. In half precision."""
LOGIT_SCALE: Final = 1.6
"""By how much the logits are raised, so that temperature 1, which everybody uses, sounds as 0.6 would. A slip
in one of the 50 frames of a second ends a note or moves a beat; at 1 as trained they come every second.
"""
TEMPO_LOGIT_SCALE: Final = 1.2
"""The same where the outline says the tempo. The name of one is shared out among forty, and raised like the
rest all of them give way to the tempo that was written before: of "slow" turned to "fast" two in nine did.
"""
OPEN_FIELD_LOGIT_SCALE: Final = 1.2
"""The same where the outline says what prompts mostly leave open. At 1.6 a third of the pieces have a lead,
at 1 half of them, as among the composed.
"""

# transformers leaves what these take untyped
_GENERATION_CONFIG: Any = GenerationConfig
_PROCESSOR: Any = MusicgenProcessor


def logit_scale(book: int) -> Tensor:
    """By how much the rows of a book's head are raised, shaped (VOCABULARY, 1)."""
    scale = torch.full((VOCABULARY, 1), LOGIT_SCALE)
    if book == OUTLINE:
        scale[FIELD_STARTS[TEMPO_FIELD] : FIELD_STARTS[TEMPO_FIELD + 1]] = TEMPO_LOGIT_SCALE
        scale[FIELD_STARTS[FIRST_OPEN_FIELD] :] = OPEN_FIELD_LOGIT_SCALE
    return scale


def assemble_model(language_model: LanguageModel, codec: EncodecModel) -> MusicgenForConditionalGeneration:
    """The whole model in float32."""
    decoder: Any = language_model.to_musicgen()
    with torch.no_grad():
        for book, head in enumerate(decoder.lm_heads):
            head.weight *= logit_scale(book)
            # codes that mean nothing were never taught to be unlikely enough
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
    """Write the model and its processor into `folder`, over what was there; returns its size in bytes."""
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
    """The model of a folder, in float32, and its tokenizer; nothing is fetched."""
    model: Any = MusicgenForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True
    )
    processor = MusicgenProcessor.from_pretrained(folder, local_files_only=True)
    model.eval()
    return model, processor.tokenizer
