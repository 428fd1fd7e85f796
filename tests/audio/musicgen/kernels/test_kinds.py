"""Each processor gets the code that it can run, by processors that an emulator shows."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audio.musicgen.kernels.compiler import KINDS, SOURCE

PROGRAM = Path(__file__).with_name("kinds_of.c")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the emulators run on Linux alone")
@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="ziglang is not installed")
@pytest.mark.parametrize(
    ("architecture", "processor", "best"),
    [
        ("x86_64", "Nehalem", "portable"),
        ("x86_64", "SandyBridge", "portable"),  # AVX alone
        ("x86_64", "Haswell", "avx2"),
        ("x86_64", "Haswell,-bmi2", "portable"),
        ("x86_64", "Haswell,-fma", "portable"),
        ("x86_64", "Haswell,-movbe", "portable"),
        ("x86_64", "Haswell,-abm", "portable"),
        ("x86_64", "Haswell,-xsave", "portable"),
        ("aarch64", "cortex-a72", "portable"),  # Raspberry Pi 4
        ("aarch64", "neoverse-n1", "neon_dotprod"),  # Ampere Altra, Graviton 2
    ],
)
def test_a_processor_gets_the_fastest_kind_that_it_runs(
    architecture: str, processor: str, best: str, tmp_path: Path
) -> None:
    emulator = shutil.which(f"qemu-{architecture}") or shutil.which(f"qemu-{architecture}-static")
    if emulator is None:
        pytest.skip(f"qemu-{architecture} (package qemu-user) is not installed")
    program = tmp_path / "kinds_of"
    options = ["-target", f"{architecture}-linux-musl", "-static", "-mcpu=baseline", f"-I{SOURCE}"]
    sources = [str(PROGRAM), str(SOURCE / "kinds.c"), "-o", str(program)]
    subprocess.run([sys.executable, "-m", "ziglang", "cc", *options, *sources], check=True)
    names = [kind.name for kind in KINDS[architecture]]
    shown = [emulator, "-cpu", processor, str(program), *names]
    supported = subprocess.run(shown, check=True, capture_output=True, text=True).stdout.split()
    assert supported[0] == best
    assert supported[-1] == "portable"
