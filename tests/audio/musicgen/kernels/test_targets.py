"""The C code builds for every system, and computes the same bits wherever an emulator can show it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audio.musicgen.kernels.compiler import SOURCE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="ziglang is not installed"),
]

PROGRAM = Path(__file__).with_name("bits.c")
FLAGS = ["-std=gnu11", "-ffp-contract=off", "-Wno-psabi", f"-I{SOURCE}", "-lm", "-lpthread"]

ARM = ["-target", "aarch64-linux-musl", "-mcpu=generic+dotprod", "-static"]
"""The emulator has no libraries of ARM, so the program brings its own."""

WINDOWS = ["-target", "x86_64-windows-gnu", "-mcpu=x86_64_v3"]

ARM_EMULATOR = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
WINE = shutil.which("wine") or shutil.which("wine64")


def built(options: list[str], *sources: Path, target: Path) -> Path:
    command = [sys.executable, "-m", "ziglang", "cc", *options, *FLAGS, *map(str, sources), "-o", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


def printed_by(options: list[str], folder: Path, *emulator: str) -> str:
    """Build the program for a processor, run it, and return what it prints."""
    sources = [PROGRAM, SOURCE / "decoder.c", SOURCE / "threads.c"]
    program = built([*options, "-O2", "-DKIND=tried"], *sources, target=folder / "bits.exe")
    environment = {**os.environ, "WINEPREFIX": str(folder / "wine"), "WINEDEBUG": "-all"}
    ran = subprocess.run([*emulator, str(program)], check=True, capture_output=True, env=environment)
    return ran.stdout.decode().replace("\r\n", "\n")


@pytest.mark.timeout(600)  # wine takes two minutes to start for the first time
@pytest.mark.skipif(sys.platform != "linux", reason="the emulators run on Linux alone")
@pytest.mark.parametrize(
    ("options", "emulator"),
    [
        pytest.param(
            ARM,
            ARM_EMULATOR,
            id="arm",
            marks=pytest.mark.skipif(
                ARM_EMULATOR is None, reason="qemu-aarch64 (package qemu-user) is not installed"
            ),
        ),
        pytest.param(
            WINDOWS,
            WINE,
            id="windows",
            marks=pytest.mark.skipif(WINE is None, reason="wine is not installed"),
        ),
    ],
)
def test_other_systems_and_this_one_compute_the_same_bits(
    options: list[str], emulator: str, tmp_path: Path
) -> None:
    here = printed_by(["-mcpu=baseline"], tmp_path)
    assert "nan" not in here
    assert printed_by(options, tmp_path, emulator) == here


@pytest.mark.parametrize(
    "target", ["x86_64-windows-gnu", "aarch64-windows-gnu", "x86_64-macos", "aarch64-macos"]
)
def test_a_library_is_built_for_windows_and_macs(target: str, tmp_path: Path) -> None:
    sources = [SOURCE / f"{name}.c" for name in ("decoder", "codec", "kinds", "sampler", "threads")]
    options = ["-target", target, "-shared", "-O0", "-fvisibility=hidden", "-DKIND=portable"]
    library = built(options, *sources, target=tmp_path / "library")
    content = library.read_bytes()
    for name in ("decoder_step_portable", "lstm_layer_portable", "sample_tokens", "team_start"):
        assert name.encode() in content, name
