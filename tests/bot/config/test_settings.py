"""Settings: the environment over the file over defaults, one sentence per fault, and the example."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from audio.errors import PieceError
from bot.config.loading import keys, load, variable_of
from bot.config.settings import PREFIX, Settings
from bot.errors import SettingsError

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


@pytest.fixture(autouse=True)
def _nothing_set_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(text: str) -> Path:
    path = Path("config.toml")
    path.write_text(text, encoding="utf-8")
    return path


def fault_of(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(written(text))
    return str(caught.value)


def test_settings_load_no_heavy_library() -> None:
    """Commands that only read settings start in a fraction of a second."""
    program = (
        "import sys, bot.config.loading; "
        "print(*sorted(sys.modules.keys() & {'av', 'discord', 'PIL', 'scipy', 'torch', 'transformers'}))"
    )
    heavy = subprocess.run(
        [sys.executable, "-c", program],
        cwd=EXAMPLE.parent,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert heavy.stdout == "\n"


def test_no_file_and_no_environment_give_the_defaults() -> None:
    settings = load()
    assert settings.engine.kind == "local"
    assert settings.music.default_seconds == 20
    assert settings.token.get_secret_value() == ""


def test_the_environment_wins_over_the_file_and_leaves_its_other_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written('[engine]\ndevice = "cuda"\nthreads = 3')
    monkeypatch.setenv("BUSKER_ENGINE__DEVICE", "cpu")
    settings = load()
    assert (settings.engine.device, settings.engine.threads) == ("cpu", 3)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    written("[engine]\nthreads = 3")
    monkeypatch.setenv("BUSKER_ENGINE__THREADS", "")
    assert load().engine.threads == 3


def test_a_list_in_the_environment_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSKER_TRACKS__FORMATS", "opus, mp3")
    assert load().tracks.formats == ("opus", "mp3")
    monkeypatch.setenv("BUSKER_RIGHTS__BLOCKED_WORDS", "bad, *worse*")
    monkeypatch.setenv("BUSKER_RIGHTS__BLOCKED_IDS", "123456789012345678,7")
    assert load().rights.blocked_words == ("bad", "*worse*")
    assert load().rights.blocked_ids == (123456789012345678, 7)


def test_a_token_that_was_copied_with_a_line_break_is_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSKER_TOKEN", f" {TOKEN}\n")
    assert load().token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[engine]\nthread = 2",
            "config.toml has an unknown key `engine.thread`; the nearest that exists is engine.threads.",
        ),
        ("[logs]\n", "config.toml has an unknown key `logs`; the nearest that exists is log."),
        (
            "[engine]\nthreads = -1",
            "`engine.threads` in config.toml is -1: it takes a whole number from 0 to 64.",
        ),
        (
            "[engine]\nthreads = true",
            "`engine.threads` in config.toml is true: it takes a whole number from 0 to 64.",
        ),
        (
            "[music]\ntop_k = 2.5",
            "`music.top_k` in config.toml is 2.5: it takes a whole number from 1 to 2048.",
        ),
        (
            "[music]\ntemperature = nan",
            "`music.temperature` in config.toml is nan: it takes a number from 0.1 to 2.",
        ),
        (
            '[engine]\ndevice = "tpu"',
            '`engine.device` in config.toml is "tpu": it takes "auto" or "cpu" or "cuda" or "mps".',
        ),
        (
            '[rights]\nblocked_words = ["bad", "*"]',
            '`rights.blocked_words` in config.toml is "*": it takes a list of words of up to 60 characters, '
            "in quotes.",
        ),
        (
            "[rights]\nblocked_ids = [123456789012345678, -1]",
            "`rights.blocked_ids` in config.toml is -1: it takes a list of ids.",
        ),
        (
            '[tracks]\nformats = ["wav"]',
            '`tracks.formats` in config.toml is "wav": '
            'it takes a list of one or more of "flac", "opus", "mp3".',
        ),
        (
            "[tracks]\nformats = []",
            '`tracks.formats` in config.toml is []: it takes a list of one or more of "flac", "opus", "mp3".',
        ),
        (
            '[engine]\ncheckpoint = ""',
            '`engine.checkpoint` in config.toml is "": it takes a text in quotes, not empty.',
        ),
        ("[tracks]\nfolder = 7", "`tracks.folder` in config.toml is 7: it takes a path in quotes."),
        (
            "music = 3",
            "`music` in config.toml is a section: write [music] on a line of its own and its keys below.",
        ),
        (
            "[music]\ndefault_seconds = 60",
            "`music.default_seconds` of 60 s is longer than `music.longest_seconds` of 30 s: "
            "raise the one or lower the other.",
        ),
        ("token = 5", "`token` in config.toml is not text: it takes a text in quotes."),
        (
            "[engine]\nthreads 2",
            "The settings file config.toml is not valid TOML: "
            "Expected '=' after a key in a key/value pair (at line 2, column 9).",
        ),
    ],
)
def test_each_fault_is_one_sentence_that_names_the_key(text: str, sentence: str) -> None:
    assert fault_of(text) == sentence


@pytest.mark.parametrize("key", [key for key, field in keys().items() if field.annotation in (int, float)])
def test_a_number_that_is_too_low_is_answered_with_the_valid_range(key: str) -> None:
    section, _, name = key.rpartition(".")
    fault = fault_of(f"[{section}]\n{name} = -1e6")
    assert fault.startswith(f"`{key}` in config.toml is -1000000.0: it takes a ")


def test_a_fault_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSKER_ENGINE__THREADS", "two")
    assert fault_of("") == 'BUSKER_ENGINE__THREADS is "two": it takes a whole number from 0 to 64.'


@pytest.mark.parametrize(
    "name", ["BUSKER_ENGINE_DEVICE", "BUSKER_ENGINE__DEVISE", "BUSKER_ENGINE", "BUSKER_TOKN"]
)
def test_a_variable_that_names_no_setting_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "cpu")
    assert fault_of("").startswith(f"The environment variable {name} names no setting; the nearest")


def test_variables_that_an_orchestrator_adds_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSKER_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("BUSKER_PORT_8080_TCP_ADDR", "10.0.0.1")
    assert load() == Settings()


def test_a_file_that_was_named_must_exist() -> None:
    with pytest.raises(
        SettingsError, match=r"^There is no settings file other\.toml: copy config\.example\.toml"
    ):
        load(Path("other.toml"))


def test_a_folder_and_a_file_in_another_encoding_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: Is a directory\.$"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'# f\xfcr\ntoken = ""')
    with pytest.raises(SettingsError, match=r"latin\.toml is not UTF-8 text"):
        load(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    "text",
    [
        f'token = "{TOKEN}"\n[engine]\nthreads = -1',
        f'[log]\nlevel = "{TOKEN}"',
        f'token = ["{TOKEN}"]',
        f"token = {TOKEN}",
        f'tokn = "{TOKEN}"',
        f'[discord]\ntoken = "{TOKEN}"',
        f'[token]\ntoken = "{TOKEN}"',
    ],
)
def test_no_fault_shows_the_token_nor_carries_it_in_its_cause(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(text))
    assert "ZnCjm1" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_settings_do_not_show_the_token() -> None:
    settings = load(written(f'token = "{TOKEN}"'))
    for text in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "ZnCjm1" not in text
    assert settings.token.get_secret_value() == TOKEN


def test_the_example_holds_every_key_and_its_default() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    table = tomllib.loads(text)
    found = {name for name, value in table.items() if not isinstance(value, dict)}
    found |= {f"{name}.{key}" for name, value in table.items() if isinstance(value, dict) for key in value}
    assert found == set(keys())
    assert load(EXAMPLE) == Settings()


def test_the_example_explains_each_key_with_its_bounds_and_its_cost() -> None:
    """Above each key stands a comment; where the setting has bounds, the comment names them."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for key, field in keys().items():
        above = re.search(rf"((?:^#.*\n)+){key.split('.')[-1]} = ", text, re.MULTILINE)
        assert above, f"{key} has no comment"
        bounds = [bound for entry in field.metadata for bound in (getattr(entry, "le", None),) if bound]
        for bound in bounds:
            shown = f"{bound:.10g}"
            assert shown in above[1] or "longest_seconds" in above[1], f"{key} does not say {shown}"


def test_every_key_says_what_it_is_for() -> None:
    assert [key for key, field in keys().items() if not field.description] == []


def test_every_key_can_be_set_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, field in keys().items():
        default = field.get_default()
        as_text = ",".join(default) if isinstance(default, tuple) else str(default)
        monkeypatch.setenv(variable_of(key), "" if key == "token" else as_text)
    assert load() == Settings()


def test_a_piece_takes_its_defaults_and_its_limit_from_the_settings() -> None:
    music = load(written("[music]\nlongest_seconds = 60\ndefault_seconds = 40\ntop_k = 9")).music
    piece = music.piece("a slow dub", seed=3)
    assert (piece.seconds, piece.top_k, piece.seed) == (40, 9, 3)
    with pytest.raises(PieceError, match="Choose 10 to 60 s"):
        music.piece("a slow dub", 61)
