"""The command line: five commands and their exit status.

    0    done
    1    failed; one sentence on standard error says why
    2    the command line or a setting is wrong
    130  interrupted with Ctrl-C

Each command imports what it needs when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from audio.children import forbid_core_dumps, hide_memory
from audio.errors import BuskerError, PieceError
from bot.config.tokens import redact
from bot.errors import SettingsError, StartError, TokenError
from bot.rules.numbers import parse_number, parse_whole
from bot.version import version

if TYPE_CHECKING:
    from bot.config.settings import Settings

FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130
"""Exit statuses."""

ROOMS: Final = {
    "rehearse": ("acceptance", "The rehearsal is not installed here; run it from a clone of the repository."),
    "try": ("browser", "The page is not installed here; run it from a clone of the repository."),
}
"""Commands whose room surrounds the bot, and what is said where it is missing, as in the container."""

MAX_SHOWN_CHARS: Final = 40
"""Characters of an unreadable option that a message shows."""

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments`, by default those of the process, and return the exit status."""
    try:
        return _run(_parser().parse_args(arguments))
    except (SettingsError, TokenError, PieceError) as error:
        return _report(error, USAGE)
    except BuskerError as error:
        return _report(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    from bot.config.loading import load
    from bot.ops.logs import logging_to

    if options.command == "doctor":  # it also examines settings that the other commands refuse
        from bot.ops.doctor import doctor

        with logging_to(sys.stderr, "debug" if options.verbose else "warning"):
            return doctor(options.config)
    settings = load(options.config)
    if settings.token.get_secret_value():
        forbid_core_dumps()
        hide_memory()
    level = "debug" if options.verbose else settings.log.level
    with logging_to(sys.stderr, level, settings.token.get_secret_value()):
        try:
            return asyncio.run(_command(options, settings))
        except BuskerError as error:
            _log.debug("The cause of the failure:", exc_info=error)
            raise
        except Exception:
            _log.critical("Busker ended because of an internal error.", exc_info=True)
            return FAILED


async def _command(options: argparse.Namespace, settings: Settings) -> int:
    if options.command == "run":
        from bot.run import run

        await run(settings)
        return 0
    settings = settings.with_engine(options.engine) if options.engine else settings
    if options.command in ROOMS:
        room, sentence = ROOMS[options.command]
        if (installed := _installed(room)) is None:
            raise StartError(sentence)
        status: int = await installed.run(options, settings)
        return status
    from bot.ops.offline import compose

    piece = settings.music.piece(options.prompt, options.length, options.interval, options.seed)
    await compose(settings, piece, options.out, picture=options.picture)
    return 0


def _installed(room: str) -> ModuleType | None:
    """Return the `cli` of a room that surrounds the bot; None if it is not installed."""
    if importlib.util.find_spec(room) is None:
        return None
    return importlib.import_module(f"{room}.cli")


def _report(error: BuskerError, status: int) -> int:
    print(redact(str(error)), file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="PATH", help="the settings file (config.toml)")
    common.add_argument("-v", "--verbose", action="store_true", help="log what happens in detail")
    engine = argparse.ArgumentParser(add_help=False)
    engine.add_argument("--engine", choices=["local", "tone"], help="what composes, instead of the settings")
    piece = argparse.ArgumentParser(add_help=False, parents=[engine])
    piece.add_argument("--length", type=_seconds, metavar="SECONDS", help="seconds of music (20)")
    piece.add_argument(
        "--interval", type=_interval, metavar="SECONDS", help="seconds between two chunks, 0.5 to 2.5 (auto)"
    )
    piece.add_argument("--seed", type=_seed, help="the same seed makes the same music (random)")

    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Busker composes music while you listen."
    )
    parser.add_argument(
        "--version", action="version", version=f"Busker {version() or '(not installed as a package)'}"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", parents=[common], help="the real bot; it needs a token")

    rehearse = commands.add_parser(
        "rehearse", parents=[common, piece], help="the whole bot against a Discord on this machine"
    )
    if (acceptance := _installed("acceptance")) is not None:
        acceptance.add_options(rehearse)
    trial = commands.add_parser(
        "try", parents=[common, engine], help="the whole bot in your browser, with no Discord"
    )
    if (browser := _installed("browser")) is not None:
        browser.add_options(trial)

    compose = commands.add_parser("compose", parents=[common, piece], help="a track with no Discord at all")
    compose.add_argument("prompt", help="what it should sound like, 3 to 300 characters")
    compose.add_argument(
        "--out",
        type=_out,
        metavar="FILE",
        help=".flac, .opus, .ogg or .mp3 (a new name in the tracks' folder)",
    )
    compose.add_argument("--picture", action="store_true", help="also keep its picture, beside it")

    commands.add_parser("doctor", parents=[common], help="what is missing, and what to do about it")
    return parser


def _interval(text: str) -> float | None:
    seconds = parse_number(text)
    if seconds is None and text != "auto":
        raise argparse.ArgumentTypeError(f"“{text[:MAX_SHOWN_CHARS]}” is no number of seconds and not “auto”")
    return seconds


def _seconds(text: str) -> float:
    if (seconds := parse_number(text)) is None:
        raise argparse.ArgumentTypeError(f"“{text[:MAX_SHOWN_CHARS]}” is no number of seconds")
    return seconds


def _seed(text: str) -> int:
    if (seed := parse_whole(text)) is None:
        raise argparse.ArgumentTypeError(f"“{text[:MAX_SHOWN_CHARS]}” is no whole number")
    return seed


def _out(text: str) -> Path:
    from audio.files.track import TrackError
    from bot.ops.offline import checked_output_path

    try:
        return checked_output_path(Path(text))
    except TrackError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
