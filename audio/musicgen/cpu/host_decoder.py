"""Chooses the decoder for a data type: in C if this processor can, else by torch."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import torch

from audio.musicgen.cpu.compiled_decoder import BITS, CompiledDecoder, unsupported
from audio.musicgen.cpu.torch_decoder import TorchDecoder
from audio.musicgen.kernels.library import best_library, threads
from audio.musicgen.model.layers import Decoder

_log = logging.getLogger(__name__)

HostDecoder = CompiledDecoder | TorchDecoder

WHOLE_NUMBERS: Final = frozenset(BITS)
"""Data types that only the CPU has."""

_FAST_CAPABILITIES: Final = ("AVX2", "AVX512")
"""CPU capabilities for which torch has fast kernels for 8-bit weights."""


def host_decoder(
    decoder: Decoder, slots: int, length: int, dtype: str, prefix: int = 0, file: Path | None = None
) -> HostDecoder:
    """Return the decoder for weights of `dtype`, in as many threads as are in use.

    `file` keeps packed weights for the next start. Where the C code cannot run, torch takes 8 bits also for
    int4.
    """
    library = best_library()
    if library is not None and is_compiled(decoder, dtype):
        return CompiledDecoder(library, decoder, slots, length, BITS[dtype], threads(), prefix, file)
    if dtype in BITS:
        reason = "no compiled decoder" if library is None else unsupported(decoder)
        _log.warning("torch composes in int8, several times slower: there is %s.", reason)
    return TorchDecoder(decoder, slots, length, "int8" if dtype in BITS else dtype, prefix)


def is_compiled(decoder: Decoder, dtype: str) -> bool:
    """True if the C code computes the steps of `decoder` in `dtype` here."""
    return dtype in BITS and best_library() is not None and unsupported(decoder) is None


def dtypes_for(device: str) -> tuple[str, ...]:
    """Return the data types that suit `device`, the most exact first; "auto" takes the first that is live."""
    if device.startswith("cuda"):
        return ("float16",)
    if device != "cpu":
        return ("float32",)
    if best_library() is not None:
        return ("int8", "int4")
    return ("int8",) if torch.backends.cpu.get_cpu_capability() in _FAST_CAPABILITIES else ("float32",)


def kernel_of(decoder: Decoder, dtype: str) -> str:
    """Return what computes the steps of `decoder` in `dtype` here: a kind of processor, or “torch”."""
    library = best_library()
    return library.kind if library is not None and is_compiled(decoder, dtype) else "torch"


def kernel_name(decoder: Decoder, dtype: str) -> str:
    """Return a name for how weights of `dtype` are multiplied here; another name means another speed."""
    kernel = kernel_of(decoder, dtype)
    return dtype if kernel == "torch" else f"{dtype} by {kernel}"
