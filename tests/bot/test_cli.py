"""The command line: its answers to mistakes and its exit statuses."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from audio.errors import CheckpointError
from bot import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BUSKER_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)


def test_help_names_the_commands_and_loads_no_library() -> None:
    script = (
        "import sys\nfrom bot.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: sys.exit(bool({'discord', 'numpy', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("run", "rehearse", "compose", "doctor"))


def test_run_without_a_token_exits_with_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run"]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("There is no token: set BUSKER_TOKEN")
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_an_invalid_setting_exits_with_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text("[engine]\nthreads = -1")
    assert cli.main(["run", "--config", "mine.toml"]) == 2
    assert capsys.readouterr().err == (
        "`engine.threads` in mine.toml is -1: it takes a whole number from 0 to 64.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["compose", "a"], "The prompt has one readable character."),
        (["compose", "a slow dub", "--length", "999"], "A length of 999 s is out of range"),
        (["compose", "a slow dub", "--interval", "9"], "An interval of 9 s is out of range"),
        (["compose", "a slow dub", "--seed", "-1"], "The seed -1 is out of range"),
    ],
)
def test_an_invalid_piece_is_a_usage_error(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    assert capsys.readouterr().err.startswith(sentence)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["compose", "a slow dub", "--out", "x.wav"], "x.wav has a suffix that Busker does not write"),
        (["compose", "a slow dub", "--interval", "soon"], "“soon” is no number of seconds and not “auto”"),
        (["rehearse", "--guilds", "0"], "“0” is not a number from 1 to 100"),
        (["dance"], "invalid choice"),
    ],
)
def test_an_unreadable_option_is_a_usage_error(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_compose_makes_a_track(capsys: pytest.CaptureFixture[str]) -> None:
    options = [
        "--engine",
        "tone",
        "--length",
        "10",
        "--interval",
        "auto",
        "--seed",
        "3",
        "--out",
        "new/dub.flac",
    ]
    assert cli.main(["compose", "a slow dub", *options]) == 0
    assert Path("new/dub.flac").stat().st_size > 10_000
    assert capsys.readouterr().out.startswith("new/dub.flac: 10 s, seed 3, made at ")


def test_any_other_failure_exits_with_one_sentence_and_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(*arguments: object) -> int:
        raise CheckpointError("The checkpoint is torn.")

    monkeypatch.setattr(cli, "_command", fail)
    assert cli.main(["run"]) == 1
    assert capsys.readouterr().err == "The checkpoint is torn.\n"


def test_ctrl_c_exits_quietly_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def interrupted(*arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_command", interrupted)
    assert cli.main(["run"]) == 130
    assert capsys.readouterr().err == ""


def test_ctrl_c_while_options_are_parsed_exits_quietly_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(path: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.ops.offline.checked_output_path", interrupted)
    assert cli.main(["compose", "a slow dub", "--out", "dub.flac"]) == 130
    assert capsys.readouterr().err == ""


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"Busker {stated}\n"


@pytest.mark.parametrize(("command", "what"), [("rehearse", "The rehearsal"), ("try", "The page")])
def test_without_their_packages_commands_say_where_to_run_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, what: str
) -> None:
    monkeypatch.setattr(cli, "_installed", lambda _room: None)
    assert cli.main([command]) == 1
    assert capsys.readouterr().err.startswith(f"{what} is not installed here")
