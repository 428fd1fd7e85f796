"""Calibrations of decoders whose cost is known: each step advances a virtual clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from audio.calibration import Calibration
from audio.musicgen import calibration
from audio.musicgen.calibration import HEADROOM, calibrate
from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.engine_core import EngineCore
from audio.worker.loading import _calibrate, calibration_name
from audio.worker.messages import Order


def calibrated(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, slots: int, step_ms: float) -> Any:
    """Calibrate a decoder that takes `step_ms`, +25 % per further slot, and twice that in mid-piece."""
    core = EngineCore(checkpoint, slots, longest=30.0)
    now = 0.0
    decoder: Any = core.runner.decoder  # type: ignore[attr-defined]

    def __call__(  # noqa: N807
        self: Any,
        tokens: torch.Tensor,
        slots: Sequence[int],
        positions: Sequence[int],
        guidance: Sequence[float],
    ) -> Any:
        nonlocal now
        now += step_ms / 1000 * (0.75 + 0.25 * len(slots)) * (2 if max(positions) > 100 else 1)
        return torch.zeros(len(slots), self.codebooks, 2048)

    monkeypatch.setattr(type(decoder), "__call__", __call__)
    return calibrate(core, clock=lambda: now)


def test_the_speed_is_measured_in_the_middle_of_a_piece(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = calibrated(checkpoint, monkeypatch, slots=1, step_ms=2.0)
    assert measured.speed == pytest.approx(1 / (50 * 0.004))
    assert measured.listeners == 1
    assert measured.capacity == pytest.approx(HEADROOM * measured.speed)


def test_the_number_of_listeners_is_what_real_time_allows_with_headroom(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = calibrated(checkpoint, monkeypatch, slots=16, step_ms=3.9)
    # 7.8 ms a step for one and 1.95 more for each other: 5 take 15.6 of 20 ms, 6 would take 17.55
    assert measured.listeners == 5
    assert measured.capacity == pytest.approx(5 * HEADROOM * 20 / 15.6)


@pytest.mark.parametrize(("step_ms", "listeners"), [(0.5, 32), (1.3, 21), (20.0, 1)])
def test_many_slots_are_not_measured_one_by_one(
    step_ms: float, listeners: int, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots_measured: list[int] = []
    seconds = calibration._step_seconds

    def spied(core: EngineCore, slots: int, *more: Any) -> float:
        slots_measured.append(slots)
        return seconds(core, slots, *more)

    monkeypatch.setattr(calibration, "_step_seconds", spied)
    assert calibrated(checkpoint, monkeypatch, slots=32, step_ms=step_ms).listeners == listeners
    assert len(slots_measured) <= 12


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_it_is_measured_with_the_guidance_that_the_checkpoint_recommends(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, guidance: float
) -> None:
    core = EngineCore(replace(checkpoint, guidance=guidance), longest=1.0)
    admitted: set[bool] = set()
    stepped: set[float] = set()
    decoder = type(core.runner.decoder)  # type: ignore[attr-defined]
    admit, step = decoder.admit, decoder.__call__

    def spied_admit(self: Any, slot: int, states: torch.Tensor, guided: bool) -> None:
        admitted.add(guided)
        admit(self, slot, states, guided)

    def spied_step(self: Any, tokens: Any, slots: Any, positions: Any, scales: Sequence[float]) -> Any:
        stepped.update(scales)
        return step(self, tokens, slots, positions, scales)

    monkeypatch.setattr(decoder, "admit", spied_admit)
    monkeypatch.setattr(decoder, "__call__", spied_step)
    monkeypatch.setattr(calibration, "_MEASURED_SECONDS", 0.0)
    calibrate(core)
    assert (admitted, stepped) == ({guidance != 1.0}, {guidance})


def test_there_is_at_least_one_listener_and_at_most_one_per_slot(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calibrated(checkpoint, monkeypatch, slots=2, step_ms=0.1).listeners == 2
    slow = calibrated(checkpoint, monkeypatch, slots=8, step_ms=40.0)
    assert slow.listeners == 1
    assert slow.speed == pytest.approx(0.25)


def test_a_cached_calibration_is_not_measured_again(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured = [Calibration(4.0, 2, 5.0), Calibration(3.0, 1, 2.0), Calibration(2.0, 1, 1.0)]
    pending = iter(measured)
    monkeypatch.setattr(calibration, "calibrate", lambda core: next(pending))
    core = EngineCore(checkpoint, longest=2.0)
    order = Order("seeded", None, "cpu", 1, 1, 2.0, cache_folder=tmp_path)
    exact, short = (calibration_name(checkpoint, order, dtype, 1, "cpu") for dtype in ("float32", "int8"))
    assert _calibrate(core, order, exact) == measured[0]
    assert _calibrate(core, order, exact) == measured[0]
    assert _calibrate(core, order, short) == measured[1]
    assert _calibrate(core, replace(order, cache_folder=None), exact) == measured[2]
    before = replace(order, cache_folder=None, calibration=measured[0])
    assert _calibrate(core, before, exact) == measured[0], "the calibration of an earlier worker"
    assert core.idle


def test_a_real_core_is_measured_and_left_idle(checkpoint: Checkpoint) -> None:
    core = EngineCore(checkpoint, slots=2, longest=2.0)
    measured = calibrate(core)
    assert measured.speed > 0
    assert 1 <= measured.listeners <= 2
    assert core.idle
