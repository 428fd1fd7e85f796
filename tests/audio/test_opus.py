from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import discord.opus
import pytest

from audio import opus
from audio.opus import OpusMissing, load_opus


def test_discord_can_encode_afterwards() -> None:
    assert load_opus().startswith("libopus ")
    assert discord.opus.Encoder().encode(bytes(3840), 960)


@pytest.fixture
def system_without_opus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.opus, "_lib", None)
    monkeypatch.setattr(discord.opus, "_load_default", lambda: False)


@pytest.mark.usefixtures("system_without_opus")
def test_the_copy_in_pyav_serves_where_the_system_has_none() -> None:
    assert load_opus().startswith("libopus ")
    assert discord.opus.is_loaded()


@pytest.mark.usefixtures("system_without_opus")
def test_a_copy_that_cannot_be_loaded_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "libopus-0.so"
    bad.write_bytes(b"not a library")
    good = list(opus._bundled())
    monkeypatch.setattr(opus, "_bundled", lambda: iter([bad, *good]))
    assert load_opus().startswith("libopus ")


@pytest.mark.usefixtures("system_without_opus")
def test_no_libopus_at_all_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(OpusMissing, match="apt install libopus0"):
        load_opus()


def test_pyav_is_not_imported_for_it() -> None:
    program = "import sys; from audio.opus import load_opus; load_opus(); sys.exit('av' in sys.modules)"
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)
