"""Loading a checkpoint in the transformers MusicGen format, from a folder or by its name on the hub."""

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
from audio.files.recording import check, last_seconds
from audio.musicgen.checkpoint.folder import MELODY, checked_config, digest, licence_of, local_folder
from audio.musicgen.checkpoint.melody import Melody
from audio.musicgen.codec.codec import Codec
from audio.musicgen.model.delay import Codes, DelayPattern
from audio.piece import Recording
from audio.units import STEP_RATE

MELODY_PROMPT_TOKENS: Final = 128
"""A melody decoder keeps the prompt in its cache, where room is reserved for it in every slot."""

PUBLISHED_GUIDANCE: Final = 3.0
"""What all published checkpoints recommend, for one that recommends nothing."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model ready to compose with, and what a person should know about it."""

    name: str
    """The hub name, or the folder's name."""
    revision: str
    """The hub's commit, or the first signs of the SHA-256 of the folder's files."""
    licence: str
    tokenizer: PreTrainedTokenizerBase
    text_encoder: nn.Module
    projection: nn.Module
    """From the text encoder's width to the decoder's."""
    decoder: MusicgenForCausalLM | MusicgenMelodyForCausalLM
    codec: Codec
    delay: DelayPattern
    pad_token: int
    """What stands where a codebook has no code: before its delay and after its end."""
    device: torch.device
    guidance: float
    """How strictly it recommends to follow the prompt."""
    melody: Melody | None = None
    """How it hears melodies, if it does."""

    @property
    def prompt_tokens(self) -> int:
        """How many tokens of a prompt are heard."""
        trained = int(getattr(self.text_encoder.config, "n_positions", 512))
        most = trained if self.melody is None else min(trained, MELODY_PROMPT_TOKENS)
        return min(most, int(self.tokenizer.model_max_length))

    @property
    def prefix_tokens(self) -> int:
        """How many tokens may stand before the steps, where there is no cross-attention."""
        return 0 if self.melody is None else self.melody.hops + self.prompt_tokens

    @property
    def channels(self) -> int:
        return self.codec.channels


def load_checkpoint(name: str, revision: str | None = None, device: str = "cpu") -> Checkpoint:
    """The checkpoint in the folder `name`, or of that name on the hub at `revision`, in float32.

    Reads safetensors only and runs no code of the checkpoint. Raises CheckpointError with one sentence.
    """
    folder = local_folder(name)
    if folder is not None:
        return _loaded(folder, folder.resolve().name, digest, device)
    with _told(name):
        fetched = _fetched(name, revision)
    # the hub's cache names the folder of a snapshot after its commit
    return _loaded(fetched, name, lambda snapshot: snapshot.name, device)


def _fetched(name: str, revision: str | None) -> Path:
    """The folder of a checkpoint on the hub; what is in the cache already is not fetched again."""
    wanted = ["*.json", "*.safetensors", "*.model", "*.txt", "README.md"]
    return Path(huggingface_hub.snapshot_download(name, revision=revision, allow_patterns=wanted))


def _loaded(folder: Path, name: str, revision_of: Callable[[Path], str], device: str) -> Checkpoint:
    config = checked_config(folder, name)
    hums = config["model_type"] == MELODY
    kind = MusicgenMelodyForConditionalGeneration if hums else MusicgenForConditionalGeneration
    with _told(name):
        # typed as if the report were not asked for
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
    numbers = model.config.decoder
    melody = None
    if hums:
        melody = Melody(
            projection=getattr(model, "audio_enc_to_dec_proj", nn.Identity()),
            tones=int(model.config.num_chroma),
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
        codec=Codec(_streamable(model.audio_encoder, name), int(numbers.audio_channels)),
        delay=DelayPattern(int(numbers.num_codebooks), int(numbers.audio_channels)),
        pad_token=int(numbers.pad_token_id),
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
    """The codec, if its sound can be decoded piece by piece."""
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
def _told(name: str) -> Iterator[None]:
    """Turn what the libraries raise into a sentence that says what to do."""
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
    """What the decoder hears of a prompt, shaped (tokens, hidden), and how many tokens had to be cut off."""
    asked = checkpoint.tokenizer(prompt)["input_ids"]
    limit = checkpoint.prompt_tokens
    tokens = checkpoint.tokenizer(prompt, truncation=True, max_length=limit)["input_ids"]
    indices = torch.tensor([tokens], device=checkpoint.device)
    states = checkpoint.text_encoder(input_ids=indices).last_hidden_state
    return checkpoint.projection(states)[0], len(asked) - len(tokens)


def encode_past(checkpoint: Checkpoint, recording: Recording, frames: int) -> Codes:
    """The codes of how a recording ends, shaped (codebooks, frames): at most `frames`, whole ones.

    Raises RecordingError, or CheckpointError where the codec does not hear what the decoder writes.
    """
    codec = checkpoint.codec
    check(recording)
    pcm = last_seconds(recording.path, codec.sample_rate, codec.channels, frames / STEP_RATE)
    codes = codec.encode(pcm[:, pcm.shape[1] % codec.hop :])
    if len(codes) != checkpoint.delay.codebooks:
        raise CheckpointError(
            f"The codec of “{checkpoint.name}” hears {len(codes)} codebooks and its decoder writes "
            f"{checkpoint.delay.codebooks}, so it cannot go on from a recording."
        )
    return codes
