from __future__ import annotations

import pytest

from bench import pipe


def test_it_prints_the_ratio_of_each_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = pipe.seconds_of
    monkeypatch.setattr(pipe, "seconds_of", lambda message, kinds: measured(message, kinds, rounds=2))
    pipe.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line[:16].strip() for line in lines] == ["message", *pipe.messages()]
    assert all(float(line.split()[-1]) > 0 for line in lines[1:])
