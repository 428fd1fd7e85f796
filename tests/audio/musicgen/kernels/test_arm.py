"""On ARM the decoder computes the bits that it computes here: built for it, and run by an emulator."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audio.musicgen.kernels.compiler import SOURCE

PROGRAM = Path(__file__).with_name("bits.c")
EMULATOR = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
TARGETS = {
    "x86_64 portable": ("x86_64-linux-musl", "baseline"),
    "aarch64 with dot products": ("aarch64-linux-musl", "generic+dotprod"),
    "aarch64 portable": ("aarch64-linux-musl", "generic"),
}


def printed_by(target: str, cpu: str, folder: Path) -> str:
    """Build the program for a processor, run it, and return what it prints."""
    program = folder / "bits"
    sources = [PROGRAM, SOURCE / "decoder.c", SOURCE / "threads.c"]
    options = ["-std=gnu11", "-O2", "-ffp-contract=off", "-static", "-DKIND=tried", f"-I{SOURCE}"]
    command = [sys.executable, "-m", "ziglang", "cc", "-target", target, f"-mcpu={cpu}", *options]
    subprocess.run([*command, *map(str, sources), "-o", str(program)], check=True, capture_output=True)
    emulated = [] if target.startswith("x86_64") else [str(EMULATOR)]
    return subprocess.run([*emulated, str(program)], check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="ziglang is not installed")
@pytest.mark.skipif(EMULATOR is None, reason="qemu-aarch64 (package qemu-user) is not installed")
@pytest.mark.skipif(sys.platform != "linux", reason="the emulator runs programs of Linux alone")
def test_arm_and_x86_compute_the_same_bits(tmp_path: Path) -> None:
    printed = {name: printed_by(*target, tmp_path) for name, target in TARGETS.items()}
    assert len(set(printed.values())) == 1, printed
    assert "nan" not in printed["x86_64 portable"]
