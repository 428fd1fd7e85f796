from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from acceptance.screens import FOLDER, main

ROOT = Path(__file__).parents[2]


def test_without_a_browser_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main() == 1
    assert "Chromium was not found; install it" in capsys.readouterr().err


def test_the_pictures_of_the_readme_are_there_and_small() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("card", "posted", "settings", "library", "track"):
        path = ROOT / FOLDER / f"{name}.png"
        assert str(FOLDER / path.name) in readme
        assert path.stat().st_size < 200_000
        with Image.open(path) as picture:
            assert picture.width >= 600
