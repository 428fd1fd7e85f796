"""The options and the work of `python -m bot rehearse`.

`bot/cli.py` finds this file by its name where it is installed. What the work needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.config.settings import Settings


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command, beside those that every composing command has."""
    parser.add_argument(
        "--prompt", default="a slow dub with brushed drums and a warm bass", help="what it should sound like"
    )
    parser.add_argument("--guilds", type=_guilds, default=1, metavar="N", help="how many ask at once (1)")
    parser.add_argument(
        "--out", type=Path, default=Path("var/rehearsal"), metavar="DIR", help="(%(default)s)"
    )
    parser.add_argument(
        "--faults",
        metavar="NAMES",
        help="inject faults instead: “all”, “list” to see them, or names with commas; "
        "pieces of 10 s, composed by “tone” unless --engine says otherwise",
    )
    parser.add_argument(
        "--soak",
        type=_minutes,
        metavar="MINUTES",
        help="let one bot play on with random faults, by --seed (0)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


async def run(options: argparse.Namespace, settings: Settings) -> int:
    """Do what `options` ask for and return the exit status. Raises BuskerError with a sentence."""
    if options.faults is not None:
        from acceptance.trials import series

        return await series.main(
            _with_tone(options, settings), options.faults, options.out, as_json=options.json
        )
    if options.soak is not None:
        from acceptance.trials import soak

        return await soak.main(
            _with_tone(options, settings), options.soak, options.seed or 0, options.out, as_json=options.json
        )
    from acceptance import rehearse

    wish = rehearse.Wish(
        options.prompt, options.length, options.interval, options.seed, options.guilds, options.out
    )
    return await rehearse.main(settings, wish, as_json=options.json)


def _with_tone(options: argparse.Namespace, settings: Settings) -> Settings:
    """The settings with the tone engine, unless the command line names an engine."""
    return settings if options.engine else settings.with_engine("tone")


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
