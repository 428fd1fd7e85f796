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
HERE = ["-mcpu=baseline"]
ARM = ["-target", "aarch64-linux-musl", "-mcpu=generic+dotprod", "-static"]
"""The emulator has no libraries of ARM, so the program brings its own."""


def printed_by(options: list[str], folder: Path, *emulator: str) -> str:
    """Build the program for a processor, run it, and return what it prints."""
    program = folder / "bits"
    sources = [PROGRAM, SOURCE / "decoder.c", SOURCE / "threads.c"]
    common = ["-std=gnu11", "-O2", "-ffp-contract=off", "-DKIND=tried", f"-I{SOURCE}", "-lm", "-lpthread"]
    command = [sys.executable, "-m", "ziglang", "cc", *options, *common, *map(str, sources)]
    subprocess.run([*command, "-o", str(program)], check=True, capture_output=True)
    return subprocess.run([*emulator, str(program)], check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="ziglang is not installed")
@pytest.mark.skipif(EMULATOR is None, reason="qemu-aarch64 (package qemu-user) is not installed")
@pytest.mark.skipif(sys.platform != "linux", reason="the emulator runs programs of Linux alone")
def test_arm_and_this_processor_compute_the_same_bits(tmp_path: Path) -> None:
    here = printed_by(HERE, tmp_path)
    assert "nan" not in here
    assert printed_by(ARM, tmp_path, str(EMULATOR)) == here
