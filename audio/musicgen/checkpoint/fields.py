"""What Busker assumes of a configuration: every field either takes effect or is refused in one sentence.

Fields that are not named here take effect in modules of the library (text encoder, layers of the codec), in
our own arithmetic (sizes, activation), or in training only (dropout, initialisation).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from transformers.activations import ACT2FN

from audio.errors import CheckpointError
from audio.piece import Piece
from audio.units import STEP_RATE

PUBLISHED_GUIDANCE: Final = 3.0
"""The recommendation of all published checkpoints, used for one that has none."""

SAMPLE_RATES: Final = (8_000, 192_000)
"""Lowest and highest sample rate of a codec [Hz]; beyond them is no rate of sound."""

CHROMA_FIELDS: Final = {"n_fft": 16_384, "hop_length": 4_096}
"""Fields of MusicGen Melody's feature extractor with the only values that Busker computes."""

_SAMPLING_FIELDS: Final = {
    "assistant_early_exit": None,
    "bad_words_ids": None,
    "begin_suppress_tokens": None,
    "constraints": None,
    "diversity_penalty": 0.0,
    "dola_layers": None,
    "encoder_no_repeat_ngram_size": 0,
    "encoder_repetition_penalty": 1.0,
    "epsilon_cutoff": 0.0,
    "eta_cutoff": 0.0,
    "exponential_decay_length_penalty": None,
    "force_words_ids": None,
    "forced_bos_token_id": None,
    "forced_eos_token_id": None,
    "min_p": None,
    "no_repeat_ngram_size": 0,
    "num_beam_groups": 1,
    "num_beams": 1,
    "penalty_alpha": None,
    "repetition_penalty": 1.0,
    "sequence_bias": None,
    "suppress_tokens": None,
    "top_h": None,
    "top_p": 1.0,
    "typical_p": 1.0,
    "watermarking_config": None,
}
"""Fields of a generation configuration that change how tokens are chosen, with values that change nothing."""

_USUAL: Final = Piece("", seconds=1.0, seed=0)
"""A piece with the sampling of the default settings."""

_SETTINGS_FIELDS: Final = {
    "top_k": ("music.top_k", _USUAL.top_k),
    "temperature": ("music.temperature", _USUAL.temperature),
}
"""Recommendations that the settings overrule, with the settings and their defaults."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What a generation configuration says that concerns Busker."""

    guidance: float
    """Recommended scale of classifier-free guidance."""
    pad_token: int
    """The token of a codebook that has no code at a step."""
    notes: tuple[str, ...] = ()
    """Sentences for the operator about what is not followed."""


def check_fields(config: Any, name: str) -> None:
    """Raise CheckpointError if `config`, of the library's class, has a value that Busker would play wrong.

    The sentence names the field and its value.
    """
    decoder, codec = config.decoder, config.audio_encoder
    channels, books = decoder.audio_channels, decoder.num_codebooks

    def refuse(part: str, field: str, value: object, why: str) -> CheckpointError:
        return CheckpointError(f"“{name}” sets {part}.{field} to {value!r} in config.json; {why}.")

    for field in ("vocab_size", "num_hidden_layers", "num_codebooks", "hidden_size", "ffn_dim"):
        if getattr(decoder, field) < 1:
            raise refuse("decoder", field, getattr(decoder, field), "it must be at least 1")
    positions = getattr(config.text_encoder, "n_positions", 1)
    if not isinstance(positions, int) or positions < 1:
        raise refuse("text_encoder", "n_positions", positions, "it takes the length of a prompt, such as 512")
    activations = {
        ("decoder", "activation_function"): decoder.activation_function,
        ("text_encoder", "feed_forward_proj"): config.text_encoder.dense_act_fn,
    }
    for (part, field), activation in activations.items():
        if activation not in ACT2FN:
            raise refuse(part, field, activation, "there is no such activation")
    if books % channels:
        raise refuse("decoder", "num_codebooks", books, f"{channels} channels must share them equally")
    width = getattr(decoder, "cross_attention_hidden_size", None)
    if width is not None and not width == decoder.hidden_size == config.text_encoder.hidden_size:
        why = "the library then leaves out the projection between text encoder and decoder; set it to null"
        raise refuse("decoder", "cross_attention_hidden_size", width, why)
    if getattr(config, "chroma_length", 1) < 1:
        raise refuse("config", "chroma_length", config.chroma_length, "it must be at least 1")

    codec_kind = "Busker streams the mono kind with weight norm, such as facebook/encodec_32khz"
    for field, only in {"audio_channels": 1, "norm_type": "weight_norm", "chunk_length_s": None}.items():
        if getattr(codec, field) != only:
            raise refuse("audio_encoder", field, getattr(codec, field), codec_kind)
    if codec.normalize:
        raise refuse(
            "audio_encoder", "normalize", True, "Busker streams codecs that keep the level of the sound"
        )
    if codec.pad_mode != "reflect":
        raise refuse("audio_encoder", "pad_mode", codec.pad_mode, "Busker streams only “reflect”")
    if codec.codebook_dim != codec.hidden_size:
        why = f"it must equal audio_encoder.hidden_size, {codec.hidden_size}"
        raise refuse("audio_encoder", "codebook_dim", codec.codebook_dim, why)
    lowest, highest = SAMPLE_RATES
    if not lowest <= codec.sampling_rate <= highest:
        why = f"Busker plays {lowest} to {highest} Hz"
        raise refuse("audio_encoder", "sampling_rate", codec.sampling_rate, why)
    if codec.sampling_rate != STEP_RATE * codec.hop_length:
        rate = codec.sampling_rate / codec.hop_length if codec.hop_length else math.inf
        why = (
            f"with its upsampling_ratios that is {rate:g} frames a second, and Busker composes "
            f"{STEP_RATE}, as facebook/encodec_32khz has"
        )
        raise refuse("audio_encoder", "sampling_rate", codec.sampling_rate, why)
    if not codec.target_bandwidths or codec.num_quantizers < books // channels:
        why = (
            f"that makes less than the {books // channels} codebooks a channel that the decoder has; give "
            "the codec that it was trained with"
        )
        raise refuse("audio_encoder", "target_bandwidths", list(codec.target_bandwidths), why)
    if codec.codebook_size < decoder.vocab_size:
        why = f"the decoder makes {decoder.vocab_size} codes; give the codec that it was trained with"
        raise refuse("audio_encoder", "codebook_size", codec.codebook_size, why)


def check_feature_extractor(fields: dict[str, Any], config: Any, name: str) -> None:
    """Raise CheckpointError if a melody checkpoint's feature extractor hears otherwise than Busker."""
    wanted = CHROMA_FIELDS | {
        "num_chroma": config.num_chroma,
        "feature_size": config.num_chroma,
        "sampling_rate": config.audio_encoder.sampling_rate,
    }
    for field, only in wanted.items():
        if fields.get(field, only) != only:
            raise CheckpointError(
                f"“{name}” sets {field} of its feature extractor to {fields[field]!r}, and Busker hears "
                f"melodies with {only}; give a checkpoint that has that."
            )


def generation_of(fields: dict[str, Any], config: Any, name: str) -> Generation:
    """Return what the generation configuration `fields` says. Raises CheckpointError with one sentence."""

    def refuse(field: str, why: str) -> CheckpointError:
        return CheckpointError(
            f"“{name}” sets {field} to {fields[field]!r} in generation_config.json; {why}."
        )

    notes = []
    for field, neutral in _SAMPLING_FIELDS.items():
        value = fields.get(field)
        if value is not None and value != neutral and value != []:
            raise refuse(field, "Busker does not choose tokens so; remove it to compose without it")
    for field, (setting, usual) in _SETTINGS_FIELDS.items():
        if fields.get(field) not in (None, usual):
            notes.append(f"“{name}” recommends {field} {fields[field]}; {setting} of the settings counts.")
    if fields.get("do_sample") is False:
        notes.append(f"“{name}” recommends no sampling; Busker samples: music.top_k of 1 would not.")

    codes = config.decoder.vocab_size
    if (guidance := fields.get("guidance_scale")) is None:
        notes.append(f"“{name}” recommends no guidance_scale; {PUBLISHED_GUIDANCE:g} is used, as published.")
        guidance = PUBLISHED_GUIDANCE
    elif (scale := _number(guidance)) is None:
        raise refuse("guidance_scale", "it takes a number such as 3.0")
    else:
        guidance = max(1.0, scale)  # as in the library, less means none
    for end in _listed(fields.get("eos_token_id")):
        token = _number(end)
        if token is not None and 0 <= token < codes:
            raise refuse("eos_token_id", "that is a code of sound, which would end every piece; remove it")

    start = next(
        (key for key in ("decoder_start_token_id", "bos_token_id") if fields.get(key) is not None), None
    )
    pad = codes
    if start is not None and _number(fields[start]) != pad:
        raise refuse(start, f"the decoder has a row only for {pad}, the token after its last code")
    if start is None and config.decoder.pad_token_id not in (None, pad):
        raise CheckpointError(
            f"“{name}” sets decoder.pad_token_id to {config.decoder.pad_token_id} in config.json; the "
            f"decoder has a row only for {pad}, the token after its last code."
        )
    if fields.get("pad_token_id") is not None and _number(fields["pad_token_id"]) != pad:
        raise refuse("pad_token_id", f"its pieces begin with {pad}, and the two must be the same")
    return Generation(guidance, pad, tuple(notes))


def _number(value: object) -> float | None:
    """Return a finite number, also from a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
