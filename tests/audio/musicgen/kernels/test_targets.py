"""The C code builds for every system, and computes the same bits wherever an emulator can show it."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audio.musicgen.kernels import compiler
from audio.musicgen.kernels.compiler import KINDS, SOURCE, compile_library
from audio.musicgen.kernels.library import Library

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="ziglang is not installed"),
]

PROGRAM = Path(__file__).with_name("bits.c")
ZIG = [sys.executable, "-m", "ziglang", "cc"]
FLAGS = ["-std=gnu11", "-ffp-contract=off", "-Wno-psabi", f"-I{SOURCE}"]

FUNCTIONS = [field.name for field in dataclasses.fields(Library) if field.name != "kind"]
"""Compiled once for each kind of processor."""

ARM = ["-target", "aarch64-linux-musl", "-static"]
"""The emulator has no libraries of ARM, so the program brings its own."""

WINDOWS = ["-target", "x86_64-windows-gnu", "-mcpu=x86_64_v3"]

ARM_EMULATOR = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
WINE = shutil.which("wine") or shutil.which("wine64")
NEEDS_QEMU = pytest.mark.skipif(
    ARM_EMULATOR is None, reason="qemu-aarch64 (package qemu-user) is not installed"
)
NEEDS_WINE = pytest.mark.skipif(WINE is None, reason="wine is not installed")


def printed_by(command: list[str], folder: Path, *emulator: str) -> str:
    """Build the program by a compiler, run it, and return what it prints."""
    program = folder / "bits.exe"
    sources = [PROGRAM, SOURCE / "decoder.c", SOURCE / "threads.c"]
    options = ["-O2", "-DKIND=tried", *FLAGS, *map(str, sources), "-lm", "-lpthread"]
    subprocess.run([*command, *options, "-o", str(program)], check=True, capture_output=True)
    environment = {**os.environ, "WINEPREFIX": str(folder / "wine"), "WINEDEBUG": "-all"}
    ran = subprocess.run([*emulator, str(program)], check=True, capture_output=True, env=environment)
    return ran.stdout.decode().replace("\r\n", "\n")


def printed_here(folder: Path) -> str:
    """Return what the program prints here, for any processor of this architecture."""
    printed = printed_by([*ZIG, "-mcpu=baseline"], folder)
    assert "nan" not in printed
    return printed


@pytest.mark.timeout(600)  # wine takes two minutes to start for the first time
@pytest.mark.skipif(sys.platform != "linux", reason="the emulators run on Linux alone")
@pytest.mark.parametrize(
    ("options", "emulator"),
    [
        pytest.param([*ARM, "-mcpu=generic+dotprod"], ARM_EMULATOR, id="arm", marks=NEEDS_QEMU),
        pytest.param([*ARM, "-mcpu=generic"], ARM_EMULATOR, id="old-arm", marks=NEEDS_QEMU),
        pytest.param(WINDOWS, WINE, id="windows", marks=NEEDS_WINE),
    ],
)
def test_other_systems_and_this_one_compute_the_same_bits(
    options: list[str], emulator: str, tmp_path: Path
) -> None:
    assert printed_by([*ZIG, *options], tmp_path, emulator) == printed_here(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="GCC and Clang are not at home there")
@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_another_compiler_makes_the_same_bits(name: str, tmp_path: Path) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    assert printed_by([name], tmp_path) == printed_here(tmp_path)


@pytest.mark.parametrize("system", ["windows-gnu", "macos"])
@pytest.mark.parametrize("architecture", KINDS)
def test_a_library_is_built_for_windows_and_macs(
    architecture: str, system: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(compiler, "architecture", lambda: architecture)
    library = tmp_path / "library"
    compile_library([*ZIG, "-target", f"{architecture}-{system}"], library)
    content = library.read_bytes()
    of_kinds = [f"{name}_{kind.name}" for kind in KINDS[architecture] for name in FUNCTIONS]
    for name in (*of_kinds, "sample_tokens", "team_start", "kind_supported"):
        assert name.encode() in content, name
