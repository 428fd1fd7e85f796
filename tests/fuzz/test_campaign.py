from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fuzz.__main__ import main
from fuzz.campaign import Plan, Tally, run, try_one
from fuzz.corpus import MAX_BYTES, distinct, of_folder, own, reduced
from fuzz.files import riff
from fuzz.report import table
from fuzz.trial import Result, Verdict

needs_linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="forked media processes need Linux")


@needs_linux
@pytest.mark.slow
def test_damaged_files_hurt_nothing(tmp_path: Path) -> None:
    """The beginning of what `make fuzz` tries."""
    plan = Plan(seed=0, first=0, files=500, folder=tmp_path)
    heard: list[int] = []
    tally = run(dict(distinct(own())), plan, 2, 120.0, lambda tally: heard.append(tally.files))
    report = table(tally, plan, 1.0, 2)
    assert not tally.findings, report
    assert tally.files == 500
    assert heard[-1] == 500
    assert "heard" in report
    assert "findings: 0" in report


@needs_linux
def test_a_file_is_tried_again_and_kept(tmp_path: Path) -> None:
    corpus = {"wave": riff.wave()}
    finding = try_one(corpus, "0:3", tmp_path)
    assert finding.base == "wave"
    assert finding.path.stat().st_size > 0
    assert try_one(corpus, "0:3", tmp_path).result.verdict is finding.result.verdict


def test_tallies_add_up() -> None:
    one, two = Tally(), Tally()
    one.add("0:1", Result(Verdict.HEARD, "", 0.1, 5))
    two.add("0:2", Result(Verdict.REFUSED, "recording-silent", 0.3, 4))
    one.merge(two)
    assert (one.files, one.max_cpu, one.max_peak) == (2, (0.3, "0:2"), (5, "0:1"))
    assert set(one.results) == {(Verdict.HEARD, ""), (Verdict.REFUSED, "recording-silent")}


def test_real_files_are_made_smaller_and_taken_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.wav").write_bytes(riff.wave())
    (tmp_path / "b.wav").write_bytes(riff.wave())
    (tmp_path / "empty").touch()
    files = of_folder(tmp_path)
    assert set(files) == {"in/a.wav", "b.wav", "empty"}
    assert len(files["b.wav"]) == MAX_BYTES
    assert files["b.wav"][:44] == riff.wave()[:44]
    assert reduced(b"short") == b"short"
    assert [name for name, _ in distinct(files)] == ["b.wav"]


def test_a_corpus_that_is_not_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "pidfd_open", os.open, raising=False)
    monkeypatch.setattr("fuzz.__main__.own", dict)
    monkeypatch.setattr(sys, "argv", ["fuzz", "--corpus", str(tmp_path / "nothing")])
    assert main() == 2
    assert "cannot be read" in capsys.readouterr().err
