"""Loads a checkpoint in the transformers MusicGen format from a folder or from the hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import huggingface_hub
import torch
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from torch import Tensor, nn
from transformers import (
    AutoTokenizer,
    EncodecModel,
    MusicgenForCausalLM,
    MusicgenForConditionalGeneration,
    MusicgenMelodyForCausalLM,
    MusicgenMelodyForConditionalGeneration,
    PreTrainedTokenizerBase,
)

from audio.errors import CheckpointError
from audio.files.recording import check_unchanged, last_seconds
from audio.musicgen.checkpoint.folder import MELODY, checked_config, digest, licence_of, local_folder
from audio.musicgen.checkpoint.melody import MelodyEncoder
from audio.musicgen.codec.codec import Codec
from audio.musicgen.model.delay import Codes, DelayPattern
from audio.piece import Recording
from audio.prompts.hearing import Vocabulary
from audio.units import STEP_RATE

MELODY_PROMPT_TOKENS: Final = 128
"""Limit of a melody decoder, which reserves space for the prompt in the key-value cache of every slot."""

PUBLISHED_GUIDANCE: Final = 3.0
"""The recommendation of all published checkpoints, used for one that has none."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded model and its provenance."""

    name: str
    """The hub name, or the folder's name."""
    revision: str
    """The hub's commit, or the first characters of the SHA-256 of the folder's files."""
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

    @property
    def prompt_tokens(self) -> int:
        """Maximum number of tokens of a prompt; further ones are cut off."""
        trained = int(getattr(self.text_encoder.config, "n_positions", 512))
        limit = trained if self.melody is None else min(trained, MELODY_PROMPT_TOKENS)
        return min(limit, int(self.tokenizer.model_max_length))

    @property
    def prefix_tokens(self) -> int:
        """Maximum length of the prefix before the first step; 0 for decoders with cross-attention."""
        return 0 if self.melody is None else self.melody.hops + self.prompt_tokens

    @property
    def channels(self) -> int:
        return self.codec.channels


def load_checkpoint(name: str, revision: str | None = None, device: str = "cpu") -> Checkpoint:
    """Load the checkpoint in the folder `name`, or of that name on the hub at `revision`, in float32.

    Reads safetensors only and runs no code of the checkpoint. Raises CheckpointError with one sentence.
    """
    folder = local_folder(name)
    if folder is not None:
        return _load(folder, folder.resolve().name, digest, device)
    with _explained_errors(name):
        snapshot = _download(name, revision)
    # the hub's cache names the folder of a snapshot after its commit
    return _load(snapshot, name, lambda folder: folder.name, device)


def _download(name: str, revision: str | None) -> Path:
    """Download a checkpoint from the hub unless it is cached; returns its folder."""
    patterns = ["*.json", "*.safetensors", "*.model", "*.txt", "README.md"]
    return Path(huggingface_hub.snapshot_download(name, revision=revision, allow_patterns=patterns))


def _load(folder: Path, name: str, revision_of: Callable[[Path], str], device: str) -> Checkpoint:
    """Load a checkpoint from a local folder; its revision is `revision_of(folder)`."""
    config = checked_config(folder, name)
    has_melody = config["model_type"] == MELODY
    kind = MusicgenMelodyForConditionalGeneration if has_melody else MusicgenForConditionalGeneration
    with _explained_errors(name):
        # Any, because the library's types ignore output_loading_info
        loaded: Any = kind.from_pretrained(
            folder,
            dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
        model, report = loaded
        tokenizer = _tokenizer(folder, name)
    if missing := sorted(report["missing_keys"]):
        raise CheckpointError(
            f"The checkpoint “{name}” lacks {len(missing)} of its weights, such as {missing[0]}; "
            "fetch it again."
        )
    model.eval().requires_grad_(False).to(device)
    decoder_config = model.config.decoder
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
        revision=revision_of(folder),
        licence=licence_of(folder, name, config),
        tokenizer=tokenizer,
        text_encoder=model.text_encoder,
        projection=getattr(model, "enc_to_dec_proj", nn.Identity()),
        decoder=model.decoder,
        codec=Codec(_streamable(model.audio_encoder, name), int(decoder_config.audio_channels)),
        delay=DelayPattern(int(decoder_config.num_codebooks), int(decoder_config.audio_channels)),
        pad_token=int(decoder_config.pad_token_id),
        device=torch.device(device),
        guidance=float(model.generation_config.guidance_scale or PUBLISHED_GUIDANCE),
        melody=melody,
    )


def _tokenizer(folder: Path, name: str) -> PreTrainedTokenizerBase:
    if not any((folder / part).exists() for part in ("tokenizer.json", "spiece.model")):
        raise CheckpointError(
            f"The checkpoint “{name}” has no tokenizer (tokenizer.json or spiece.model); "
            "save its processor into the same folder."
        )
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def _streamable(codec: nn.Module, name: str) -> EncodecModel:
    """Return the codec if it can be decoded as a stream. Raises CheckpointError if not."""
    if not isinstance(codec, EncodecModel):
        raise CheckpointError(f"The codec of “{name}” is no EnCodec; Busker can stream no other.")
    config = codec.config
    if config.audio_channels != 1 or config.chunk_length_s or config.norm_type != "weight_norm":
        raise CheckpointError(
            f"The codec of “{name}” is an EnCodec that looks at whole tracks or stereo at once; "
            "Busker streams the mono kind with weight norm, such as facebook/encodec_32khz."
        )
    return codec


@contextmanager
def _explained_errors(name: str) -> Iterator[None]:
    """Turn errors of the libraries into CheckpointErrors with a sentence that says what to do."""
    try:
        yield
    except CheckpointError:
        raise
    except (HfHubHTTPError, LocalEntryNotFoundError, HFValidationError) as error:
        raise CheckpointError(
            f"There is neither a folder nor a reachable checkpoint on the hub named “{name}” "
            f"({type(error).__name__}); check the name, the revision and the connection."
        ) from error
    except Exception as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CheckpointError(
            f"The checkpoint “{name}” cannot be loaded: {first.rstrip('.')}; fetch it again."
        ) from error


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

    Raises RecordingError, or CheckpointError if the codec has other codebooks than the decoder.
    """
    codec = checkpoint.codec
    check_unchanged(recording)
    pcm = last_seconds(recording.path, codec.sample_rate, codec.channels, frames / STEP_RATE)
    codes = codec.encode(pcm[:, pcm.shape[1] % codec.hop :])
    if len(codes) != checkpoint.delay.codebooks:
        raise CheckpointError(
            f"The codec of “{checkpoint.name}” has {len(codes)} codebooks and its decoder "
            f"{checkpoint.delay.codebooks}, so it cannot continue a recording."
        )
    return codes
