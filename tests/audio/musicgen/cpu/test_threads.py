"""Threads are chosen by the cores that a process may use and by what a decoder gains."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from audio.musicgen.cpu import threads
from audio.musicgen.cpu.threads import (
    MAX_THREADS,
    MIN_SHARED_WEIGHTS,
    automatic_threads,
    physical_cores,
    step_weights,
    use_threads,
)
from audio.musicgen.kernels import library


def decoder(hidden: int, layers: int) -> Any:
    shape = {"ffn_dim": 4 * hidden, "num_hidden_layers": layers, "num_codebooks": 4, "vocab_size": 2048}
    return SimpleNamespace(config=SimpleNamespace(hidden_size=hidden, **shape))


SMALL, ETUDE = decoder(1024, 24), decoder(256, 7)


def test_the_weights_of_a_step_are_those_of_the_published_shapes() -> None:
    """Read from the shapes: small 361 M, medium 1.37 B of 1.5 B, without keys and values of the prompt."""
    assert step_weights(SMALL) == 24 * 14 * 1024**2 + 4 * 2048 * 1024
    assert step_weights(ETUDE) < MIN_SHARED_WEIGHTS < step_weights(SMALL)


@pytest.mark.parametrize(("cores", "chosen"), [(1, 1), (2, 2), (3, 2), (4, 3), (64, MAX_THREADS)])
def test_one_core_of_many_is_left_to_voice(monkeypatch: pytest.MonkeyPatch, cores: int, chosen: int) -> None:
    monkeypatch.setattr(threads, "physical_cores", lambda: cores)
    assert automatic_threads(SMALL, compiled=True) == chosen
    assert automatic_threads(ETUDE, compiled=True) == 1
    assert automatic_threads(SMALL, compiled=False) == 1


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine of eight logical processors on four cores, of which six may be used."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 4, 5, 6}, raising=False)
    for processor in range(8):
        (tmp_path / str(processor)).write_text(f"{processor % 4},{processor % 4 + 4}\n")
    monkeypatch.setattr(threads, "_SIBLINGS", str(tmp_path / "{}"))
    monkeypatch.setattr(threads, "_QUOTA", tmp_path / "cpu.max")
    return tmp_path


def test_two_threads_of_a_core_count_once(linux: Path) -> None:
    assert physical_cores() == 3


def test_without_topology_each_processor_is_a_core(linux: Path) -> None:
    for processor in range(8):
        (linux / str(processor)).unlink()
    assert physical_cores() == 6


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("max 100000", 3), ("200000 100000", 2), ("250000 100000", 2), ("50000 100000", 1), ("garbage", 3)],
)
def test_a_container_has_the_cores_of_its_quota(linux: Path, quota: str, cores: int) -> None:
    (linux / "cpu.max").write_text(f"{quota}\n")
    assert physical_cores() == cores


@pytest.mark.parametrize(("answer", "cores"), [("4\n", 4), ("", 12)])
def test_only_the_fast_cores_of_a_mac_count(monkeypatch: pytest.MonkeyPatch, answer: str, cores: int) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "cpu_count", lambda: 12)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=answer))
    assert physical_cores() == cores


@pytest.fixture
def restored() -> Iterator[None]:
    before = torch.get_num_threads(), library.threads()
    yield
    torch.set_num_threads(before[0])
    library.set_threads(before[1])


@pytest.mark.usefixtures("restored")
def test_torch_and_the_c_code_never_both_have_several_threads() -> None:
    use_threads(3, compiled=True)
    assert (library.threads(), torch.get_num_threads()) == (3, 1)
    use_threads(3, compiled=False)
    assert (library.threads(), torch.get_num_threads()) == (1, 3)
