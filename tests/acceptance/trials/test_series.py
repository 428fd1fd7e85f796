"""`rehearse --faults`, from the command line to the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import cli
from rehearsal.faults.every import FAULTS


def test_every_fault_is_listed_with_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rehearse", "--faults", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(FAULTS)
    assert "Somebody disconnects the bot from voice." in next(line for line in lines if "kicked" in line)


def test_a_fault_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rehearse", "--faults", "moved,flood"]) == 1
    assert capsys.readouterr().err == "There is no fault “flood”; --faults list shows all.\n"


def test_a_bot_that_is_kicked_or_moved_is_checked_by_its_recording(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cli.main(["rehearse", "--faults", "kicked,moved", "--json", "--out", str(tmp_path)])
    kicked, moved = json.loads(capsys.readouterr().out)["faults"]
    # Requirements about time are checked by the rehearsal itself, not by a test on a busy machine.
    assert (kicked["trouble"], moved["trouble"]) == (None, None)
    assert (kicked["track"], moved["track"]) == ("posted", "posted")
    assert kicked["track_as_made"] is moved["track_as_made"] is True
    assert kicked["in_place"] is moved["in_place"] is True
    assert kicked["left_over"] == moved["left_over"] == []
    assert 300 < kicked["frames_left"] < 380
    assert moved["frames_left"] == 0
    assert kicked["frames_repeated"] == moved["frames_repeated"] == 0
