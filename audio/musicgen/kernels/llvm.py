"""Functions written in LLVM's intermediate language, compiled for this processor when they are asked for.

Without llvmlite nothing is compiled, and torch does it all: where a checkpoint is measured there may be no
more than torch and transformers.
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
except OSError as error:  # of a library that llvmlite is made of
    _log.warning("LLVM cannot be used: %s", error)
    binding = None


def features() -> Mapping[str, bool]:
    """What the processor has, by LLVM's names; nothing where there is no LLVM."""
    return {} if binding is None else dict(binding.get_host_cpu_features())


def compiled(code: str, name: str, pointers: int, numbers: int) -> Callable[..., None] | None:
    """The function `name` of a module, which takes so many addresses and then so many numbers of 64 bits.

    None, and a line in the log, where LLVM cannot make it.
    """
    try:
        engine = _engine(code)
    except (OSError, RuntimeError) as error:
        _log.warning("LLVM cannot compile what Busker wants to %s with: %s", name, error)
        return None
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * pointers, *[ctypes.c_int64] * numbers)
    function: Any = kind(engine.get_function_address(name))
    function.engine = engine  # which holds the code
    return function  # type: ignore[no-any-return]


def _engine(code: str) -> Any:
    """A module's machine code."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        # LLVM would halve the widest vectors where they slow the clock of some older processors
        features=f"{binding.get_host_cpu_features().flatten()},-prefer-256-bit",
        opt=3,
    )
    module = binding.parse_assembly(code)
    module.verify()
    passes = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=2))
    passes.getModulePassManager().run(module, passes)
    engine = binding.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return engine


def written(number: float) -> str:
    """A float32 as LLVM takes it: the bits of the double that it is."""
    (single,) = struct.unpack("f", struct.pack("f", number))
    return f"0x{struct.unpack('Q', struct.pack('d', single))[0]:016X}"


def spread(name: str, kind: str, lanes: int) -> str:
    """Two lines of code that put the number `name` into all lanes of a vector, `name.all`."""
    vector = f"<{lanes} x {kind}>"
    return f"""
  %{name}.one = insertelement {vector} poison, {kind} %{name}, i64 0
  %{name}.all = shufflevector {vector} %{name}.one, {vector} poison, <{lanes} x i32> zeroinitializer"""
