"""Compiles `source/` to one shared library for this machine, once; later starts load the file.

    python -m audio.musicgen.kernels.compiler FOLDER     compile into FOLDER, for an image

The library holds the same functions for each kind of processor of this architecture; `library.py` chooses.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

_log = logging.getLogger(__name__)

SOURCE: Final = Path(__file__).parent / "source"
BUILT: Final = Path(__file__).parent / "built"
"""Where an image keeps its library; looked into before the cache."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How to compile for a kind of processor."""

    name: str
    zig_cpu: str
    """As zig names it."""
    flags: tuple[str, ...] = ()
    """As GCC and Clang name it."""

    def options(self, compiler: Sequence[str]) -> list[str]:
        """Return the options of a compiler for this kind; by default zig takes the processor here."""
        return [f"-mcpu={self.zig_cpu}"] if "ziglang" in compiler else [*self.flags]


KINDS: Final = {
    "x86_64": (
        Kind("avx512_vnni", "x86_64_v4+avx512vnni", ("-march=x86-64-v4", "-mavx512vnni")),
        Kind("avx_vnni", "x86_64_v3+avxvnni", ("-march=x86-64-v3", "-mavxvnni")),
        Kind("avx2", "x86_64_v3", ("-march=x86-64-v3",)),
        Kind("portable", "baseline"),
    ),
    "aarch64": (
        Kind("neon_dotprod", "generic+dotprod", ("-march=armv8.2-a+dotprod",)),
        Kind("portable", "baseline"),
    ),
}
"""The kinds of each architecture, the fastest first."""

_FLAGS: Final = [
    "-std=gnu11",
    "-O3",
    "-fPIC",
    "-fvisibility=hidden",
    "-ffp-contract=off",  # with fused products another processor would compute other bits
    "-Wno-psabi",
]
_SECONDS: Final = 300.0
"""Timeout of one call of the compiler [s]."""


def architecture() -> str:
    """Return the processor's architecture by the name that Linux uses."""
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this architecture, the fastest first; every one runs the last."""
    return KINDS.get(architecture(), (Kind("portable", "baseline"),))


def library_path() -> Path | None:
    """Return the library of these sources, compiled now if there is none; None if that is impossible."""
    compiler, digest = find_compiler(), _digest()
    name = _file_name(digest, compiler or [])
    for existing in (*BUILT.glob(f"{digest}-*"), cache_folder() / name):
        if existing.is_file():
            return existing
    if compiler is None:
        _log.warning(
            "There is no C compiler, so torch multiplies, and slowly; `pip install ziglang` brings one."
        )
        return None
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            if not (folder / name).is_file():
                _log.info("The decoder is compiled for this machine, once; it takes some seconds.")
                compile_library(compiler, folder / name)
        return folder / name
    except (OSError, subprocess.SubprocessError) as error:
        output = getattr(error, "stderr", "") or ""
        _log.warning("The decoder cannot be compiled, so torch multiplies: %s %s", error, output[-2000:])
        return None


def cache_folder() -> Path:
    """Return the user's folder for compiled libraries."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "busker" / "native"


def find_compiler() -> list[str] | None:
    """Return the command of a C compiler; None if there is none.

    Clang first, which ziglang brings: for AVX2 its code is four times as fast as that of GCC 12, which keeps
    vectors wider than a register in memory.
    """
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    found = next(filter(None, map(shutil.which, ("clang", "gcc", "cc"))), None)
    return None if found is None else [found]


def compile_library(compiler: list[str], target: Path) -> None:
    """Compile `source/` for all kinds of this architecture into the file `target`.

    Raises OSError or SubprocessError.
    """
    portable = kinds()[-1]
    jobs = [(name, portable) for name in ("kinds", "sampler", "threads")]
    jobs += [(name, kind) for kind in kinds() for name in ("decoder", "codec")]
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:

        def compile_one(job: tuple[str, Kind]) -> str:
            name, kind = job
            made = str(Path(scratch) / f"{name}-{kind.name}.o")
            options = [*_FLAGS, *kind.options(compiler), f"-DKIND={kind.name}"]
            _run([*compiler, *options, "-c", str(SOURCE / f"{name}.c"), "-o", made])
            return made

        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="compile") as pool:
            objects = list(pool.map(compile_one, jobs))
        linked = Path(scratch) / target.name
        _run([*compiler, "-shared", *objects, "-lm", "-lpthread", "-o", str(linked)])
        linked.replace(target)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=_SECONDS)


def _digest() -> str:
    """Return a name for the sources and how they are compiled."""
    content = hashlib.sha256(repr((_FLAGS, KINDS)).encode())
    for path in sorted(SOURCE.iterdir()):
        content.update(path.name.encode() + path.read_bytes())
    return content.hexdigest()[:16]


def _file_name(digest: str, compiler: list[str]) -> str:
    suffix = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
    by = "zig" if "ziglang" in compiler else "cc"
    return f"{digest}-{sys.platform}-{architecture()}-{by}{suffix}"


def main() -> None:
    """Compile into the folder that the command line names."""
    compiler = find_compiler()
    if compiler is None:
        sys.exit("There is no C compiler; `pip install ziglang` brings one.")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BUILT
    folder.mkdir(parents=True, exist_ok=True)
    compile_library(compiler, folder / _file_name(_digest(), compiler))


if __name__ == "__main__":
    main()
