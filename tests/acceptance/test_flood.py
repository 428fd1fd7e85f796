"""Members of one guild send hostile files; the report says what another guild heard."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

import pytest

from acceptance import flood as flooding
from acceptance.flood import NO_ANSWER, FloodReport, PieceFigures, flood, hostile_files, main
from bot.config.settings import Settings
from fuzz.catalogue.every import THREATS


def test_hostile_files_are_read_in_turn_and_each_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flooding, "PIECES_BEFORE", 0)
    names = ("wav-1-hz", "flac-8-hz", "mov-rate-zero", "mkv-channels-2^31")
    files = [THREATS[name].make() for name in names]
    report = asyncio.run(flood(Settings().with_engine("tone"), tmp_path, files, senders=2))
    assert report.answers.total() == 2 * len(files), "each file is sent twice"
    assert NO_ANSWER not in report.answers
    assert sum("can't be read" in answer for answer in report.answers.elements()) == len(files)
    assert sum("still reading another" in answer for answer in report.answers.elements()) == len(files)
    assert report.during
    assert not any(piece.frames_silent for piece in report.during)
    assert "can't be read" in str(report)


def test_what_a_member_may_upload_is_sent() -> None:
    files = hostile_files(150)
    assert len(files) == 150
    assert len(set(files)) > 30
    assert all(len(data) <= flooding.MAX_UPLOAD_BYTES for data in files)


@pytest.mark.parametrize(
    ("piece", "failure"),
    [
        (PieceFigures(0.5, 1.0, 0), None),
        (PieceFigures(0.5, 1.0, 5), "5 frames (0.1 s) were silent"),
        (PieceFigures(2.5, 1.0, 0), "A piece started after 2.5 s"),
        (PieceFigures(0.5, 7.0, 0), "A track was posted after 7.0 s"),
    ],
)
def test_what_the_other_guild_suffers_is_a_failure(piece: PieceFigures, failure: str | None) -> None:
    report = FloodReport(during=[piece], answer_s=[1.0])
    assert [failure in each for each in report.failures if failure] == ([True] if failure else [])
    assert bool(report.failures) == (failure is not None)


def test_a_file_without_an_answer_or_no_music_is_a_failure() -> None:
    report = FloodReport(answers=Counter({NO_ANSWER: 2}), answer_s=[1.0])
    assert report.failures == ("No piece was played meanwhile.", "2 files were not answered.")
    assert "before" in str(report)


def test_the_command_line_prints_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def nothing(settings: Settings, folder: Path, files: list[bytes]) -> FloodReport:
        assert len(files) == 3
        return FloodReport(during=[PieceFigures(0.5, 1.0, 0)], answer_s=[1.0])

    monkeypatch.setattr(flooding, "flood", nothing)
    monkeypatch.setattr(flooding, "hostile_files", lambda number: [b""] * number)
    monkeypatch.setattr(sys, "argv", ["flood", "--files", "3"])
    assert main() == 0
    assert "Passed." in capsys.readouterr().out
