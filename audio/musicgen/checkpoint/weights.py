"""Reads a checkpoint's weights and fits them into the library's model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file
from torch import Tensor

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.file_facts import FileFacts

_HARMLESS: Final = re.compile(
    r".*embed_positions\.weights"  # computed; older versions of the library saved them
    r"|text_encoder\.(encoder\.embed_tokens\.weight|decoder\..*|lm_head\..*)"  # copies, and no encoder
    r"|audio_encoder\.quantizer\..*"  # further codebooks, which the decoder does not use
)
"""Weights that the model has no place for and that change no sound."""

_OLD_NAMES: Final = {
    ".weight_g": ".parametrizations.weight.original0",
    ".weight_v": ".parametrizations.weight.original1",
}
"""Names of the parts of weight norm: in torch before 2.0, and now."""

_ADAPTED: Final = re.compile(r"(^|\.)(lora_[A-Za-z_]+|base_layer|modules_to_save|base_model)(\.|$)")
"""Parts of names in weights that were saved with an adapter in them."""


def skeleton_of(kind: Any, config: Any) -> dict[str, Tensor]:
    """Return the weights of the library's model of `config`, by name, without their memory.

    Raises whatever the library raises for a configuration of which it makes no model.
    """
    with torch.device("meta"):
        weights: dict[str, Tensor] = kind(config).state_dict()
    return weights


def build(kind: Any, config: Any, files: Sequence[Path], name: str, facts: FileFacts) -> Any:
    """Return a model of the library's class `kind` with the weights in `files`, in float32.

    What is saved in float32 stays on disk until it is used; `facts` remembers that all are finite. Only
    safetensors are read, and nothing but these files. Raises CheckpointError with one sentence, or what the
    library raises.
    """
    state: dict[str, Tensor] = {}
    for path in files:
        state.update(load_file(path))
    if adapted := next(filter(_ADAPTED.search, sorted(state)), None):
        raise CheckpointError(
            f"The weights of “{name}” hold an adapter that was not merged ({adapted}); call "
            "merge_and_unload() of peft and save the model again."
        )
    _check_fit(state, skeleton_of(kind, config), name)
    model, report = kind.from_pretrained(
        None, config=config, state_dict=state, dtype=torch.float32, output_loading_info=True
    )
    if missing := sorted(report["missing_keys"]):  # the library knows which ones are only copies
        raise CheckpointError(
            f"The checkpoint “{name}” lacks {len(missing)} of its weights, such as {missing[0]}; "
            "fetch it again, or save the whole model again."
        )

    def finite() -> bool:
        check_finite(model.state_dict(), name)
        return True

    facts.get(files, "finite", finite)  # it reads all of them
    return model


def check_finite(weights: Mapping[str, Tensor], name: str) -> None:
    """Raise CheckpointError if a weight is NaN or infinite."""
    for key, weight in weights.items():
        if not weight.is_floating_point():
            continue
        # A sum is not finite if any of its terms is not, and takes 0.02 of the time (50 M weights).
        if not torch.isfinite(weight.sum()) and not torch.isfinite(weight).all():
            raise CheckpointError(
                f"The weights of “{name}” are not finite ({key}): the training diverged, or they were saved "
                "in a format with too small a range; give an earlier state, or save in bfloat16 or float32."
            )


def _renamed(key: str) -> str:
    """Return the present name of a weight of the codec that an older torch saved."""
    for old, new in _OLD_NAMES.items():
        key = key.replace(old, new)
    return key


def _check_fit(state: dict[str, Tensor], skeleton: dict[str, Tensor], name: str) -> None:
    """Raise CheckpointError if a weight has another shape or type than the model's, or no place in it.

    It comes before anything is allocated. The library's own list of what has no place leaves out whatever has
    “decoder” in its name, as T5's encoder alone should.
    """
    strange = []
    for key, weight in state.items():
        place = skeleton.get(_renamed(key))
        if place is None:
            strange.append(key)
        elif weight.shape != place.shape:
            raise CheckpointError(
                f"The weights of “{name}” do not fit its config.json: {key} is {_shape(weight.shape)} and "
                f"should be {_shape(place.shape)}; give both files of the same model."
            )
        elif not weight.is_floating_point():
            raise CheckpointError(
                f"The weights of “{name}” are no floating-point numbers ({key} is "
                f"{str(weight.dtype).removeprefix('torch.')}); save the model in float16, bfloat16 or "
                "float32: Busker quantises by itself (engine.dtype)."
            )
    if unexpected := sorted(key for key in strange if not _HARMLESS.fullmatch(key)):
        raise CheckpointError(
            f"The weights of “{name}” do not fit its config.json, which has no place for "
            f"{len(unexpected)} of them, such as {unexpected[0]}; give both files of the same model."
        )


def _shape(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))
