"""The command line: four commands, and how a failure leaves the process.

    0    done
    1    it failed; one sentence on standard error says why
    2    the command line or a setting is wrong
    130  interrupted with Ctrl-C

It only wires. What a command needs is imported when it runs, so that `--help` does not wait for it.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from audio.errors import BuskerError, PieceError
from bot.errors import SettingsError, TokenError
from bot.tokens import redact

if TYPE_CHECKING:
    from bot.settings import Settings

FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (those of the process by default) name; the exit status."""
    try:
        return _run(_parser().parse_args(arguments))
    except (SettingsError, TokenError, PieceError) as error:
        return _excuse(error, USAGE)
    except BuskerError as error:
        return _excuse(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    from bot.logs import logging_to
    from bot.settings import load

    if options.command == "doctor":  # which looks at settings that others would refuse
        from bot.doctor import doctor

        with logging_to(sys.stderr, "debug" if options.verbose else "warning"):
            return doctor(options.config)
    settings = load(options.config)
    level = "debug" if options.verbose else settings.log.level
    with logging_to(sys.stderr, level, settings.token.get_secret_value()):
        try:
            return asyncio.run(_command(options, settings))
        except BuskerError as error:
            _log.debug("The cause of the failure:", exc_info=error)
            raise
        except Exception:
            _log.critical("Busker ended because of an error in itself.", exc_info=True)
            return FAILED


async def _command(options: argparse.Namespace, settings: Settings) -> int:
    if options.command == "run":
        from bot.client import run

        await run(settings)
        return 0
    if options.command == "rehearse":
        if options.faults is not None:
            from bot.trials import series

            settings = _with_engine(settings, options.engine or "tone")
            return await series.main(settings, options.faults, options.out, as_json=options.json)
        if options.soak is not None:
            from bot.trials import soak

            settings = _with_engine(settings, options.engine or "tone")
            return await soak.main(
                settings, options.soak, options.seed or 0, options.out, as_json=options.json
            )
        from bot import rehearse

        wish = rehearse.Wish(
            options.prompt, options.length, options.interval, options.seed, options.guilds, options.out
        )
        return await rehearse.main(_with_engine(settings, options.engine), wish, as_json=options.json)
    from bot.compose import compose

    piece = settings.music.piece(options.prompt, options.length, options.interval, options.seed)
    await compose(_with_engine(settings, options.engine), piece, options.out, picture=options.picture)
    return 0


def _with_engine(settings: Settings, kind: str | None) -> Settings:
    if kind is None:
        return settings
    return settings.model_copy(update={"engine": settings.engine.model_copy(update={"kind": kind})})


def _excuse(error: BuskerError, status: int) -> int:
    print(redact(str(error)), file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="PATH", help="the settings file (config.toml)")
    common.add_argument("-v", "--verbose", action="store_true", help="log what happens in detail")
    piece = argparse.ArgumentParser(add_help=False)
    piece.add_argument("--length", type=float, metavar="SECONDS", help="seconds of music (20)")
    piece.add_argument(
        "--interval", type=_interval, metavar="SECONDS", help="seconds between two chunks, 0.5 to 2.5 (auto)"
    )
    piece.add_argument("--seed", type=int, help="the same seed makes the same music (drawn)")
    piece.add_argument("--engine", choices=["local", "tone"], help="what composes, instead of the settings")

    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Busker composes music while you listen."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", parents=[common], help="the real bot; it needs a token")

    rehearse = commands.add_parser(
        "rehearse", parents=[common, piece], help="the whole bot against a Discord on this machine"
    )
    rehearse.add_argument(
        "--prompt", default="a slow dub with brushed drums and a warm bass", help="what it should sound like"
    )
    rehearse.add_argument("--guilds", type=_guilds, default=1, metavar="N", help="how many ask at once (1)")
    rehearse.add_argument(
        "--out", type=Path, default=Path("var/rehearsal"), metavar="DIR", help="(%(default)s)"
    )
    rehearse.add_argument(
        "--faults",
        metavar="NAMES",
        help="let things go wrong instead: “all”, “list” to see them, or names with commas; "
        "pieces of 10 s, composed by “tone” unless --engine says otherwise",
    )
    rehearse.add_argument(
        "--soak",
        type=_minutes,
        metavar="MINUTES",
        help="let one bot play on with random faults, by --seed (0)",
    )
    rehearse.add_argument("--json", action="store_true", help="print the report as one JSON object")

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
    try:
        return None if text == "auto" else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of seconds and not “auto”") from None


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not 0 < minutes <= 24 * 60:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of minutes up to a day")
    return minutes


def _guilds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to 100")
    return int(text)


def _out(text: str) -> Path:
    from audio.track import TrackError
    from bot.compose import checked_out

    try:
        return checked_out(Path(text))
    except TrackError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
