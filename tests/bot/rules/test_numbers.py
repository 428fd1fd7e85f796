"""Numbers from outside: whatever somebody types, the answer is a number in bounds or a sentence."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import pytest
from annotated_types import Ge
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.errors import PieceError
from audio.piece import MAX_SEED, Piece, piece_of
from bot import cli
from bot.config.loading import keys, load, variable_of
from bot.config.settings import Settings
from bot.errors import SettingsError
from bot.rules.numbers import parse_number, parse_whole
from words.catalogue import LANGUAGES
from words.text import Text

HOSTILE: Final = (
    "nan", "NaN", "inf", "-inf", "Infinity", "-0", "-0.0", "1e99", "1e308", "1e-400", "-1e400", "1E5",
    "0x1p9", "0x10", "1_000", "1__0", "9" * 17, "9" * 5000, "-" + "9" * 5000, "0." + "0" * 5000 + "1", "",
    " ", "-", ".", "+", "--1", "½", "²", "一", "１２", "１２．５", "١٢", "١٢٫٥", "१२", "12,5",
    "1,000.5", "12 s", "12\n", "1\x002", "−12", "٪", "🎵", "12" + "\u200b",
)  # fmt: skip
"""What people, keyboards and attackers type where a number is expected."""

TYPED = st.one_of(st.sampled_from(HOSTILE), st.text(), st.floats().map(repr), st.integers().map(str))


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("12.5", 12.5), ("12,5", 12.5), (".5", 0.5), ("12.", 12), (" 7 ", 7), ("-3", -3), ("+3", 3)],
)
def test_a_number_is_read_with_a_point_or_a_comma(typed: str, number: float) -> None:
    assert parse_number(typed) == number


@pytest.mark.parametrize("typed", ["１２", "١٢", "१२"])
def test_the_digits_of_every_script_are_digits(typed: str) -> None:
    assert parse_number(typed) == parse_whole(typed) == 12
    assert parse_number("١٢٫٥") == parse_number("１２．５") == 12.5


@pytest.mark.parametrize("typed", ["nan", "inf", "1e99", "1e-400", "1_000", "0x10", "9" * 17, "9" * 5000, ""])
def test_what_only_python_takes_for_a_number_is_none(typed: str) -> None:
    assert parse_number(typed) is None
    assert parse_whole(typed) is None


def test_there_is_no_minus_zero() -> None:
    assert math.copysign(1, parse_number("-0.0") or 0.0) == 1


@settings(deadline=None)
@given(TYPED)
def test_whatever_is_typed_is_a_finite_number_or_none(typed: str) -> None:
    number, whole = parse_number(typed), parse_whole(typed)
    assert number is None or (math.isfinite(number) and abs(number) < 1e17)
    assert whole is None or whole == number


@settings(deadline=None)
@given(st.one_of(st.floats(), st.integers(), st.sampled_from((10**5000, -(10**30), 1e308, 5e-324))))
def test_every_number_can_be_written_in_every_language(number: float) -> None:
    for language in LANGUAGES:
        chosen = Text("rights-enough-waiting", most=number).in_(language)
        shown = Text("piece-seconds", field="length", seconds=number, lowest=10.0, highest=30.0).in_(language)
        assert max(len(chosen), len(shown)) < 250


@settings(deadline=None)
@given(st.floats(), st.none() | st.floats(), st.none() | st.integers())
def test_a_piece_of_any_numbers_is_in_bounds_or_refused_in_a_sentence(
    seconds: float, interval: float | None, seed: int | None
) -> None:
    try:
        piece = piece_of("bells", seconds, interval, seed)
    except PieceError as error:
        refused = error.text
    else:
        assert 10 <= piece.seconds <= 30
        assert 0 <= piece.seed <= MAX_SEED
        return
    assert all(refused.in_(language) for language in LANGUAGES)


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("option", ["--length", "--interval", "--seed"])
def test_an_option_of_the_command_line_is_taken_or_refused_in_a_line(
    option: str,
    typed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    composed: list[Piece] = []

    async def compose(_settings: Settings, piece: Piece, *_out: object, **_options: object) -> None:
        composed.append(piece)

    monkeypatch.setattr("bot.ops.offline.compose", compose)
    monkeypatch.chdir(tmp_path)
    try:
        status = cli.main(["compose", "bells", f"{option}={typed}"])
    except SystemExit as ended:
        status = int(ended.code or 0)
    assert bool(composed) == (status == 0)
    assert status in (0, cli.USAGE)
    assert "Traceback" not in (written := capsys.readouterr().err)
    assert all(len(line) < 250 for line in written.splitlines()[-1:])


def numeric_keys() -> list[str]:
    """The settings that are numbers."""
    return [key for key, field in keys().items() if any(isinstance(bound, Ge) for bound in field.metadata)]


@pytest.mark.parametrize("key", numeric_keys())
def test_a_number_of_the_environment_is_in_bounds_or_refused_in_a_sentence(
    key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for typed in HOSTILE:
        if "\x00" not in typed:  # no environment can hold it
            monkeypatch.setenv(variable_of(key), typed)
            taken_or_refused(None, key)


@pytest.mark.parametrize("key", numeric_keys())
def test_a_number_of_the_file_is_in_bounds_or_refused_in_a_sentence(
    key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    section, name = key.split(".")
    floats = ["nan", "inf", "-inf", "-0.0", "1e308", "1e400", "1e-400"]
    whole = ["9" * 19, "9" * 5000, "1_000", "0x" + "f" * 5000, "[0x" + "f" * 5000 + "]"]
    for number in [*floats, *whole, "[[1]]", "[" * 5000, "1979-05-27", "true"]:
        (file := tmp_path / "own.toml").write_text(f"[{section}]\n{name} = {number}\n")
        taken_or_refused(file, key)


def taken_or_refused(file: Path | None, key: str) -> None:
    """Load the settings; a number that is taken survives what is done with it, a refusal is one line."""
    section, name = key.split(".")
    try:
        loaded = load(file)
    except SettingsError as error:
        refused = str(error)
    else:
        number: Any = getattr(getattr(loaded, section), name)
        assert math.isfinite(number)
        assert int(number * 2**20) >= 0
        return
    assert len(refused) < 300
    assert "\n" not in refused
