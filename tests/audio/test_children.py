from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from audio.children import ENGINE_ENVIRONMENT, WRITER_ENVIRONMENT, environment, inheriting

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("names", [WRITER_ENVIRONMENT, ENGINE_ENVIRONMENT])
def test_a_child_gets_no_setting_and_nothing_that_it_does_not_need(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    for name in (
        "BUSKER_TOKEN",
        "busker_token",
        "BUSKER_TOKEN_FILE",
        "AWS_SECRET_ACCESS_KEY",
        "DATABASE_URL",
    ):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert "secret" not in environment(names).values()
    assert environment(names)["OMP_NUM_THREADS"] == "1"
    assert environment(names)["PATH"] == os.environ["PATH"]


def test_only_the_engine_gets_what_downloads_from_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "https_proxy"):
        monkeypatch.setenv(name, "secret")
        assert name in environment(ENGINE_ENVIRONMENT)
        assert name not in environment(WRITER_ENVIRONMENT)


def test_what_is_hidden_while_a_process_starts_is_back_afterwards_also_if_it_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BUSKER_TOKEN", "secret")
    before = dict(os.environ)
    inherited = ""

    def start() -> None:
        nonlocal inherited
        with inheriting(WRITER_ENVIRONMENT):
            inherited = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
            raise OSError("no memory")

    with pytest.raises(OSError, match="no memory"):
        start()
    assert "PATH=" in inherited
    assert "BUSKER" not in inherited
    assert dict(os.environ) == before


def test_no_crash_leaves_a_core_and_no_other_process_of_the_user_reads_the_memory() -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux can be asked")
    script = (
        "import ctypes, resource\n"
        "from audio.children import forbid_core_dumps, hide_memory\n"
        "hide_memory(); forbid_core_dumps()\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))\n"
        "open('/proc/self/environ').read(), open('/proc/self/stat').read()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0 (0, 0)\n", "")
