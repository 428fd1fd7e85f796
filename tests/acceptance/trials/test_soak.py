"""The faults that a soak draws, and the options that it refuses."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from acceptance.trials.engine import CountedEngine
from acceptance.trials.soak import SURVIVABLE, soak
from acceptance.trials.trial import Trial
from audio.worker.tone_engine import ToneEngine
from bot import cli
from bot.client import Busker
from bot.config.settings import EngineSettings, Settings
from rehearsal.faults.every import FAULTS
from rehearsal.faults.fault import Kind, Moment


def test_a_soak_draws_only_survivable_faults_in_mid_piece() -> None:
    assert len(SURVIVABLE) > 25
    assert {(fault.kind, fault.moment) for fault in SURVIVABLE} == {(Kind.SURVIVABLE, Moment.MUSIC)}


def test_a_soak_reports_each_piece_and_what_is_left_over(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cli.main(["rehearse", "--soak", "0.001", "--json", "--out", str(tmp_path)])
    results = json.loads(capsys.readouterr().out)
    assert results["left_over"] == []
    (piece,) = results["faults"]
    assert piece["trouble"] is None
    assert piece["track_as_made"] is True


def test_a_bot_that_does_not_end_is_left_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    end = Busker.close

    async def end_late(bot: Busker) -> None:
        await end(bot)
        raise TimeoutError

    monkeypatch.setattr(Busker, "close", end_late)
    outcomes, left_over = asyncio.run(soak(Settings(engine=EngineSettings(kind="tone")), 0.0, 0, tmp_path))
    assert (outcomes, left_over) == ([], ("The bot did not end within 20 s.",))


def test_an_unexpected_error_is_the_trouble_of_its_own_trial(caplog: pytest.LogCaptureFixture) -> None:
    tried = Trial(FAULTS["moved"], CountedEngine(ToneEngine()), Settings())
    with tried.catching_errors():
        raise LookupError("no such command")
    assert tried.trouble == "The trial failed at the start: LookupError('no such command')."
    assert "no such command" in caplog.text


@pytest.mark.parametrize("minutes", ["0", "-1", "long", "nan", "9999"])
def test_a_soak_lasts_a_number_of_minutes_up_to_a_day(
    minutes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["rehearse", "--soak", minutes])
    assert ended.value.code == 2
    assert f"“{minutes}” is not a number of minutes up to a day" in capsys.readouterr().err
