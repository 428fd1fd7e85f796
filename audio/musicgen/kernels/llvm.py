"""Compiles functions written in LLVM IR for this processor at run time.

llvmlite is optional: without it the callers fall back to torch. Checkpoints are also evaluated where only
torch and transformers are installed.
"""

from __future__ import annotations

import ctypes
import logging
import struct
from collections.abc import Callable, Mapping
from typing import Any

_log = logging.getLogger(__name__)

try:
    from llvmlite import binding
except ImportError:
    binding = None
except OSError as error:  # its shared library does not load
    _log.warning("LLVM cannot be used: %s", error)
    binding = None


def cpu_features() -> Mapping[str, bool]:
    """Return the features of this processor by LLVM's names; empty without llvmlite."""
    return {} if binding is None else dict(binding.get_host_cpu_features())


def compile_function(code: str, name: str, pointers: int, numbers: int) -> Callable[..., None] | None:
    """Compile the function `name` of the LLVM module `code`.

    It takes `pointers` addresses followed by `numbers` 64-bit integers and returns nothing. Returns None, and
    logs a warning, if LLVM cannot compile the module.
    """
    try:
        engine = _engine(code)
    except (OSError, RuntimeError) as error:
        _log.warning("LLVM cannot compile the kernel %s: %s", name, error)
        return None
    signature = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * pointers, *[ctypes.c_int64] * numbers)
    function: Any = signature(engine.get_function_address(name))
    function.engine = engine  # owns the machine code, so it must live as long as the function
    return function  # type: ignore[no-any-return]


def _engine(code: str) -> Any:
    """Compile a module to machine code for this processor."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target_machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        # by default LLVM halves 512-bit vectors, which lower the clock of some older processors
        features=f"{binding.get_host_cpu_features().flatten()},-prefer-256-bit",
        opt=3,
    )
    module = binding.parse_assembly(code)
    module.verify()
    options = binding.create_pipeline_tuning_options(speed_level=2)
    passes = binding.create_pass_builder(target_machine, options)
    passes.getModulePassManager().run(module, passes)
    engine = binding.create_mcjit_compiler(module, target_machine)
    engine.finalize_object()
    return engine


def float_hex(number: float) -> str:
    """Return a float32 literal as LLVM IR spells it: the bits of the equal double."""
    (single,) = struct.unpack("f", struct.pack("f", number))
    return f"0x{struct.unpack('Q', struct.pack('d', single))[0]:016X}"


def broadcast(name: str, kind: str, lanes: int) -> str:
    """Return IR that copies the scalar `%name` into all lanes of the vector `%name.vec`."""
    vector = f"<{lanes} x {kind}>"
    return f"""
  %{name}.first = insertelement {vector} poison, {kind} %{name}, i64 0
  %{name}.vec = shufflevector {vector} %{name}.first, {vector} poison, <{lanes} x i32> zeroinitializer"""
