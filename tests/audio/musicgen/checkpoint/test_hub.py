from __future__ import annotations

from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.utils._paths import filter_repo_objects

from audio.errors import CheckpointError
from audio.musicgen.checkpoint import hub

THERE = [
    ".gitattributes",
    "README.md",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "model-00001-of-00002.safetensors",
    "model.safetensors.index.json",
    "model.fp16.safetensors",
    "pytorch_model.bin",
    "training_args.bin",
    "tokenizer.json",
    "spiece.model",
    "adapter_config.json",
    "adapter_model.safetensors",
    "adapter_model.bin",
    "checkpoint-500/config.json",
    "checkpoint-500/model.safetensors",
    "checkpoint-500/adapter_config.json",
    "checkpoint-500/adapter_model.safetensors",
    "onnx/model.safetensors",
]


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The names that the hub's own filter lets through."""
    names: list[str] = []

    def snapshot_download(name: str, **given: Any) -> str:
        patterns = {key: given[key] for key in ("allow_patterns", "ignore_patterns")}
        names.extend(filter_repo_objects(THERE, **patterns))
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    return names


def test_a_checkpoint_is_fetched_without_the_states_of_its_training(fetched: list[str]) -> None:
    hub.fetch("somebody/tune", None, hub.CHECKPOINT_FILES)
    assert fetched == [
        "README.md",
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "model-00001-of-00002.safetensors",
        "model.safetensors.index.json",
        "tokenizer.json",
        "spiece.model",
        "adapter_config.json",
    ]


def test_an_adapter_is_fetched_without_anything_else(fetched: list[str]) -> None:
    hub.fetch("somebody/tune", None, hub.ADAPTER_FILES)
    assert fetched == ["README.md", "adapter_config.json", "adapter_model.safetensors"]


@pytest.mark.parametrize("error", [OSError("no space left on device"), RuntimeError("no route to host")])
def test_a_download_that_fails_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def snapshot_download(name: str, **given: Any) -> str:
        raise error

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(CheckpointError, match=f"“somebody/tune” cannot be downloaded .{error}.; check the"):
        hub.fetch("somebody/tune", None, hub.CHECKPOINT_FILES)


def test_without_a_connection_the_names_are_those_that_were_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / "config.json").touch()
    assert hub.names_on_hub("somebody/tune", tmp_path) == ["config.json"]
