"""What a folder is that is no checkpoint that plays, and what would make it one.

Everything is told from the names of files, so that a repository of the hub is told without its files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

ADAPTER_CONFIG: Final = "adapter_config.json"
"""The file that makes a folder an adapter of the peft library."""

WEIGHTS: Final = "model.safetensors"
WEIGHTS_INDEX: Final = f"{WEIGHTS}.index.json"
"""The file that names the parts of sharded weights."""

MODEL_FILES: Final = ("config.json", WEIGHTS, WEIGHTS_INDEX)
"""Names of which a folder with a model has at least the first and one other."""

_PORTS: Final = {
    "state_dict.bin": "is in audiocraft's own format; convert it with convert_musicgen_transformers.py of "
    "transformers 4, or choose its counterpart on the hub, such as facebook/musicgen-small",
    "compression_state_dict.bin": "is the codec of a model in audiocraft's own format; convert the "
    "whole model with convert_musicgen_transformers.py of transformers 4",
    "*.onnx": "is a port to ONNX; give the model that it was made from, as safetensors",
    "onnx/*": "is a port to ONNX; give the model that it was made from, as safetensors",
    "*.gguf": "holds quantised weights (GGUF); give the model that they were made from, as safetensors: "
    "Busker quantises by itself (engine.dtype)",
    "openvino_model.*": "is a port to OpenVINO; give the model that it was made from, as safetensors",
    "tf_model.h5": "holds weights for TensorFlow; give the model that they were made from, as safetensors",
    "flax_model.msgpack": "holds weights for Flax; give the model that they were made from, as safetensors",
    "*.mlpackage/*": "is a port to Core ML; give the model that it was made from, as safetensors",
    "weights*.npz": "is a port to MLX; give the model that it was made from, as safetensors",
    "model_index.json": "is a pipeline of diffusers, another architecture; Busker composes with MusicGen",
}
"""What a file tells of the folder, and what to do, by a pattern of its name."""

_VARIANT: Final = re.compile(r"model\.(?!safetensors)(\w+)\.safetensors")
_SHARDED_VARIANT: Final = re.compile(r"model\.(?!safetensors)(\w+)-\d+-of-\d+\.safetensors")
_TRAINING_STATE: Final = re.compile(r"checkpoint-(\d+)/(.+)")
_PICKLES: Final = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_NO_WEIGHTS: Final = ("training_args.bin", "optimizer.*", "scheduler.*", "scaler.*", "rng_state*")
"""Pickles that a training leaves beside its weights."""


def names_in(folder: Path) -> list[str]:
    """Return the paths of all files of `folder` and of its own folders, relative to it, sorted."""
    names = []
    try:
        for path in folder.iterdir():
            if path.is_dir():
                names += [f"{path.name}/{inner.name}" for inner in path.iterdir()]
            else:
                names.append(path.name)
    except OSError:  # what may not be read is told by whoever opens it
        return sorted(names)
    return sorted(names)


def is_adapter(names: Iterable[str]) -> bool:
    """True if a folder with these files is an adapter of the peft library, whatever else it is."""
    return ADAPTER_CONFIG in names


def kind_of(folder: Path, names: list[str], name: str) -> str | None:
    """Return one sentence about a folder that lacks a configuration or weights; None if nothing tells.

    `names` are its files, as of `names_in`; `name` is its name for people, on the hub with a slash.
    """
    place = name if "/" in name else str(folder)
    if is_adapter(names):
        base = base_of(folder) or "the model that it was trained on"
        return (
            f"“{name}” is an adapter and not a whole model; set engine.checkpoint to {base} and "
            f"engine.adapter to {place}."
        )
    for pattern, what in _PORTS.items():
        if any(fnmatchcase(one, pattern) for one in names):
            return f"“{name}” {what}."
    if variant := next(filter(_VARIANT.fullmatch, names), None):
        return f"“{name}” has its weights as {variant}; in a local copy, rename that file to {WEIGHTS}."
    if part := next(filter(None, map(_SHARDED_VARIANT.fullmatch, names)), None):
        return (
            f"“{name}” has its weights as {part[0]} and further parts; load it with transformers as "
            f"variant={part[1]!r} and save it again with save_pretrained."
        )
    if sentence := _training_output(names, name, place):
        return sentence
    weights = [one for one in names if "/" not in one and _matches(one, _PICKLES)]
    if pickled := [one for one in weights if not _matches(one, _NO_WEIGHTS)]:
        return (
            f"The checkpoint “{name}” has only pickled weights ({pickled[0]}), which could run code when "
            "loaded; load it with transformers and save it again with save_pretrained, or use one with "
            "safetensors."
        )
    for inner in sorted({one.partition("/")[0] for one in names if "/" in one}):
        if _has_model(names, inner):
            return _give(f"“{name}” is no checkpoint, but its folder {inner} is", name, f"{place}/{inner}")
    return None


def base_of(folder: Path) -> str | None:
    """Return the base model that an adapter's configuration names."""
    try:
        config: Any = json.loads((folder / ADAPTER_CONFIG).read_bytes())
        base = config["base_model_name_or_path"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(base) if base else None


def _training_output(names: list[str], name: str, place: str) -> str | None:
    """Return one sentence about the output folder of a training that has nothing but its states."""
    states = [match for match in map(_TRAINING_STATE.fullmatch, names) if match]
    playable = [
        int(match[1]) for match in states if match[2] in (WEIGHTS, WEIGHTS_INDEX, "adapter_model.safetensors")
    ]
    if not playable:
        return None
    newest = f"checkpoint-{max(playable)}"
    what = f"“{name}” is the output of a training, whose newest state is {newest}"
    if f"{newest}/{ADAPTER_CONFIG}" in names:
        return _give(f"{what}, an adapter", name, f"{place}/{newest}", "as engine.adapter")
    return _give(what, name, f"{place}/{newest}")


def _give(what: str, name: str, place: str, role: str = "instead") -> str:
    """Say to give the folder `place`, which must be fetched by hand if it is on the hub."""
    if "/" in name:
        return f"{what}; download {place} and give that folder {role}."
    return f"{what}; give {place} {role}."


def _has_model(names: list[str], inner: str) -> bool:
    return f"{inner}/config.json" in names and any(f"{inner}/{one}" in names for one in MODEL_FILES[1:])


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
