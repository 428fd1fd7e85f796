"""The options of `python -m bot try`, and its entry point.

`bot/cli.py` imports this file by name where it is installed. Heavy imports wait until `run`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.rules.numbers import parse_whole

if TYPE_CHECKING:
    from bot.config.settings import Settings

PORT: Final = 8099
FOLDER: Final = Path("var/try")
MAX_GUILDS: Final = 20


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options; every composing command has `--engine`."""
    parser.add_argument("--port", type=_port, default=PORT, help="of the page, 0 for any (%(default)s)")
    parser.add_argument("--no-open", action="store_true", help="print the address and open no browser")
    parser.add_argument(
        "--host",
        type=_host,
        metavar="ADDRESS",
        help="this machine's address in your network, for others there: they need the secret in the address",
    )
    parser.add_argument("--guilds", type=_guilds, default=1, metavar="N", help="number of servers (1)")
    parser.add_argument("--checkpoint", metavar="NAME", help="the model, instead of the settings")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="DIR", help="what was made is kept here (%(default)s)"
    )


async def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run the command until Ctrl-C. Return the exit status. Raises BuskerError with a sentence."""
    from browser.run import TryOptions, run

    if options.checkpoint:
        engine = settings.engine.model_copy(update={"checkpoint": options.checkpoint, "kind": "local"})
        settings = settings.model_copy(update={"engine": engine})
    await run(
        settings,
        TryOptions(options.folder, options.port, options.host, options.guilds, opens=not options.no_open),
    )
    return 0


def _host(text: str) -> str:
    if text in ("0.0.0.0", "::", "*", "") or ":" in text:
        raise argparse.ArgumentTypeError(f"“{text}” is not one address of this machine, such as 192.168.1.20")
    return text


def _port(text: str) -> int:
    port = parse_whole(text)
    if port is None or not 0 <= port < 1 << 16:
        raise argparse.ArgumentTypeError(f"“{text}” is not a port from 0 to 65535")
    return port


def _guilds(text: str) -> int:
    guilds = parse_whole(text)
    if guilds is None or not 1 <= guilds <= MAX_GUILDS:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to {MAX_GUILDS}")
    return guilds
