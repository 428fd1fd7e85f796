"""The C code is compiled once for a machine, and torch takes over where it cannot be."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from audio.musicgen.kernels import compiler
from audio.musicgen.kernels.compiler import cache_folder, compile_library, find_compiler, library_path


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compiler, "BUILT", tmp_path / "built")


def pretend_to_compile(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    made: list[Path] = []

    def compile_nothing(command: list[str], target: Path) -> None:
        made.append(target)
        target.write_bytes(b"library")

    monkeypatch.setattr(compiler, "compile_library", compile_nothing)
    monkeypatch.setattr(compiler, "find_compiler", lambda: ["cc"])
    return made


def test_a_library_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pretend_to_compile(monkeypatch)
    path = library_path()
    assert path is not None
    assert path.parent == cache_folder()
    assert library_path() == path
    assert made == [path]


def test_other_sources_are_another_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend_to_compile(monkeypatch)
    first = library_path()
    changed = tmp_path / "source"
    changed.mkdir()
    (changed / "decoder.c").write_text("int changed;")
    monkeypatch.setattr(compiler, "SOURCE", changed)
    assert library_path() != first


def test_an_image_brings_its_library_and_needs_no_compiler(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend_to_compile(monkeypatch)
    compiled = library_path()
    assert compiled is not None
    brought = tmp_path / "built" / compiled.name
    brought.parent.mkdir()
    compiled.rename(brought)
    monkeypatch.setattr(compiler, "find_compiler", lambda: None)
    assert library_path() == brought


def test_without_a_compiler_a_line_says_what_helps(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(compiler, "find_compiler", lambda: None)
    assert library_path() is None
    assert "pip install ziglang" in caplog.text


def test_a_compiler_that_fails_is_quoted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    command = find_compiler()
    if command is None:
        pytest.skip("there is no C compiler")
    broken = tmp_path / "source"
    broken.mkdir()
    for name in ("kinds.c", "threads.c", "sampler.c", "decoder.c"):
        (broken / name).write_text("this is not C")
    monkeypatch.setattr(compiler, "SOURCE", broken)
    assert library_path() is None
    assert "this is not C" in caplog.text
    with pytest.raises(subprocess.SubprocessError):
        compile_library(command, tmp_path / "library.so")
