"""`python -m bench.load`: measure, print the table, and write the figures as JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Final

from audio.errors import BuskerError
from bench.load.benchmark import Plan, measure
from bench.load.bot_process import WAYS
from bot.config.settings import Settings

MAX_CHANNELS: Final = 100
"""A shard of discord.py may send 110 messages a minute, and each join is one."""


def main() -> int:
    """Measure as the command line says. Return the exit status."""
    defaults = Plan()
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--channels", type=_channels, nargs="+", default=defaults.channels, metavar="N")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=defaults.ways)
    parser.add_argument(
        "--seconds", type=float, default=defaults.seconds, help="length of a run (%(default)g)"
    )
    parser.add_argument("--rounds", type=int, default=defaults.rounds)
    parser.add_argument(
        "--engine", action="store_true", help="compose meanwhile; 10 channels unless --channels is given"
    )
    parser.add_argument("--json", type=Path, default=Path("var/load.json"))
    options = parser.parse_args()

    logging.basicConfig(level=logging.ERROR)
    channels = (10,) if options.engine and options.channels is defaults.channels else tuple(options.channels)
    plan = Plan(
        channels, tuple(options.ways), options.seconds, rounds=options.rounds, composing=options.engine
    )
    try:
        figures = asyncio.run(measure(plan, Settings(), lambda line: print(line, file=sys.stderr)))
    except BuskerError as error:
        print(error, file=sys.stderr)
        return 1
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures.as_dict(), indent=2) + "\n", encoding="utf-8")
    print(f"\n{figures}\n\nThe figures are in {options.json}.")
    return 0


def _channels(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_CHANNELS:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to {MAX_CHANNELS}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
