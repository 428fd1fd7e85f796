"""What a soak may draw, and what it refuses."""

from __future__ import annotations

import pytest

from bot import cli
from bot.trials.soak import SURVIVABLE
from rehearsal.faults.fault import Kind, Moment


def test_a_soak_draws_only_what_one_bot_can_survive_in_the_middle_of_music() -> None:
    assert len(SURVIVABLE) > 25
    assert {(fault.kind, fault.moment) for fault in SURVIVABLE} == {(Kind.SURVIVABLE, Moment.MUSIC)}


@pytest.mark.parametrize("minutes", ["0", "-1", "long", "nan", "9999"])
def test_a_soak_lasts_a_number_of_minutes_up_to_a_day(
    minutes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["rehearse", "--soak", minutes])
    assert ended.value.code == 2
    assert f"“{minutes}” is not a number of minutes up to a day" in capsys.readouterr().err
