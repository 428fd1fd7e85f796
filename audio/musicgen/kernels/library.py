"""The functions of the compiled library for this processor (see `source/decoder.h`)."""

from __future__ import annotations

import ctypes
import logging
from ctypes import POINTER, Structure, c_char_p, c_float, c_int64, c_void_p, pointer
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import torch
from torch import Tensor

from audio.musicgen.kernels.compiler import kinds, library_path
from audio.musicgen.kernels.weights import GROUP, LANES, TILE, aligned, pack

_log = logging.getLogger(__name__)

_PROBE_SEED: Final = 0
_PROBE_ERRORS: Final = {8: 0.01, 4: 0.15}
"""Tolerance by bits, relative to the products; with random weights they are off by 0.004 and 0.08."""


class CNorm(Structure):
    _fields_ = (("weight", c_void_p), ("bias", c_void_p))


class CMatrix(Structure):
    _fields_ = (("weights", c_void_p), ("inputs", c_int64), ("outputs", c_int64), ("bits", c_int64))


class CLayer(Structure):
    _fields_ = (
        *((name, CNorm) for name in ("norm", "cross_norm", "final_norm")),
        *((name, CMatrix) for name in ("qkv", "out", "cross_q", "cross_out", "fc1", "fc2")),
    )


class CModel(Structure):
    _fields_ = (
        *((name, c_int64) for name in ("layers", "hidden", "heads", "codebooks", "codes", "cross")),
        ("epsilon", c_float),
        ("norm", CNorm),
        ("embedded", c_void_p),
        ("positions", c_void_p),
        ("lm_heads", CMatrix),
        ("layer", POINTER(CLayer)),
    )


class CRow(Structure):
    _fields_ = (
        ("cache", c_void_p),
        ("prompt", c_void_p),
        ("room", c_int64),
        ("position", c_int64),
        ("tokens", c_int64),
        ("codes", c_void_p),
        ("states", c_void_p),
        ("unconditional", c_int64),
        ("guidance", c_float),
    )


class CLinear(Structure):
    _fields_ = (
        ("weights", c_void_p),
        ("bias", c_void_p),
        ("inputs", c_int64),
        ("outputs", c_int64),
    )


@dataclass(frozen=True, slots=True)
class Library:
    """The functions of one kind of processor."""

    kind: str
    """Its name in `compiler.KINDS`."""
    workspace_new: Any
    workspace_free: Any
    decoder_step: Any
    multiply_rows: Any
    cache_bytes: Any
    cache_fill: Any
    linear_rows: Any
    lstm_layer: Any


_SIGNATURES: Final[dict[str, tuple[Any, list[Any]]]] = {
    "workspace_new": (c_void_p, [POINTER(CModel), c_void_p, c_int64, c_int64]),
    "workspace_free": (None, [c_void_p]),
    "decoder_step": (None, [POINTER(CModel), c_void_p, POINTER(CRow), c_int64, c_int64, c_void_p]),
    "multiply_rows": (None, [POINTER(CModel), c_void_p, POINTER(CMatrix), c_void_p, c_int64, c_void_p]),
    "cache_bytes": (c_int64, [c_int64, c_int64, c_int64]),
    "cache_fill": (None, [c_void_p, *[c_int64] * 4, c_void_p, c_void_p]),
    "linear_rows": (None, [c_void_p, POINTER(CLinear), c_void_p, c_int64, c_int64, c_void_p]),
    "lstm_layer": (None, [c_void_p, POINTER(CLinear), c_void_p, c_int64, c_void_p, c_void_p]),
}


_threads = 1


def set_threads(count: int) -> None:
    """Let codecs, and decoders that are made from now on, compute in `count` threads; one by default."""
    global _threads
    _threads = count


def threads() -> int:
    """Return the number of threads that compute now."""
    return _threads


@cache
def best_library() -> Library | None:
    """Return the functions for the fastest kind that is right on this processor; None if there is none."""
    return next((library for library in libraries() if _is_right(library)), None)


@cache
def team(count: int) -> int:
    """Return the address of a team of threads, which lives as long as the process.

    Raises MemoryError if the system refuses.
    """
    loaded = _loaded()
    assert loaded is not None
    start = loaded.team_start
    start.restype, start.argtypes = c_void_p, [c_int64]
    address = start(count)
    if not address:
        raise MemoryError("can't allocate memory for threads")
    return int(address)


@cache
def sampler() -> Any | None:
    """Return `sample_tokens` of `source/sampler.h`; None if there is no compiled library."""
    loaded = _loaded()
    if loaded is None:
        return None
    function = loaded.sample_tokens
    function.restype = ctypes.c_bool
    function.argtypes = [c_void_p, c_int64, c_int64, c_void_p, c_int64, ctypes.c_double, c_void_p]
    return function


@cache
def _loaded() -> ctypes.CDLL | None:
    path = library_path()
    if path is None:
        return None
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        _log.warning("The compiled decoder does not load, so torch multiplies: %s", error)
        return None


def libraries() -> list[Library]:
    """Return the functions for every kind that this processor supports, the fastest first."""
    loaded = _loaded()
    if loaded is None:
        return []
    supported = loaded.kind_supported
    supported.restype, supported.argtypes = ctypes.c_bool, [c_char_p]
    return [_functions(loaded, kind.name) for kind in kinds() if supported(kind.name.encode())]


def _functions(loaded: ctypes.CDLL, kind: str) -> Library:
    functions = {}
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(loaded, f"{name}_{kind}")
        function.restype, function.argtypes = result, arguments
        functions[name] = function
    return Library(kind, **functions)


def multiply(library: Library, weights: Tensor, x: Tensor, bits: int, count: int = 1) -> Tensor:
    """Return the product of `x` (rows, inputs) with `weights` (outputs, inputs), rounded to `bits`.

    Both are float32; inputs are a multiple of `GROUP`, outputs of `TILE`.
    """
    outputs, inputs = weights.shape
    packed = aligned(pack(weights, bits))
    layer = CLayer(fc1=CMatrix(packed.data_ptr(), inputs, outputs, bits))
    # a model without layers to step, as wide as the inputs: it has the threads and buffers of a product
    model = CModel(hidden=inputs, heads=1, layer=pointer(layer))
    workspace = library.workspace_new(model, team(count), len(x), LANES)
    if not workspace:
        raise MemoryError("can't allocate memory for a product")
    out, x = torch.empty(len(x), outputs), x.contiguous()
    library.multiply_rows(model, workspace, layer.fc1, x.data_ptr(), len(x), out.data_ptr())
    library.workspace_free(workspace)
    return out


@torch.inference_mode()
def _is_right(library: Library) -> bool:
    """True if products of random numbers are right, for weights of each width."""
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    weights = torch.randn(2 * TILE, 3 * GROUP, generator=generator)
    x = torch.randn(3, 3 * GROUP, generator=generator)
    for bits, error in _PROBE_ERRORS.items():
        product, expected = multiply(library, weights, x, bits), x @ weights.t()
        if not (product - expected).norm() <= error * expected.norm():
            _log.warning("The compiled decoder is wrong for %s on this processor.", library.kind)
            return False
    return True
