"""The peers need packages that Busker does not have, and say so."""

from __future__ import annotations

import sys

import pytest

from bench import peers


def test_what_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["peers"])
    monkeypatch.setattr(peers, "PACKAGES", ("json", "no_such_runtime", "no_such_format"))
    assert peers.main() == 2
    assert "Run pip install no_such_runtime no_such_format" in capsys.readouterr().err
