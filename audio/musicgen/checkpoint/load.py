"""Loads a checkpoint in the transformers MusicGen format from a folder or from the hub."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
import transformers
from torch import Tensor, nn
from transformers import (
    EncodecModel,
    MusicgenForCausalLM,
    MusicgenForConditionalGeneration,
    MusicgenMelodyForCausalLM,
    MusicgenMelodyForConditionalGeneration,
    PreTrainedTokenizerBase,
)

from audio.errors import CheckpointError
from audio.files.recording import last_seconds
from audio.musicgen.checkpoint import adapter as adapters
from audio.musicgen.checkpoint import hub
from audio.musicgen.checkpoint.fields import check_feature_extractor, check_fields, generation_of
from audio.musicgen.checkpoint.file_facts import FileFacts
from audio.musicgen.checkpoint.folder import (
    MELODY,
    checked_config,
    digest_of,
    explained_access,
    explained_errors,
    json_of,
    local_folder,
    name_of,
    sound_files,
    weight_files,
)
from audio.musicgen.checkpoint.kinds import is_adapter, names_in
from audio.musicgen.checkpoint.licence import both, licence_of
from audio.musicgen.checkpoint.melody import MelodyEncoder
from audio.musicgen.checkpoint.tokenizer import load_tokenizer
from audio.musicgen.checkpoint.weights import build, skeleton_of
from audio.musicgen.codec.codec import Codec
from audio.musicgen.model.delay import Codes, DelayPattern
from audio.piece import Recording
from audio.prompts.hearing import Vocabulary
from audio.units import STEP_RATE

_log = logging.getLogger(__name__)

MELODY_PROMPT_TOKENS: Final = 128
"""Limit of a melody decoder, which reserves space for the prompt in the key-value cache of every slot."""

T5_TOKENS: Final = 512
"""Length of the prompts that T5 was trained on, unless its configuration says otherwise."""

_SPEED_FIELDS: Final = ("attn_implementation", "_attn_implementation", "experts_implementation")
"""Fields of a saved configuration that name kernels, which this machine may lack. They change no result."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded model and its provenance."""

    name: str
    """The hub name, or the folder's name; then “ + ” and the name of an adapter, if any."""
    revision: str
    """The hub's commit, or the first characters of the SHA-256 of the folder's files; then “+” and that of
    the adapter's files, if any."""
    licence: str
    tokenizer: PreTrainedTokenizerBase
    text_encoder: nn.Module
    projection: nn.Module
    """From the text encoder's width to the decoder's."""
    decoder: MusicgenForCausalLM | MusicgenMelodyForCausalLM
    codec: Codec
    delay: DelayPattern
    pad_token: int
    """The token of a codebook that has no code at a step: before its delay and after the end."""
    device: torch.device
    guidance: float
    """The recommended scale of classifier-free guidance."""
    melody: MelodyEncoder | None = None
    """None if the checkpoint follows no melody."""
    notes: tuple[str, ...] = ()
    """Sentences for the operator about what is not as it may seem."""

    @property
    def prompt_tokens(self) -> int:
        """Maximum number of tokens of a prompt; further ones are cut off."""
        trained = int(getattr(self.text_encoder.config, "n_positions", T5_TOKENS))
        limit = trained if self.melody is None else min(trained, MELODY_PROMPT_TOKENS)
        return min(limit, int(self.tokenizer.model_max_length))

    @property
    def prefix_tokens(self) -> int:
        """Maximum length of the prefix before the first step; 0 for decoders with cross-attention."""
        return 0 if self.melody is None else self.melody.hops + self.prompt_tokens

    @property
    def channels(self) -> int:
        return self.codec.channels


def load_checkpoint(
    name: str,
    revision: str | None = None,
    device: str = "cpu",
    adapter: str | None = None,
    adapter_revision: str | None = None,
    facts: FileFacts | None = None,
) -> Checkpoint:
    """Load the checkpoint in the folder `name`, or of that name on the hub at `revision`, in float32.

    `adapter`, likewise a folder or a name on the hub, is merged into its weights. `facts` are those of
    earlier loads, which make this one faster. Reads safetensors only and runs no code of the checkpoint.
    Raises CheckpointError with one sentence.
    """
    facts = facts or FileFacts()
    folder = local_folder(name)
    merged = None if adapter is None else _find_adapter(adapter, adapter_revision)
    if folder is not None:
        local = name_of(folder)
        config = checked_config(folder, local)
        with explained_access(local):
            files = sound_files(folder)
            revision = facts.get(files, "digest", lambda: digest_of(files))
        return _load(folder, local, config, revision, device, merged, facts)
    folder = hub.fetch(name, revision, hub.CHECKPOINT_FILES)
    try:
        config = checked_config(folder, name)
    except CheckpointError:
        # the files that were not fetched tell more
        config = checked_config(folder, name, hub.names_on_hub(name, folder))
    return _load(folder, name, config, folder.name, device, merged, facts)


def _find_adapter(name: str, revision: str | None) -> adapters.Adapter:
    """Return the adapter in the folder `name`, or of that name on the hub."""
    folder = local_folder(name)
    if folder is not None:
        return adapters.checked_adapter(folder, name_of(folder))
    folder = hub.fetch(name, revision, hub.ADAPTER_FILES)
    try:
        return adapters.checked_adapter(folder, name)
    except CheckpointError:
        return adapters.checked_adapter(folder, name, hub.names_on_hub(name, folder))


def _load(
    folder: Path,
    name: str,
    fields: dict[str, Any],
    revision: str,
    device: str,
    adapter: adapters.Adapter | None,
    facts: FileFacts,
) -> Checkpoint:
    """Load a checkpoint from a local folder whose configuration is `fields`."""
    has_melody = fields["model_type"] == MELODY
    kind: Any = MusicgenMelodyForConditionalGeneration if has_melody else MusicgenForConditionalGeneration
    config = _config(kind, fields, name)
    generation = generation_of(json_of(folder / "generation_config.json", name) or {}, config, name)
    if has_melody:
        check_feature_extractor(_feature_extractor(folder, name), config, name)
    tokenizer = load_tokenizer(folder, name, config.text_encoder.vocab_size)
    with explained_errors(name, "fetch it again, or save it again with save_pretrained"):
        model = build(kind, config, weight_files(folder, name), name, facts)
    notes = list(generation.notes)
    if (adapter is None or not adapter.folder.samefile(folder)) and is_adapter(names_in(folder)):
        place = name if "/" in name else folder
        notes.append(f"An adapter lies beside “{name}” and is not used; set engine.adapter to {place}.")
    licence = licence_of(folder, name, fields)
    if adapter is not None:
        if adapters.base_differs(adapter, name):
            notes.append(f"The adapter “{adapter.name}” was trained on {adapter.base}, not on “{name}”.")
        model = adapters.merge(model, adapter)
        name, revision = f"{name} + {adapter.name}", f"{revision}+{adapter.revision}"
        licence = both(licence, adapter.licence)
    for note in notes:
        _log.warning("%s", note)
    model.eval().requires_grad_(False).to(device)
    delay = DelayPattern(int(config.decoder.num_codebooks), int(config.decoder.audio_channels))
    melody = None
    if has_melody:
        melody = MelodyEncoder(
            projection=getattr(model, "audio_enc_to_dec_proj", nn.Identity()),
            pitch_classes=int(model.config.num_chroma),
            hops=int(model.config.chroma_length),
            sample_rate=int(model.audio_encoder.config.sampling_rate),
            device=torch.device(device),
        )
    return Checkpoint(
        name=name,
        revision=revision,
        licence=licence,
        tokenizer=tokenizer,
        text_encoder=model.text_encoder,
        projection=getattr(model, "enc_to_dec_proj", nn.Identity()),
        decoder=model.decoder,
        codec=Codec(_streamable(model.audio_encoder, name), delay.channels, delay.codebooks),
        delay=delay,
        pad_token=generation.pad_token,
        device=torch.device(device),
        guidance=generation.guidance,
        melody=melody,
        notes=tuple(notes),
    )


def _config(kind: Any, fields: dict[str, Any], name: str) -> Any:
    """Return the library's configuration of `fields`. Raises CheckpointError with the field that is wrong."""
    parts = ("text_encoder", "audio_encoder", "decoder")
    whole = {key: value for key, value in fields.items() if key not in _SPEED_FIELDS}
    for part in parts:
        whole[part] = {key: value for key, value in fields[part].items() if key not in _SPEED_FIELDS}
    advice = f"transformers {transformers.__version__} makes no model of this config.json; correct it"
    with explained_errors(name, advice):
        config = kind.config_class.from_dict(whole)
        for part in (config, *(getattr(config, part) for part in parts)):
            # What a caller wants back is our choice; tuples instead of objects would not be understood.
            part.return_dict = True
            part.output_attentions = part.output_hidden_states = False
        check_fields(config, name)
        skeleton_of(kind, config)  # what it refuses is the configuration's fault, and not the weights'
    return config


def _feature_extractor(folder: Path, name: str) -> dict[str, Any]:
    """Return the saved fields of a feature extractor; empty if it has none."""
    inner = (json_of(folder / "processor_config.json", name) or {}).get("feature_extractor")
    return (json_of(folder / "preprocessor_config.json", name) or {}) | (
        inner if isinstance(inner, dict) else {}
    )


def _streamable(codec: nn.Module, name: str) -> EncodecModel:
    """Return the codec if it can be decoded as a stream. Raises CheckpointError if not."""
    if not isinstance(codec, EncodecModel):
        raise CheckpointError(f"The codec of “{name}” is no EnCodec; Busker can stream no other.")
    return codec


@torch.inference_mode()
def encode_prompt(checkpoint: Checkpoint, prompt: str) -> tuple[Tensor, int]:
    """Encode a prompt for the decoder, shaped (tokens, hidden); also returns how many tokens were cut off."""
    all_tokens = checkpoint.tokenizer(prompt)["input_ids"]
    limit = checkpoint.prompt_tokens
    tokens = checkpoint.tokenizer(prompt, truncation=True, max_length=limit)["input_ids"]
    indices = torch.tensor([tokens], device=checkpoint.device)
    states = checkpoint.text_encoder(input_ids=indices).last_hidden_state
    return checkpoint.projection(states)[0], len(all_tokens) - len(tokens)


def vocabulary_of(checkpoint: Checkpoint) -> Vocabulary:
    """Return the tokenizer of a checkpoint for other processes; empty if it is of another library."""
    backend = getattr(checkpoint.tokenizer, "backend_tokenizer", None)
    return Vocabulary("" if backend is None else backend.to_str(), checkpoint.prompt_tokens)


def encode_past(checkpoint: Checkpoint, recording: Recording, frames: int) -> Codes:
    """Encode the end of a recording, at most `frames` whole frames, as codes shaped (codebooks, frames).

    The file is not hashed: who opened the piece has, in a thread of another process. Raises RecordingError if
    it is gone, or CheckpointError if the codec has other codebooks than the decoder.
    """
    codec = checkpoint.codec
    pcm = last_seconds(recording.path, codec.sample_rate, codec.channels, frames / STEP_RATE)
    codes = codec.encode(pcm[:, pcm.shape[1] % codec.hop :])
    if len(codes) != checkpoint.delay.codebooks:
        raise CheckpointError(
            f"The codec of “{checkpoint.name}” has {len(codes)} codebooks and its decoder "
            f"{checkpoint.delay.codebooks}, so it cannot continue a recording."
        )
    return codes
