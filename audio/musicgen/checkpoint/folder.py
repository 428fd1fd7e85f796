"""Checks of a checkpoint's folder that need no heavy import and load no weights."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import safetensors

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.kinds import WEIGHTS, WEIGHTS_INDEX, kind_of, names_in

MELODY: Final = "musicgen_melody"
"""The architecture of checkpoints that follow a melody."""

_ARCHITECTURES: Final = {
    "musicgen": ("MusicgenForConditionalGeneration", "musicgen_decoder"),
    MELODY: ("MusicgenMelodyForConditionalGeneration", "musicgen_melody_decoder"),
}
"""Architectures that Busker can load, by the name in config.json: the class of the library, and the decoder's
architecture."""

_PARTS: Final = {"text_encoder": "t5", "audio_encoder": "encodec", "decoder": None}
"""The parts of a configuration, each with the only architecture that Busker runs, if there is a choice."""

_FOREIGN_KEYS: Final = {
    "auto_map": "brings code of its own, which Busker never runs",
    "transformers_weights": "names a weights file; call that file model.safetensors and remove the key",
    "fusion_config": "replaces layers, which Busker does not; remove the key",
    "per_layer_config": "differs from layer to layer, which Busker does not support",
    "layer_types": "names other kinds of attention than Busker computes",
    "sliding_window": "limits how far back a step attends, which Busker does not",
    "attention_chunk_size": "limits how far back a step attends, which Busker does not",
}
"""Keys of a configuration with which the library would load something else."""

_HUB_NAME: Final = re.compile(r"[\w-][\w.-]*/[\w.-]+")
_MESSAGE_CHARS: Final = 200
"""Characters of a library's message that a sentence shows."""

_DIGEST_CHARS: Final = 12
"""Hexadecimal digits of a digest."""


def local_folder(name: str) -> Path | None:
    """Return `name` as a folder; None if there is no such folder and `name` has the form of a hub name."""
    folder = Path(name).expanduser()
    return folder if exists(folder) or not _HUB_NAME.fullmatch(name) else None


def name_of(folder: Path) -> str:
    """Return the name of a folder, also of one that is given as “.” or as a link."""
    try:
        return folder.resolve().name
    except (OSError, RuntimeError):  # a link to itself
        return folder.name


def exists(path: Path) -> bool:
    """True if `path` exists, or if the system does not let us see: whoever opens it says so."""
    try:
        return path.exists()
    except OSError:
        return True


def checked_config(folder: Path, name: str, names: list[str] | None = None) -> dict[str, Any]:
    """Return the configuration of a complete checkpoint folder. Raises CheckpointError with one sentence.

    `names` are the files that belong to it, also those that were not fetched; by default those of the folder.
    """
    if not exists(folder):
        raise CheckpointError(
            f"There is no checkpoint folder “{folder}”; give the path of one, or a name on the hub "
            "such as facebook/musicgen-small."
        )
    check_readable(folder, name)
    names = names_in(folder) if names is None else names
    config = json_of(folder / "config.json", name)
    if config is None:
        raise CheckpointError(
            kind_of(folder, names, name)
            or f"The checkpoint “{name}” has no config.json; give the folder that save_pretrained wrote."
        )
    config["model_type"] = _architecture(config, name)
    _check_parts(config, name)
    _check_saved_form(config, name)
    files = weight_files(folder, name)
    if not exists(files[0]) and (sentence := kind_of(folder, names, name)):
        raise CheckpointError(sentence)
    for path in files:
        check_weight_file(path, name)
    return config


def check_readable(folder: Path, name: str) -> None:
    """Raise CheckpointError if an existing path is not a folder, or not one that may be listed."""
    with explained_access(name):
        if not folder.is_dir():
            raise CheckpointError(f"“{folder}” is a file; give the folder that contains it.")
        next(folder.iterdir(), None)


def json_of(path: Path, name: str) -> dict[str, Any] | None:
    """Return the object in a JSON file of the checkpoint `name`; None if there is no such file.

    A byte order mark is passed over. Raises CheckpointError with one sentence.
    """
    try:
        with explained_access(name):
            value = json.loads(path.read_bytes())
    except FileNotFoundError:
        if path.is_symlink():
            raise CheckpointError(
                f"“{name}” lacks its file {path.name}, which is a link to nowhere; fetch it again."
            ) from None
        return None
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            f"The {path.name} of “{name}” is damaged ({error}); correct it, or fetch it again."
        ) from error
    if not isinstance(value, dict):
        raise CheckpointError(f"The {path.name} of “{name}” is no object with keys; fetch it again.")
    return value


def weight_files(folder: Path, name: str) -> list[Path]:
    """Return the safetensors files that the folder has or its index lists; they may not exist.

    As in the library, an index counts only where there is no single file.
    """
    if exists(folder / WEIGHTS) or (index := json_of(folder / WEIGHTS_INDEX, name)) is None:
        return [folder / WEIGHTS]
    try:
        parts = sorted(set(index["weight_map"].values()))
        if parts and all(isinstance(part, str) and Path(part).name == part for part in parts):
            return [folder / part for part in parts]
    except (KeyError, AttributeError, TypeError):
        pass
    raise CheckpointError(f"The file {WEIGHTS_INDEX} of “{name}” is damaged; fetch it again.")


def sound_files(folder: Path) -> list[Path]:
    """Return all files that affect the sound."""
    paths = [*folder.glob("*.json"), *folder.glob("*.safetensors"), *folder.glob("*.model")]
    return [path for path in paths if path.is_file()]


def digest_of(paths: Iterable[Path]) -> str:
    """Return the first characters of the SHA-256 of files and their names."""
    combined = hashlib.sha256()
    for path in sorted(paths):
        with path.open("rb") as file:
            combined.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return combined.hexdigest()[:_DIGEST_CHARS]


@contextmanager
def explained_access(name: str) -> Iterator[None]:
    """Turn what the system refuses into CheckpointErrors; a file that is missing stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        what = Path(error.filename).name if isinstance(error.filename, str) else "A file"
        raise CheckpointError(
            f"{what} of “{name}” cannot be read ({error.strerror or error}); give Busker's user the right to "
            "read every file there."
        ) from error


@contextmanager
def explained_errors(name: str, advice: str) -> Iterator[None]:
    """Turn errors of the libraries into CheckpointErrors with a sentence that ends in what to do."""
    try:
        yield
    except CheckpointError:
        raise
    except Exception as error:
        raise CheckpointError(
            f"The checkpoint “{name}” cannot be loaded: {message_of(error)}; {advice}."
        ) from error


def message_of(error: Exception) -> str:
    """Return the beginning of a library's message on one line, without a full stop."""
    message = " ".join(str(error).split()) or type(error).__name__
    return (message if len(message) <= _MESSAGE_CHARS else f"{message[:_MESSAGE_CHARS]}…").rstrip(".")


def _architecture(config: dict[str, Any], name: str) -> str:
    """Return the architecture of a configuration, also of one that says it only in passing."""
    known = config.get("model_type")
    if known is None:
        decoder = config.get("decoder")
        inner = decoder.get("model_type") if isinstance(decoder, dict) else None
        classes = config.get("architectures")
        classes = classes if isinstance(classes, list) else []
        for architecture, (class_name, decoder_type) in _ARCHITECTURES.items():
            if class_name in classes or inner == decoder_type:
                return architecture
        raise CheckpointError(
            f"The config.json of “{name}” says no model_type; add it: “{'” or “'.join(_ARCHITECTURES)}”, "
            "which follows melodies."
        )
    if known not in _ARCHITECTURES:
        raise CheckpointError(
            f"The checkpoint “{name}” is of the architecture “{known}”; "
            f"Busker composes with “{'” and “'.join(_ARCHITECTURES)}”, such as facebook/musicgen-small."
        )
    return str(known)


def _check_parts(config: dict[str, Any], name: str) -> None:
    """Raise CheckpointError if a part is missing, for which the library would take its own defaults."""
    for part, only in _PARTS.items():
        section = config.get(part)
        if not isinstance(section, dict):
            raise CheckpointError(
                f"The config.json of “{name}” has no section {part}; give the configuration that "
                "save_pretrained wrote for the whole model."
            )
        kind = section.get("model_type", only)
        if only is not None and kind != only:
            raise CheckpointError(
                f"The {part} of “{name}” is of the architecture “{kind}”; Busker runs only “{only}” there, "
                "as in facebook/musicgen-small."
            )


def _check_saved_form(config: dict[str, Any], name: str) -> None:
    """Raise CheckpointError if the weights are quantised, or if a key leads the library elsewhere."""
    for section in (config, *(config[part] for part in _PARTS)):
        quantised = section.get("quantization_config") or section.get("quantization")
        if quantised:
            raise CheckpointError(
                f"The checkpoint “{name}” is saved {_quantisation(quantised)}; give the one that it was made "
                "from, saved in float16, bfloat16 or float32: Busker quantises by itself (engine.dtype)."
            )
        for key, what in _FOREIGN_KEYS.items():
            if section.get(key):
                raise CheckpointError(f"The config.json of “{name}” {what} ({key}).")


def _quantisation(config: object) -> str:
    """Say how weights are quantised, such as “in 8 bits by bitsandbytes”."""
    if not isinstance(config, dict):
        return "quantised"
    method = config.get("quant_method") or "another library"
    bits = config.get("bits") or (
        8 if config.get("load_in_8bit") else 4 if config.get("load_in_4bit") else None
    )
    return f"in {bits} bits by {method}" if bits else f"quantised by {method}"


def check_weight_file(path: Path, name: str) -> None:
    """Raise CheckpointError if a safetensors file is missing or damaged."""
    try:
        with explained_access(name), path.open("rb"), safetensors.safe_open(path, framework="np") as weights:
            weights.keys()
    except FileNotFoundError:
        what = ", which is a link to nowhere" if path.is_symlink() else ""
        raise CheckpointError(f"“{name}” lacks its file {path.name}{what}; fetch it again.") from None
    except safetensors.SafetensorError as error:
        if _is_lfs_pointer(path):
            raise CheckpointError(
                f"The file {path.name} of “{name}” is only a pointer of Git LFS; run `git lfs pull` there."
            ) from error
        raise CheckpointError(
            f"The file {path.name} of “{name}” is truncated or damaged ({error}); fetch it again."
        ) from error


def _is_lfs_pointer(path: Path) -> bool:
    """True for the small text that a clone without Git LFS has in place of a large file."""
    with path.open("rb") as file:
        return file.read(64).startswith(b"version https://git-lfs.github.com/spec/")
