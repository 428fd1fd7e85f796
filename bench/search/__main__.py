"""`python -m bench.search`: members type into a large library; their waits, beside those of old."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench.search.typing import HEADER, measure


def main() -> int:
    """Measure as the command line says. Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--tracks", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=200, help="who type at the same moment (200)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), options.tracks, options.people, rounds=options.rounds))
    print(f"{options.tracks:,} tracks; alone, and {options.people} people at once")
    print(HEADER)
    for name, each in figures.items():
        print(each.row(name))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
