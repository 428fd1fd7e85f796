"""The doctor: each failed check says how to fix it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config.engine_factory import SHIPPED_FOLDER
from bot.config.settings import Settings
from bot.ops.doctor import (
    disk_finding,
    doctor,
    folder_finding,
    opus_finding,
    package_finding,
    settings_finding,
    store_finding,
    token_finding,
)

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BUSKER_TOKEN", raising=False)
    config = tmp_path / "config.toml"
    config.write_text(f'token = "{TOKEN}"\n[engine]\nkind = "tone"\n')
    config.chmod(0o600)
    return config


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_all_checks_pass_when_nothing_is_missing(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(config) == 0
    lines = lines_of(capsys)
    assert all(line.startswith("ok ") for line in lines[:-1])
    assert lines[-1] == "All checks passed: `run` can start."
    assert {line.split()[1] for line in lines[:-1]} >= {"token", "libopus", "davey", "model", "speed", "disk"}
    assert not any("ZnCjm1" in line for line in lines)


def test_without_a_token_it_fails_and_names_the_commands_that_work_without(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('[engine]\nkind = "tone"\n')
    assert doctor(config) == 1
    lines = lines_of(capsys)
    failed = [line for line in lines if line.startswith("FAIL")]
    assert [line.startswith("FAIL  token       There is no token") for line in failed] == [True]
    assert lines[-1] == "`run` cannot start without a token; `rehearse` and `compose` can."


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602])
def test_a_token_that_others_can_read_fails_with_the_remedy(config: Path, mode: int) -> None:
    config.chmod(mode)
    finding = settings_finding(config)
    assert not finding.ok
    assert finding.sentence == (
        f"Other users of this machine can read {config}, and with it the token: run `chmod 600 {config}`."
    )


def test_a_tokens_file_that_others_can_read_is_told(config: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(TOKEN)
    settings = Settings(token=SecretStr(TOKEN), token_file=str(secret))
    secret.chmod(0o400)
    assert token_finding(settings).sentence == "It is set and has the right shape."
    secret.chmod(0o444)
    assert token_finding(settings).ok
    assert token_finding(settings).sentence.endswith(f"can read {secret}: run `chmod 400` on it.")


@pytest.mark.parametrize("token", ["", 'token = ""\n'])
def test_a_settings_file_without_a_token_may_be_read_by_others(config: Path, token: str) -> None:
    config.write_text(f'{token}[engine]\nkind = "tone"\n')
    config.chmod(0o644)
    finding = settings_finding(config)
    assert finding.ok
    assert finding.sentence.endswith("put no token into it.")


def test_a_broken_settings_file_is_a_finding_and_the_other_checks_still_run(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("[engine]\nthreads = -1\n")
    monkeypatch.setattr("bot.ops.doctor.engine_findings", lambda settings: iter(()))
    assert doctor(config) == 1
    lines = lines_of(capsys)
    assert any(
        "it takes a whole number from 0 to 64. The checks below use the defaults" in line for line in lines
    )
    assert any(line.startswith("ok    davey") for line in lines)


def test_a_checkpoint_that_does_not_load_is_a_finding(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(f'token = "{TOKEN}"\n[engine]\ncheckpoint = "./nothing-here"\n')
    assert doctor(config) == 1
    lines = lines_of(capsys)
    assert any(line.startswith("FAIL  model") and "nothing-here" in line for line in lines)
    assert lines[-1] == "Failed: model."


@pytest.mark.slow
def test_an_adapter_beside_the_model_is_a_finding(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(SHIPPED_FOLDER, tmp_path / "tuned")
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    config.write_text(f'token = "{TOKEN}"\n[engine]\ncheckpoint = "{folder}"\n')
    assert doctor(config) == 0
    (told,) = [line for line in lines_of(capsys) if "is not used" in line]
    assert told.startswith(
        "ok    model       An adapter lies beside “tuned” and is not used; set engine.adapter"
    )


def test_a_malformed_token_fails_without_being_shown() -> None:
    finding = token_finding(Settings(token=SecretStr("Bot hunter2-hunter2")))
    assert not finding.ok
    assert "hunter2" not in str(finding)


def test_a_missing_package_is_reported_with_its_fix() -> None:
    finding = package_finding("davey", "no_such_module_here")
    assert not finding.ok
    assert finding.sentence.endswith("run `make setup`.")


def test_libopus_can_be_loaded() -> None:
    assert opus_finding().ok


def test_a_folder_below_a_file_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finding = folder_finding(tmp_path / "file" / "tracks")
    assert not finding.ok
    assert finding.sentence.startswith(str(tmp_path / "file" / "tracks"))
    assert finding.sentence.endswith(": change its owner or `tracks.folder`.")
    assert folder_finding(tmp_path / "new" / "tracks").ok


def test_too_little_disk_space_fails() -> None:
    assert disk_finding(Path("var"), 3 * 2**30).ok
    assert disk_finding(Path("var"), 2**29).sentence == "Only 0.5 GiB are free for var: make room for 1 GiB."


def test_a_broken_store_fails_and_a_missing_or_empty_one_passes(tmp_path: Path) -> None:
    path = tmp_path / "busker.sqlite"
    assert store_finding(path).sentence == f"{path} is created at the first start."
    assert not path.exists()
    path.write_bytes(b"this is no database" * 99)
    broken = store_finding(path)
    assert not broken.ok
    assert "move it away" in broken.sentence
    path.unlink()
    path.touch()
    assert store_finding(path).ok
