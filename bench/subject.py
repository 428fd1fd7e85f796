"""The subject of a measurement: a checkpoint, and the library's own model of it as the baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import torch
from torch import nn
from transformers import EncodecConfig, EncodecModel, MusicgenForConditionalGeneration

from audio.musicgen.checkpoint.fields import PUBLISHED_GUIDANCE
from audio.musicgen.checkpoint.load import Checkpoint, load_checkpoint
from audio.musicgen.checkpoint.seeded import seeded_model, seeded_tokenizer
from audio.musicgen.codec.codec import Codec
from audio.musicgen.model.delay import DelayPattern

SHAPES: Final[dict[str, dict[str, int]]] = {
    "small": {"hidden": 1024, "layers": 24, "heads": 16},
    "medium": {"hidden": 1536, "layers": 48, "heads": 24},
}
"""Shapes of the decoders of facebook/musicgen-small and -medium. With random weights they are the same work
without a download."""

_CODEC_FILTERS: Final = 64
"""Number of filters of their codec."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Loads a checkpoint and its baseline; each call loads anew, because the engine takes weights apart."""

    device: str
    checkpoint: Callable[[], Checkpoint]
    baseline: Callable[[], Any]


def subject_of(name: str, device: str) -> Subject:
    """Return the subject for a folder, a hub name or one of `SHAPES`. Loads nothing yet."""
    if name in SHAPES:
        model = partial(_random, name)
        return Subject(device, partial(_random_checkpoint, name, device), partial(_on, device, model))
    library: Any = MusicgenForConditionalGeneration
    load = partial(library.from_pretrained, name, use_safetensors=True)
    return Subject(device, partial(load_checkpoint, name, device=device), partial(_on, device, load))


def _on(device: str, load: Callable[[], Any]) -> Any:
    dtype = torch.float16 if torch.device(device).type == "cuda" else torch.float32
    return load().requires_grad_(False).eval().to(device, dtype)


def _random(shape: str) -> Any:
    """Build the model; its small text encoder is the same for engine and baseline."""
    model: Any = seeded_model(**SHAPES[shape])
    small = model.config.audio_encoder
    published: dict[str, Any] = {
        "sampling_rate": small.sampling_rate,
        "upsampling_ratios": small.upsampling_ratios,
        "target_bandwidths": small.target_bandwidths,
        "codebook_size": small.codebook_size,
        "num_filters": _CODEC_FILTERS,
        "use_causal_conv": False,
    }
    codec: Any = EncodecModel(EncodecConfig(**published))
    model.audio_encoder, model.config.audio_encoder = codec.eval(), codec.config
    return model


def _random_checkpoint(shape: str, device: str) -> Checkpoint:
    """Build the checkpoint as if it were loaded from a folder."""
    model = _random(shape).requires_grad_(False).to(device)
    decoder = model.config.decoder
    return Checkpoint(
        name=f"random weights in the shape “{shape}”",
        revision="",
        licence="",
        tokenizer=seeded_tokenizer(),
        text_encoder=model.text_encoder,
        projection=getattr(model, "enc_to_dec_proj", nn.Identity()),
        decoder=model.decoder,
        codec=Codec(model.audio_encoder),
        delay=DelayPattern(int(decoder.num_codebooks)),
        pad_token=int(decoder.pad_token_id),
        device=torch.device(device),
        guidance=PUBLISHED_GUIDANCE,
    )
