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
from training.model.embeddings import used
from training.model.language import Writer
from training.model.sampling import GUIDANCE, TOP_K
from training.songs.codes import OUTLINE, VOCABULARY
from training.songs.outline import STARTS, TASTE, TEMPO
from training.synth.oscillators import SAMPLE_RATE

SHARD: Final = "12MB"
"""No file is larger than this. In half precision."""
SHARPER: Final = 1.6
"""By how much the logits are raised, so that temperature 1, which everybody uses, sounds as 0.6 would. A slip
in one of the 50 frames of a second ends a note or moves a beat; at 1 as trained they come every second.
"""
SHARPER_OF_TEMPO: Final = 1.2
"""The same where the outline says the tempo. The name of one is shared out among forty, and raised like the
rest all of them give way to the tempo that was written before: of "slow" turned to "fast" two in nine did.
"""
SHARPER_OF_TASTE: Final = 1.2
"""The same where the outline says what prompts mostly leave open. At 1.6 a third of the pieces have a lead,
at 1 half of them, as among the composed.
"""

# transformers leaves what these take untyped
_SETTINGS: Any = GenerationConfig
_PROCESSOR: Any = MusicgenProcessor


def sharper(book: int) -> Tensor:
    """By how much the rows of a book's head are raised, shaped (VOCABULARY, 1)."""
    raised = torch.full((VOCABULARY, 1), SHARPER)
    if book == OUTLINE:
        raised[STARTS[TEMPO] : STARTS[TEMPO + 1]] = SHARPER_OF_TEMPO
        raised[STARTS[TASTE] :] = SHARPER_OF_TASTE
    return raised


def model(writer: Writer, codec: EncodecModel) -> MusicgenForConditionalGeneration:
    """The whole model in float32."""
    decoder: Any = writer.exported()
    with torch.no_grad():
        for book, head in enumerate(decoder.lm_heads):
            head.weight *= sharper(book)
            # codes that mean nothing were never taught to be unlikely enough
            codes = used(book)
            head.weight[codes:] = head.weight[1:codes].mean(dim=0)
    config = MusicgenConfig(
        text_encoder=writer.text.config.to_dict(),
        audio_encoder=codec.config.to_dict(),
        decoder=decoder.config.to_dict(),
    )
    whole: Any = MusicgenForConditionalGeneration(
        config=config, text_encoder=writer.text, audio_encoder=codec, decoder=decoder
    )
    whole.generation_config = _SETTINGS(
        do_sample=True,
        guidance_scale=GUIDANCE,
        top_k=TOP_K,
        max_length=WINDOW_FRAMES,
        bos_token_id=PAD,
        pad_token_id=PAD,
        decoder_start_token_id=PAD,
    )
    whole.eval()
    return whole  # type: ignore[no-any-return]


def export(whole: Any, tokenizer: PreTrainedTokenizerFast, folder: Path) -> int:
    """Write the model and its processor into `folder`, over what was there; returns its size in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.safetensors*"):
        old.unlink()
    fresh = folder / "fresh"
    whole.half().save_pretrained(fresh, max_shard_size=SHARD)
    whole.float()
    extractor = EncodecFeatureExtractor(feature_size=1, sampling_rate=SAMPLE_RATE, padding_side="left")
    _PROCESSOR(extractor, tokenizer).save_pretrained(fresh)
    for file in fresh.iterdir():
        file.replace(folder / file.name)
    shutil.rmtree(fresh)
    return sum(file.stat().st_size for file in folder.iterdir())


def loaded(folder: Path) -> tuple[MusicgenForConditionalGeneration, PreTrainedTokenizerFast]:
    """The model of a folder, in float32, and its tokenizer; nothing is fetched."""
    whole: Any = MusicgenForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True
    )
    processor = MusicgenProcessor.from_pretrained(folder, local_files_only=True)
    whole.eval()
    return whole, processor.tokenizer
