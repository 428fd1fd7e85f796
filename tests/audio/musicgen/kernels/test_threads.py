"""Threads share loops: every number once, no data race, and nobody waits for a thread that does nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audio.musicgen.kernels.compiler import SOURCE, find_compiler

TEAM = Path(__file__).with_name("team.c")
BITS = Path(__file__).with_name("bits.c")
FLAGS = ["-std=gnu11", "-g", "-O1", "-ffp-contract=off", "-Wall", "-Wextra", "-Wconversion", "-Wno-psabi"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are written for POSIX")


def ran(compiler: list[str], program: Path, *sources: Path) -> str:
    """Build a program without a warning, run it, and return what it prints."""
    options = [*FLAGS, "-Werror", "-DKIND=tried", f"-I{SOURCE}", *map(str, sources), "-lm", "-lpthread"]
    built = subprocess.run([*compiler, *options, "-o", str(program)], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # the programs end without freeing
    done = subprocess.run([str(program)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_number_is_given_once_and_a_helper_that_comes_late_is_not_waited_for(tmp_path: Path) -> None:
    compiler = find_compiler()
    if compiler is None:
        pytest.skip("there is no C compiler")
    assert ran(compiler, tmp_path / "team", TEAM, SOURCE / "threads.c") == "right\n"


@pytest.mark.slow
@pytest.mark.parametrize("sanitizer", ["thread", "address,undefined"])
def test_a_sanitizer_finds_nothing_in_threads_and_decoder(tmp_path: Path, sanitizer: str) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("there is no GCC, whose sanitizers come with it")
    compiler = [gcc, f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"]
    empty = tmp_path / "empty.c"
    empty.write_text("int main(void) { return 0; }")
    try:
        ran(compiler, tmp_path / "empty", empty)
    except AssertionError:
        pytest.skip("GCC has no sanitizers here, or they do not run")
    assert ran(compiler, tmp_path / "team", TEAM, SOURCE / "threads.c") == "right\n"
    assert "digest" in ran(compiler, tmp_path / "bits", BITS, SOURCE / "decoder.c", SOURCE / "threads.c")
