"""`python -m bench.load`: measure, print the table, and write the figures as JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from audio.errors import BuskerError
from bench.load.hall import Plan, measured
from bench.load.player import WAYS
from bot.config.settings import Settings

MAX_CHANNELS = 100
"""A shard of discord.py may send 110 messages a minute, and each join is one."""


def main() -> int:
    """Measure as the command line says; 0 when all went well."""
    usual = Plan()
    words = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    words.add_argument("--channels", type=_channels, nargs="+", default=usual.channels, metavar="N")
    words.add_argument("--ways", nargs="+", choices=WAYS, default=usual.ways)
    words.add_argument(
        "--seconds", type=float, default=usual.seconds, help="length of a stretch (%(default)g)"
    )
    words.add_argument("--rounds", type=int, default=usual.rounds)
    words.add_argument("--engine", action="store_true", help="an engine composes meanwhile, here 10 channels")
    words.add_argument("--json", type=Path, default=Path("var/load.json"))
    wish = words.parse_args()

    logging.basicConfig(level=logging.ERROR)
    channels = (10,) if wish.engine and wish.channels is usual.channels else tuple(wish.channels)
    plan = Plan(channels, tuple(wish.ways), wish.seconds, rounds=wish.rounds, composing=wish.engine)
    try:
        figures = asyncio.run(measured(plan, Settings(), lambda line: print(line, file=sys.stderr)))
    except BuskerError as error:
        print(error, file=sys.stderr)
        return 1
    wish.json.parent.mkdir(parents=True, exist_ok=True)
    wish.json.write_text(json.dumps(figures.as_dict(), indent=2) + "\n", encoding="utf-8")
    print(f"\n{figures}\n\nThe figures are in {wish.json}.")
    return 0


def _channels(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_CHANNELS:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1 to {MAX_CHANNELS}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
