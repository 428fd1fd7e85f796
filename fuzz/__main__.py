"""`python -m fuzz`: damage sound files and hand them to media processes.

A crash, a hang or too much memory is a finding: it is kept with its seed and makes the exit status 1.

    make fuzz                                  # 50,000 files
    python -m fuzz --shift 7                   # the seventh 50,000: twenty shifts are a million
    python -m fuzz --corpus ~/Music            # also damages real files, made smaller
    python -m fuzz --again 0:4711              # one file once more
    python -m fuzz --threats                   # the hostile files of the catalogue, with what each costs
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Final

from fuzz import threats
from fuzz.campaign import Plan, Tally, run, try_one
from fuzz.catalogue.every import THREATS
from fuzz.corpus import distinct, of_folder, own
from fuzz.report import line, table

FILES: Final = 50_000
"""Files in one go."""

FOLDER: Final = Path("var/fuzz")


def main() -> int:
    """Fuzz as the command line says. Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=FILES, help="(%(default)s)")
    parser.add_argument("--shift", type=int, default=0, help="begins after so many times --files (0)")
    parser.add_argument("--seed", type=int, default=0, help="other damage to the same files (%(default)s)")
    parser.add_argument("--corpus", type=Path, metavar="FOLDER", help="damage what is in here, too")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="(%(default)s)")
    parser.add_argument("--minutes", type=float, default=60.0, help="stops after this time (%(default)s)")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="FOLDER", help="(%(default)s)")
    parser.add_argument("--again", metavar="SEED", help="try the file of one seed and keep it")
    parser.add_argument("--threats", action="store_true", help="try hostile files instead of damaged ones")
    options = parser.parse_args()

    if not hasattr(os, "pidfd_open"):
        print("The fuzzer needs Linux.", file=sys.stderr)
        return 2
    if options.threats:
        results = dict(threats.try_all(list(THREATS), options.processes))
        print(threats.table(results))
        return int(not all(threats.harmless(name, result) for name, result in results.items()))
    files = own()
    if options.corpus is not None:
        try:
            files |= of_folder(options.corpus)
        except OSError as error:
            print(f"{options.corpus} cannot be read: {error.strerror}.", file=sys.stderr)
            return 2
    corpus = dict(distinct(files))
    if options.again is not None:
        finding = try_one(corpus, options.again, options.out)
        print(line(finding))
        return int(not finding.result.verdict.fine)

    plan = Plan(options.seed, options.shift * options.files, options.files, options.out)
    began = time.monotonic()
    print(f"{len(corpus)} files are damaged, from seed {plan.name_of(plan.first)} on.", file=sys.stderr)

    def progress(tally: Tally) -> None:
        seconds = time.monotonic() - began
        print(
            f"\r{tally.files:,} files in {seconds:,.0f} s, {len(tally.findings)} findings ",
            end="",
            file=sys.stderr,
            flush=True,
        )

    tally = run(corpus, plan, options.processes, 60 * options.minutes, progress)
    print(file=sys.stderr)
    print(table(tally, plan, time.monotonic() - began, options.processes))
    return int(bool(tally.findings))


if __name__ == "__main__":
    sys.exit(main())
