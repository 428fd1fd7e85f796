"""Adapters of the peft library, such as LoRA: what fine-tuning leaves, merged into the weights at the start.

The library merges, so the sound is the one that it would give. Only safetensors are read.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.folder import (
    check_readable,
    check_weight_file,
    digest_of,
    exists,
    explained_access,
    json_of,
    message_of,
)
from audio.musicgen.checkpoint.kinds import ADAPTER_CONFIG, MODEL_FILES, kind_of, names_in
from audio.musicgen.checkpoint.licence import licence_of

ADAPTER_WEIGHTS: Final = "adapter_model.safetensors"

MERGEABLE: Final = ("LORA", "ADALORA", "LOHA", "LOKR", "IA3", "OFT")
"""Kinds of adapters that become part of the weights, by the library's names."""

_NAME: Final = "busker"
"""The name of the adapter within the library's model, which means nothing."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A complete adapter in a folder."""

    folder: Path
    name: str
    """The hub name, or the folder's name."""
    config: dict[str, Any]
    revision: str
    """The first characters of the SHA-256 of its configuration and weights."""

    @property
    def base(self) -> str | None:
        """The model that it was trained on, as the training called it."""
        base = self.config.get("base_model_name_or_path")
        return str(base) if base else None

    @property
    def licence(self) -> str:
        return licence_of(self.folder, self.name, self.config)


def checked_adapter(folder: Path, name: str, names: list[str] | None = None) -> Adapter:
    """Return the adapter in a folder. Raises CheckpointError with one sentence.

    `names` are the files that belong to it, also those that were not fetched; by default those of the folder.
    """
    if not exists(folder):
        raise CheckpointError(
            f"There is no adapter folder “{folder}”; set engine.adapter to the path of one, or to a name on "
            "the hub."
        )
    check_readable(folder, name)
    names = names_in(folder) if names is None else names
    config = json_of(folder / ADAPTER_CONFIG, name)
    if config is None:
        raise CheckpointError(_not_an_adapter(folder, names, name))
    kind = str(config.get("peft_type"))
    if kind not in MERGEABLE:
        raise CheckpointError(
            f"The adapter “{name}” is of the kind {kind}; Busker merges those of the kinds "
            f"{', '.join(MERGEABLE)}."
        )
    weights = folder / ADAPTER_WEIGHTS
    if not exists(weights) and "adapter_model.bin" in names:
        raise CheckpointError(
            f"The adapter “{name}” has only pickled weights (adapter_model.bin), which could run code when "
            "loaded; load it with peft and save it again with save_pretrained."
        )
    check_weight_file(weights, name)
    with explained_access(name):
        revision = digest_of([folder / ADAPTER_CONFIG, weights])
    return Adapter(folder, name, config, revision)


def merge(model: Any, adapter: Adapter) -> Any:
    """Return the library's model with `adapter` merged into its weights. Raises CheckpointError."""
    # only here: most checkpoints have no adapter, and the checks above come before the import of torch
    from peft import PeftModel
    from peft.tuners.tuners_utils import BaseTunerLayer
    from safetensors.torch import load_file

    from audio.musicgen.checkpoint.weights import check_finite

    name = adapter.name
    config = _config_of(adapter)
    check_finite(load_file(adapter.folder / ADAPTER_WEIGHTS), name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters of them is checked below
            wrapped: Any = PeftModel(model, config, adapter_name=_NAME)
            report = wrapped.load_adapter(str(adapter.folder), _NAME, torch_device="cpu")
            strange, missing = sorted(report.unexpected_keys), sorted(report.missing_keys)
            merged = wrapped.merge_and_unload(safe_merge=True)
    except Exception as error:
        raise CheckpointError(f"{_does_not_fit(adapter)} ({message_of(error)}).") from error
    if wrong := strange or missing:
        what = "has no place for" if strange else "gets no value for"
        raise CheckpointError(
            f"{_does_not_fit(adapter)} (the model {what} {len(wrong)} weights, such as {wrong[0]})."
        )
    if any(isinstance(module, BaseTunerLayer) for module in merged.modules()):
        raise CheckpointError(
            f"The adapter “{name}” cannot be merged; merge it with peft and save the whole model."
        )
    return merged.eval().requires_grad_(False)


def base_differs(adapter: Adapter, checkpoint: str) -> bool:
    """True if an adapter was trained on another model than `checkpoint`, by the last part of its name."""
    return adapter.base is not None and Path(adapter.base).name != Path(checkpoint).name


def _config_of(adapter: Adapter) -> Any:
    """Return the library's configuration. Raises CheckpointError, also for keys of a later version."""
    import peft
    from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING

    given = {
        key: value for key, value in adapter.config.items() if key not in ("auto_mapping", "runtime_config")
    }
    kind = PEFT_TYPE_TO_CONFIG_MAPPING[given["peft_type"]]
    known = {field.name for field in fields(kind)}
    if unknown := sorted(key for key, value in given.items() if key not in known and value):
        raise CheckpointError(
            f"The adapter “{adapter.name}” sets {unknown[0]}, which peft {peft.__version__} does not know; "
            f"install the peft that saved it ({given.get('peft_version', 'a later version')})."
        )
    try:
        config = kind(**{key: value for key, value in given.items() if key in known})
    except Exception as error:
        raise CheckpointError(
            f"The {ADAPTER_CONFIG} of “{adapter.name}” cannot be used ({message_of(error)}); correct it, or "
            "fetch it again."
        ) from error
    config.inference_mode = True
    return config


def _does_not_fit(adapter: Adapter) -> str:
    base = f"; it was trained on {adapter.base}" if adapter.base else ""
    return (
        f"The adapter “{adapter.name}” does not fit the checkpoint{base}: set engine.checkpoint to its base"
    )


def _not_an_adapter(folder: Path, names: list[str], name: str) -> str:
    """Say what a folder is that should be an adapter."""
    if any(one in names for one in MODEL_FILES[1:]):
        return f"“{name}” is a whole model and not an adapter; set engine.checkpoint to it instead."
    return (
        kind_of(folder, names, name)
        or f"“{name}” has no {ADAPTER_CONFIG}; set engine.adapter to a folder that peft saved."
    )
