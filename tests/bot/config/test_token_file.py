"""Where the token comes from, and that it does not stay in the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.config.loading import MAX_TOKEN_CHARS, load
from bot.errors import SettingsError

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The token's file, which a variable names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BUSKER_TOKEN", raising=False)
    monkeypatch.setenv("BUSKER_TOKEN_FILE", "token")
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return path


def refused() -> str:
    with pytest.raises(SettingsError) as caught:
        load()
    assert caught.value.__cause__ is None
    assert "ZnCjm1" not in str(caught.value)
    return str(caught.value)


def test_the_token_is_read_from_its_file_without_the_line_end() -> None:
    assert load().token.get_secret_value() == TOKEN


def test_the_settings_can_name_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUSKER_TOKEN_FILE")
    Path("config.toml").write_text('token_file = "token"')
    assert load().token.get_secret_value() == TOKEN


def test_both_a_token_and_its_file_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSKER_TOKEN", TOKEN)
    assert refused().startswith("Both `token` and `token_file` are set")


def test_an_empty_variable_beside_the_file_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSKER_TOKEN", "")
    assert load().token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"", "is empty: put the token into it, and nothing else."),
        (b" \n", "is empty: put the token into it, and nothing else."),
        (TOKEN.encode("utf-16"), "is not text: put the token into it."),
        (b"x" * (MAX_TOKEN_CHARS + 1), "is too long for a token: put the token into it, and nothing else."),
    ],
)
def test_a_file_without_a_token_is_refused_in_a_sentence(
    secret: Path, content: bytes | None, fault: str
) -> None:
    secret.unlink()
    if content is not None:
        secret.write_bytes(content)
    assert refused() == f"The token's file token {fault}"


def test_a_folder_and_an_endless_file_are_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSKER_TOKEN_FILE", ".")
    assert refused() == "The token's file . cannot be read: Is a directory."
    monkeypatch.setenv("BUSKER_TOKEN_FILE", "/dev/zero")
    assert "too long for a token" in refused()


@pytest.mark.parametrize("name", ["BUSKER_TOKEN", "busker_token"])
def test_the_token_leaves_the_environment_when_it_is_read(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv("BUSKER_TOKEN_FILE")
    monkeypatch.setenv(name, TOKEN)
    assert load().token.get_secret_value() == TOKEN
    assert TOKEN not in os.environ.values()


def test_the_token_leaves_the_environment_also_if_another_setting_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BUSKER_TOKEN", TOKEN)
    monkeypatch.setenv("BUSKER_ENGINE__THREADS", "0")
    refused()
    assert "BUSKER_TOKEN" not in os.environ
