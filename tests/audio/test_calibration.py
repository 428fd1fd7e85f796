from __future__ import annotations

import json
from pathlib import Path

import pytest

from audio.calibration import MAX_AGE_SECONDS, Calibration, load_calibration, save_calibration

FAST, SLOW = Calibration(4.0, 6, 5.5), Calibration(0.5, 1, 0.4)


def test_a_calibration_is_loaded_under_its_name_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "calibration.json"
    assert load_calibration(path, "fast") is None
    save_calibration(path, "fast", FAST)
    save_calibration(path, "slow", SLOW)
    assert load_calibration(path, "fast") == FAST
    assert load_calibration(path, "slow") == SLOW
    assert load_calibration(path, "another") is None
    assert list(path.parent.iterdir()) == [path]


def test_an_old_calibration_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    save_calibration(path, "fast", FAST, clock=lambda: 1000.0)
    assert load_calibration(path, "fast", clock=lambda: 1000.0 + MAX_AGE_SECONDS) == FAST
    assert load_calibration(path, "fast", clock=lambda: 1001.0 + MAX_AGE_SECONDS) is None


@pytest.mark.parametrize("text", ["", "[]", '{"fast": 3}', '{"fast": {"speed": "much"}}', "\x00"])
def test_a_damaged_file_is_ignored_and_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(text)
    assert load_calibration(path, "fast") is None
    save_calibration(path, "fast", FAST)
    assert load_calibration(path, "fast") == FAST
    assert set(json.loads(path.read_text())) == {"fast"}


def test_a_failed_write_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    save_calibration(tmp_path / "file" / "calibration.json", "fast", FAST)
    assert "could not be saved" in caplog.text
