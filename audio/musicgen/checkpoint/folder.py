"""Checks of a checkpoint's folder that need no heavy import and load no weights."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

import safetensors

from audio.errors import CheckpointError

LICENCES: Final = {"cc-by-nc-4.0": "CC-BY-NC-4.0", "mit": "MIT", "apache-2.0": "Apache-2.0"}
"""SPDX names by the lower-case names of model cards."""

META_PREFIX: Final = "facebook/musicgen-"
"""Hub names of the checkpoints that Meta published."""

MELODY: Final = "musicgen_melody"
"""The architecture of checkpoints that follow a melody."""

_ARCHITECTURES: Final = ("musicgen", MELODY)
"""Architectures that Busker can load, by the name in config.json."""

_FRONT_MATTER: Final = re.compile(r"---\s*\n(.*?)\n---", re.DOTALL)
_CARD_LICENCE: Final = re.compile(r"^license:\s*[\"']?([\w.+-]+)", re.MULTILINE)
_HUB_NAME: Final = re.compile(r"[\w-][\w.-]*/[\w.-]+")
_DIGEST_CHARS: Final = 12
"""Hexadecimal digits of a digest."""


def local_folder(name: str) -> Path | None:
    """Return `name` as a folder; None if there is no such folder and `name` has the form of a hub name."""
    folder = Path(name).expanduser()
    return folder if folder.exists() or not _HUB_NAME.fullmatch(name) else None


def checked_config(folder: Path, name: str) -> dict[str, Any]:
    """Return the configuration of a complete checkpoint folder. Raises CheckpointError with one sentence."""
    if not folder.is_dir():
        raise CheckpointError(
            f"There is no checkpoint folder “{folder}”; give the path of one, or a name on the hub "
            "such as facebook/musicgen-small."
        )
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(
            f"The checkpoint “{name}” has no config.json; give the folder that save_pretrained wrote."
        ) from None
    except ValueError as error:
        raise CheckpointError(f"The config.json of “{name}” is damaged ({error}); fetch it again.") from error
    architecture = config.get("model_type") if isinstance(config, dict) else None
    if architecture not in _ARCHITECTURES:
        raise CheckpointError(
            f"The checkpoint “{name}” is of the architecture “{architecture}”; "
            f"Busker composes with “{'” and “'.join(_ARCHITECTURES)}”, such as facebook/musicgen-small."
        )
    for path in _weight_files(folder, name):
        try:
            with safetensors.safe_open(path, framework="np") as weights:
                weights.keys()
        except FileNotFoundError:
            raise CheckpointError(
                f"The checkpoint “{name}” lacks its file {path.name}; fetch it again."
            ) from None
        except (safetensors.SafetensorError, OSError) as error:
            raise CheckpointError(
                f"The file {path.name} of “{name}” is truncated or damaged ({error}); fetch it again."
            ) from error
    return dict(config)


def _weight_files(folder: Path, name: str) -> list[Path]:
    """Return the safetensors files that the folder has or its index lists; they may not exist."""
    index = folder / "model.safetensors.index.json"
    if index.exists():
        try:
            parts = json.loads(index.read_bytes())["weight_map"].values()
            return [folder / part for part in sorted(set(parts))]
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise CheckpointError(f"The file {index.name} of “{name}” is damaged; fetch it again.") from error
    single = folder / "model.safetensors"
    if not single.exists() and any(folder.glob("*.bin")):
        raise CheckpointError(
            f"The checkpoint “{name}” has only pickled weights (.bin), which could run code when loaded; "
            "save it again with save_pretrained(safe_serialization=True), or use one with safetensors."
        )
    return [single]


def digest(folder: Path) -> str:
    """Return the first characters of the SHA-256 of all files that affect the sound."""
    combined = hashlib.sha256()
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.safetensors"), *folder.glob("*.model")]):
        with path.open("rb") as file:
            combined.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return combined.hexdigest()[:_DIGEST_CHARS]


def licence_of(folder: Path, name: str, config: dict[str, Any]) -> str:
    """Return the licence named by the model card, else by the configuration; "unknown" if neither names one.

    Meta's checkpoints are known to be CC-BY-NC-4.0.
    """
    if name.startswith(META_PREFIX):
        return LICENCES["cc-by-nc-4.0"]
    card = folder / "README.md"
    front = _FRONT_MATTER.match(card.read_text(encoding="utf-8", errors="replace")) if card.exists() else None
    match = _CARD_LICENCE.search(front[1]) if front else None
    licence = match[1] if match else config.get("license")
    return LICENCES.get(str(licence).lower(), str(licence)) if licence else "unknown"
