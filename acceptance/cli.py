"""The options of `python -m bot rehearse`, and its entry point.

`bot/cli.py` imports this file by name where it is installed. Heavy imports wait until `run`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.rules.numbers import parse_number, parse_whole

if TYPE_CHECKING:
    from bot.config.settings import Settings

DEFAULT_PROMPT: Final = "swing with walking upright bass, saxophone and brushed drums"
DEFAULT_SEED: Final = 2
"""With the embedded checkpoint this seed makes music that is full from the first second to the last."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options; every composing command has the others."""
    parser.add_argument(
        "--prompt", help=f"what it should sound like (“{DEFAULT_PROMPT}”, with seed {DEFAULT_SEED})"
    )
    parser.add_argument("--guilds", type=_guilds, default=1, metavar="N", help="number of guilds at once (1)")
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
        help="run one bot for so many minutes with random faults, chosen by --seed (0)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


async def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run the command. Return the exit status. Raises BuskerError with a sentence."""
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

    # The default seed belongs to the default prompt: another prompt gets a random one.
    seed = DEFAULT_SEED if options.prompt is None and options.seed is None else options.seed
    prompt = DEFAULT_PROMPT if options.prompt is None else options.prompt
    rehearsal = rehearse.RehearsalOptions(
        prompt, options.length, options.interval, seed, options.guilds, options.out
    )
    return await rehearse.main(settings, rehearsal, as_json=options.json)


def _with_tone(options: argparse.Namespace, settings: Settings) -> Settings:
    """Return the settings with the tone engine, unless the command line names an engine."""
    return settings if options.engine else settings.with_engine("tone")


def _minutes(text: str) -> float:
    minutes = parse_number(text)
    if minutes is None or not 0 < minutes <= 24 * 60:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of minutes up to a day")
    return minutes


def _guilds(text: str) -> int:
    guilds = parse_whole(text)
    if guilds is None or not 1 <= guilds <= 100:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to 100")
    return guilds
