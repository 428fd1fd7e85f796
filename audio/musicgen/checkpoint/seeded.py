"""A small checkpoint with random weights from a seed: the real classes, a few megabytes.

It makes noise, not music. It is a complete checkpoint in the transformers MusicGen format and is loaded like
any other: for tests, and for machines that have no other yet.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final, cast

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from torch import nn
from transformers import (
    EncodecConfig,
    EncodecFeatureExtractor,
    MusicgenConfig,
    MusicgenDecoderConfig,
    MusicgenForConditionalGeneration,
    MusicgenMelodyConfig,
    MusicgenMelodyDecoderConfig,
    MusicgenMelodyForConditionalGeneration,
    MusicgenProcessor,
    PreTrainedTokenizerFast,
    T5Config,
)

from audio.units import STEP_RATE

SEED: Final = 20_260_301
"""Seed of the weights."""

LOUDNESS: Final = 0.1
"""Root mean square of its sound, −20 dBFS: audible, with headroom for the peaks of noise."""

_CODES: Final = 2048
"""Codes per codebook, as in MusicGen; the next number is the padding token."""

_RATIOS: Final = [8, 5, 4, 4]
"""Upsampling ratios of the codec, as in MusicGen's: 640 samples per frame."""

_SAMPLE_RATE: Final = math.prod(_RATIOS) * STEP_RATE
_PROMPT_TOKENS: Final = 256
_CHROMA_HOPS: Final = 31
"""Length of a melody, 4 s."""

_README: Final = """---
license: mit
---
A small MusicGen checkpoint with random weights, made from a seed by Busker. It makes noise, not music.
"""


def ensure_seeded(folder: Path) -> Path:
    """Make the checkpoint in `folder` unless it exists; the folder appears complete or not at all."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _save(unfinished)
            unfinished.chmod(0o755)
            os.rename(unfinished, folder)
        except OSError:
            if not folder.exists():  # else another process has made the same
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def seeded_model(
    *, hidden: int = 192, layers: int = 4, heads: int = 3, channels: int = 1, seed: int = SEED
) -> MusicgenForConditionalGeneration:
    """Return a model `hidden` wide with random weights; 4 codebooks of 2,048 codes for each channel."""
    decoder = MusicgenDecoderConfig(**_decoder(hidden, layers, heads, channels))
    config = MusicgenConfig(text_encoder=_text(), audio_encoder=_codec(), decoder=decoder)
    return cast(MusicgenForConditionalGeneration, _random(MusicgenForConditionalGeneration, config, seed))


def seeded_melody_model(
    *, hidden: int = 192, layers: int = 4, heads: int = 3, channels: int = 1, seed: int = SEED
) -> MusicgenMelodyForConditionalGeneration:
    """Return the same as `seeded_model` for a model that follows melodies, of 4 s."""
    decoder = MusicgenMelodyDecoderConfig(**_decoder(hidden, layers, heads, channels))
    config = MusicgenMelodyConfig(
        text_encoder=_text(), audio_encoder=_codec(), decoder=decoder, chroma_length=_CHROMA_HOPS
    )
    kind = MusicgenMelodyForConditionalGeneration
    return cast(MusicgenMelodyForConditionalGeneration, _random(kind, config, seed))


def seeded_tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer with a token for each byte of UTF-8, and one for the end."""
    special = ["<pad>", "</s>"]
    symbols = [*special, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    vocabulary = {symbol: index for index, symbol in enumerate(symbols)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", model_max_length=_PROMPT_TOKENS
    )


def _random(kind: Any, config: Any, seed: int) -> Any:
    """Return a model of `kind` with random weights from `seed` and an audible codec."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = kind(config)
        model.train(False)
        _make_audible(model.audio_encoder)
    generation = model.generation_config
    generation.decoder_start_token_id = generation.bos_token_id = generation.pad_token_id = _CODES
    generation.guidance_scale = 3.0
    generation.max_length = 30 * STEP_RATE
    return model


def _text() -> T5Config:
    return T5Config(
        vocab_size=2 + 256,
        d_model=64,
        d_kv=16,
        d_ff=128,
        num_layers=2,
        num_heads=4,
        pad_token_id=0,
        eos_token_id=1,
    )


def _codec() -> EncodecConfig:
    return EncodecConfig(
        sampling_rate=_SAMPLE_RATE,
        upsampling_ratios=_RATIOS,
        num_filters=8,
        codebook_size=_CODES,
        target_bandwidths=[2.2],
        use_causal_conv=False,
    )


def _decoder(hidden: int, layers: int, heads: int, channels: int) -> dict[str, Any]:
    return {
        "vocab_size": _CODES,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "ffn_dim": 4 * hidden,
        "num_codebooks": 4 * channels,
        "audio_channels": channels,
        # wide enough that the prompt affects random logits
        "initializer_factor": 0.1,
    }


@torch.no_grad()
def _make_audible(codec: Any) -> None:
    """Let the sound of a random EncodecModel depend on its codes, at LOUDNESS.

    Its codebooks are initialised to zeros, and the random biases of its convolutions would mask the codes.
    """
    for quantizer in codec.quantizer.layers:
        quantizer.codebook.embed.normal_()
    for module in codec.decoder.modules():
        if isinstance(module, nn.Conv1d | nn.ConvTranspose1d) and module.bias is not None:
            module.bias.zero_()
    codes = torch.randint(_CODES, (1, 1, 4, 2 * STEP_RATE))
    pcm = codec.decode(codes, [None]).audio_values
    last = codec.decoder.layers[-1].conv
    scale = LOUDNESS / pcm.std()
    last.parametrizations.weight.original0.mul_(scale)
    last.bias.fill_(-scale * pcm.mean())


def _save(folder: Path) -> None:
    seeded_model().save_pretrained(folder)
    extractor = EncodecFeatureExtractor(sampling_rate=_SAMPLE_RATE)
    MusicgenProcessor(extractor, seeded_tokenizer()).save_pretrained(folder)  # type: ignore[no-untyped-call]
    (folder / "README.md").write_text(_README, encoding="utf-8")
