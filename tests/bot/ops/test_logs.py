"""The log: complete, in order, and without the token."""

from __future__ import annotations

import asyncio
import io
import logging
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from bot.ops.logs import logging_to

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
ROOT = Path(__file__).parents[3]


def test_a_record_is_one_line_with_time_level_and_logger() -> None:
    stream = io.StringIO()
    with logging_to(stream):
        logging.getLogger("bot.client").info("Logged in as %s.", "busker")
    assert stream.getvalue()[20:] == "INFO    bot.client: Logged in as busker.\n"


def test_the_token_is_in_no_message_argument_or_traceback() -> None:
    stream = io.StringIO()
    log = logging.getLogger("discord.http")
    with logging_to(stream, "debug", secret="hunter2"):
        log.warning("token %s", TOKEN)
        log.warning("headers %r", {"Authorization": "Bot hunter2"})
        try:
            raise ValueError(f"bad token {TOKEN}")
        except ValueError:
            log.exception("failed")
    text = stream.getvalue()
    assert text.count("[token]") == 3
    assert "ZnCjm1" not in text
    assert "hunter2" not in text
    assert "ValueError: bad token [token]" in text


ADDRESS = "https://cdn.discordapp.com/attachments/1/2/my-voice.ogg"
SIGNATURE = "ex=65d903de&is=65c68ede&hm=2481f30dd67f503f54d020ae3b5533b9987fae4e55f2b4e3926e08a3fa3ee24f"
SIGNED = f"{ADDRESS}?{SIGNATURE}&"


@pytest.mark.parametrize(
    "text",
    [
        SIGNED,
        f"GET {SIGNED} with {{}} has returned 404",
        f"ClientResponseError(url=URL('{SIGNED}'))",
        f'[voice]({SIGNED}), "{SIGNED}" and <{SIGNED}>',
        SIGNED.replace("?", "#"),
        SIGNED.upper(),
        f"/attachments/1/2/my-voice.ogg?{SIGNATURE}",
        f"https://images-ext-1.discordapp.net/external/x/https/cdn.discordapp.com/y%3F{SIGNATURE}",
        f"https://proxy.example/?url={ADDRESS}%3F{SIGNATURE.replace('&', '%26').replace('=', '%3D')}",
        f"wss://gateway.example/?v=10&hm={SIGNATURE[-64:]}",
    ],
)
def test_the_signature_of_a_members_file_is_in_no_message_argument_or_traceback(text: str) -> None:
    stream = io.StringIO()
    log = logging.getLogger("discord.http")
    with logging_to(stream, "debug"):
        log.warning(text.replace("%", "%%"))
        log.warning("%s, %r", text, {"url": text})
        try:
            raise OSError(text) from ValueError(text)
        except OSError:
            log.exception("failed")
    logged = stream.getvalue().lower()
    assert SIGNATURE[-64:] not in logged
    assert "65d903de" not in logged
    assert logged.count("[unsigned]") >= 5


def test_the_address_itself_stays_so_that_an_operator_sees_what_failed() -> None:
    stream = io.StringIO()
    with logging_to(stream):
        logging.getLogger("bot").warning("GET %s failed (404), see https://example.org/docs.", SIGNED)
    said = stream.getvalue().split(": ", 1)[1]
    assert said == f"GET {ADDRESS}?[unsigned] failed (404), see https://example.org/docs.\n"


def test_nobody_can_answer_a_member_with_what_is_in_the_log() -> None:
    stream = io.StringIO()
    secret = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5OnNlY3JldA"
    with logging_to(stream):
        for route in (f"/webhooks/123/{secret}/messages/@original", f"/interactions/456/{secret}/callback"):
            logging.getLogger("discord.http").warning("POST https://discord.com/api/v10%s has failed", route)
    assert secret not in stream.getvalue()
    assert "/webhooks/123/[unsigned]/messages/@original has failed" in stream.getvalue()


def test_a_text_from_outside_cannot_forge_a_record_or_move_the_cursor() -> None:
    stream = io.StringIO()
    with logging_to(stream):
        logging.getLogger("cogs").info("prompt %s", "x\n2026-01-01 00:00:00 ERROR bot: forged\r\x1b[2J")
    lines = stream.getvalue().splitlines()
    assert [line.startswith("    ") for line in lines] == [False, True]
    assert lines[1].endswith(r"forged\x0d\x1b[2J")


def test_our_packages_log_at_the_level_of_the_settings_and_libraries_only_warnings() -> None:
    stream = io.StringIO()
    with logging_to(stream, "debug"):
        for package in ("acceptance.trials.trial", "audio.worker.client", "bot.run", "cogs.errors"):
            logging.getLogger(package).debug("ours")
        logging.getLogger("discord.gateway").info("resumed")
        logging.getLogger("discord.gateway").debug("WebSocket Event: what somebody said")
        logging.getLogger("discord.voice_state").info("chatter")
        logging.getLogger("aiohttp.server").warning("odd request")
    words = [line.rsplit(": ", 1)[1] for line in stream.getvalue().splitlines()]
    assert words == [*["ours"] * 4, "resumed", "odd request"]


def test_level_error_silences_warnings_of_all_loggers() -> None:
    stream = io.StringIO()
    with logging_to(stream, "error"):
        for name in ("bot", "discord.gateway", "aiohttp"):
            logging.getLogger(name).warning("hm")
    assert stream.getvalue() == ""


def test_a_failed_thread_is_logged_with_its_traceback() -> None:
    def fail() -> None:
        raise RuntimeError("out of tune")

    stream = io.StringIO()
    with logging_to(stream):
        thread = threading.Thread(target=fail, name="player")
        thread.start()
        thread.join()
    text = stream.getvalue()
    assert "The thread 'player' failed." in text
    assert "in fail" in text
    assert "RuntimeError: out of tune" in text


async def test_a_failed_task_that_nobody_awaits_is_logged() -> None:
    async def fail() -> None:
        raise RuntimeError("out of tune")

    stream = io.StringIO()
    with logging_to(stream):
        task = asyncio.create_task(fail(), name="card")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
    assert "RuntimeError: out of tune" in stream.getvalue()
    assert "name='card'" in stream.getvalue()


def test_warnings_are_records_too() -> None:
    stream = io.StringIO()
    with logging_to(stream), warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)  # catch_warnings replaced the hook
        warnings.warn("soon gone", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert "WARNING py.warnings:" in stream.getvalue()
    assert "DeprecationWarning: soon gone" in stream.getvalue()


def test_everything_is_as_before_after_the_block() -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers), threading.excepthook, sys.unraisablehook, warnings.showwarning
    with pytest.raises(KeyError), logging_to(io.StringIO(), "debug"):
        raise KeyError
    after = root.level, list(root.handlers), threading.excepthook, sys.unraisablehook, warnings.showwarning
    assert after == before


def test_an_error_in_busker_itself_is_logged_without_the_token_and_ends_with_1(tmp_path: Path) -> None:
    script = (
        "import sys, bot.cli\n"
        "async def broken(options, settings): raise ValueError(settings.token.get_secret_value())\n"
        "bot.cli._command = broken\n"
        "sys.exit(bot.cli.main(['run']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(ROOT), "BUSKER_TOKEN": "a-secret-of-no-known-shape"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ValueError: [token]" in done.stderr
    assert "a-secret" not in done.stdout + done.stderr
