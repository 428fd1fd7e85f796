"""Downloads of checkpoints and adapters from the hub: only what is loaded, and only from the top folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import huggingface_hub
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.folder import message_of
from audio.musicgen.checkpoint.kinds import ADAPTER_CONFIG, names_in

CHECKPOINT_FILES: Final = (
    "*.json",
    "model.safetensors",
    "model-*-of-*.safetensors",
    "*.model",
    "*.txt",
    "README.md",
)
"""Files of a checkpoint."""

ADAPTER_FILES: Final = (ADAPTER_CONFIG, "adapter_model.safetensors", "README.md")
"""Files of an adapter."""

SUBFOLDERS: Final = "*/*"
"""What is not fetched: trainings push their states as folders, each with weights of its own. The hub's
patterns match whole paths, so “*.json” alone would fetch them."""


def fetch(name: str, revision: str | None, patterns: tuple[str, ...]) -> Path:
    """Download the files of a repository that match `patterns` unless they are cached; returns their folder.

    The folder is named after the commit. Raises CheckpointError with one sentence.
    """
    with _explained(name):
        return Path(
            huggingface_hub.snapshot_download(
                name, revision=revision, allow_patterns=list(patterns), ignore_patterns=[SUBFOLDERS]
            )
        )


def names_on_hub(name: str, folder: Path) -> list[str]:
    """Return the files of a repository at the commit of its `folder`; offline, those in `folder`."""
    try:
        return huggingface_hub.HfApi().list_repo_files(name, revision=folder.name)
    except Exception:  # it only words a refusal better, which is about to come
        return names_in(folder)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn errors of the hub into CheckpointErrors with a sentence that says what to do."""
    try:
        yield
    except (HfHubHTTPError, LocalEntryNotFoundError, HFValidationError) as error:
        raise CheckpointError(
            f"There is neither a folder nor a reachable checkpoint on the hub named “{name}” "
            f"({type(error).__name__}); check the name, the revision and the connection, and "
            "HF_TOKEN if it is private or asks for consent."
        ) from error
    except Exception as error:  # of the network's libraries, or of the disk
        raise CheckpointError(
            f"“{name}” cannot be downloaded ({message_of(error)}); check the connection and the disk."
        ) from error
