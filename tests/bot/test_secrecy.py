"""The token stays in the bot's own process: the real command line, with every process that it starts."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pytest

from rehearsal.discord_here import DiscordHere
from tests.loopback_guild import until

pytestmark = [
    pytest.mark.slow,  # a bot of its own with the shipped model
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the memory of processes"),
]

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
import bot.cli, bot.run
from rehearsal.discord_here import Door

def main():
    door, run = Door(**json.loads(sys.argv[1])), bot.run.run
    bot.run.run = lambda settings: run(settings, connector=door.connector())
    sys.exit(bot.cli.main(["run", "--verbose"]))

if __name__ == "__main__":
    main()
"""


def descendants(pid: int) -> dict[int, str]:
    """Command lines of all processes that a process has started, directly or not."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            found = re.search(r"^PPid:\s(\d+)", status.read_text(), re.MULTILINE)
            parents[int(status.parent.name)] = int(found[1]) if found else 0
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return {child: Path(f"/proc/{child}/cmdline").read_text() for child in family - {pid}}


def writable_memory(pid: int) -> bytes:
    """All that a core of a process would hold of its own: stack, heap, environment."""
    parts = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            begin, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1].startswith("rw"):
                with suppress(OSError, ValueError):
                    memory.seek(begin)
                    parts.append(memory.read(end - begin))
    return b"\0".join(parts)


async def test_the_token_is_in_no_other_process_no_log_and_no_file(tmp_path: Path) -> None:
    script = tmp_path / "script" / "main.py"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    folder = tmp_path / "data"
    folder.mkdir()
    async with DiscordHere() as here:
        token = here.bot.token
        secret = token.rpartition(".")[2]
        guild = here.guild("Guild")
        text, corner = guild.text_channel("music"), guild.voice_channel("The Corner")
        asker = here.person(guild, "asker")
        await asker.join_voice(corner)
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, str(script), json.dumps(asdict(here.door))),
            cwd=folder,
            env=os.environ | {"BUSKER_TOKEN": token, "PYTHONPATH": str(ROOT), "BUSKER_HEALTH__PORT": "0"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed = asyncio.ensure_future(bot.communicate())
        try:
            await until(lambda: bool(here.sessions.by_id) or printed.done())
            assert not printed.done(), printed.result()[0].decode()
            await asker.use("compose", {"prompt": "bells", "length": 10}, text)
            await until(
                lambda: any(message.attachments and not message.laid_out for message in text.messages)
            )
            children = descendants(bot.pid)
            # The fork server, the engine, the writing process, and the tracker of Python's semaphores.
            assert len(children) >= 4, children
            for pid, command in children.items():
                assert b"BUSKER" not in Path(f"/proc/{pid}/environ").read_bytes(), command
                assert secret not in command
                assert secret.encode() not in writable_memory(pid), command
                limits = Path(f"/proc/{pid}/limits").read_text()
                assert re.search(r"Max core file size +0 +0 ", limits), command
            assert secret.encode() in writable_memory(bot.pid)  # it would be found
            assert secret not in Path(f"/proc/{bot.pid}/cmdline").read_text()
        finally:
            with suppress(ProcessLookupError):
                bot.send_signal(signal.SIGTERM)
            output = (await printed)[0].decode()
    assert bot.returncode == 0, output
    assert "discord.gateway" in output  # the log
    assert secret not in output
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if secret.encode() in path.read_bytes()] == []
