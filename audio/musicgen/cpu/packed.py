"""The decoder's matrices in 8 or 4 bits: packed at the first start, read from a file at later ones."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from audio.musicgen.kernels.library import CMatrix
from audio.musicgen.kernels.weights import LAYOUT, aligned_bytes, pack, packed_bytes, padded
from audio.whole_file import replace_file

_log = logging.getLogger(__name__)

MAX_UNUSED_SECONDS: Final = 30 * 86_400.0
"""Files of weights that no start has read for so long are deleted when another one is written."""

_SUFFIX: Final = ".packed"


@dataclass(frozen=True, slots=True)
class Source:
    """A matrix to pack: the weights of `modules` side by side, in `bits` bits."""

    bits: int
    modules: tuple[nn.Linear, ...]

    @property
    def inputs(self) -> int:
        return self.modules[0].in_features

    @property
    def outputs(self) -> int:
        """Outputs with padding."""
        return padded(sum(module.out_features for module in self.modules))

    @property
    def bytes(self) -> int:
        return packed_bytes(self.outputs, self.inputs, self.bits)

    def pack(self) -> Tensor:
        return pack(torch.cat([module.weight.detach() for module in self.modules]), self.bits)


@dataclass(frozen=True, slots=True)
class Packed:
    """Packed matrices by name, and the memory that they lie in."""

    matrices: dict[str, CMatrix]
    memory: Tensor


def file_of(folder: Path, revision: str, dtype: str) -> Path:
    """Return where the matrices of a checkpoint's revision are kept in a data type."""
    return folder / f"{revision}-{dtype}-{LAYOUT}{_SUFFIX}"


def packed(sources: Mapping[str, Source], file: Path | None) -> Packed:
    """Return the matrices of `sources`, read from `file` if it holds them, else packed and written to it.

    Their weights are freed (moved to the device "meta"). None keeps no file.
    """
    if any(module.weight.is_meta for source in sources.values() for module in source.modules):
        raise ValueError("These weights were freed for another decoder; load the checkpoint again.")
    memory = aligned_bytes(sum(source.bytes for source in sources.values()))
    read = file is not None and _read(file, memory)
    matrices, begin = {}, 0
    for name, source in sources.items():
        own = memory[begin : begin + source.bytes]
        if not read:
            own.copy_(source.pack())
        for module in source.modules:
            module.weight = nn.Parameter(module.weight.to("meta"), False)
        matrices[name] = CMatrix(own.data_ptr(), source.inputs, source.outputs, source.bits)
        begin += source.bytes
    if file is not None and not read:
        _write(file, memory)
    return Packed(matrices, memory)


def _read(file: Path, memory: Tensor) -> bool:
    """Fill `memory` from a file of exactly its size; False if there is none."""
    try:
        with file.open("rb") as content:
            if os.fstat(content.fileno()).st_size != len(memory):
                return False
            if content.readinto(memory.numpy().data) != len(memory):  # it shrinks meanwhile
                return False
        os.utime(file)
    except FileNotFoundError:
        return False
    except OSError as error:
        _log.warning("The packed weights %s cannot be read: %s.", file, error.strerror or error)
        return False
    return True


def _write(file: Path, memory: Tensor, clock: Callable[[], float] = time.time) -> None:
    """Write a file that appears whole or not at all. Failure is only logged: the next start packs again."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in file.parent.glob(f"*{_SUFFIX}"):
            if clock() - other.stat().st_mtime > MAX_UNUSED_SECONDS:
                other.unlink(missing_ok=True)
        # durable, since a file of the right size is believed to have the right content
        replace_file(file, memory.numpy().data, durable=True)
    except OSError as error:
        _log.warning("The packed weights cannot be kept in %s: %s.", file.parent, error.strerror or error)
