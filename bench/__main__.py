"""`python -m bench`: measure, print the table, and write the figures as JSON.

`python -m bench fidelity` measures how much number formats change the music.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import torch
from transformers.utils.logging import disable_progress_bar

from audio.errors import EngineError
from bench import fidelity
from bench.figures import measure
from bench.measures import CUDA, DTYPE_BYTES, SHORT, Plan
from bench.subject import SHAPES, subject_of
from bot.config.engine_factory import SHIPPED, SHIPPED_FOLDER

CPU_DTYPES: Final = ["float32", "bfloat16", "int8"]
CUDA_DTYPES: Final = ["float16", "bfloat16", "float32"]


def main() -> int:
    """Measure as the command line says. Return the exit status."""
    logging.getLogger("transformers").setLevel(logging.ERROR)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    if sys.argv[1:2] == ["fidelity"]:
        return fidelity.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--checkpoints",
        nargs="+",
        default=[SHIPPED, "small"],
        help=f"folders, {SHIPPED}, {', '.join(SHAPES)}",
    )
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--dtypes", nargs="+", choices=DTYPE_BYTES, help="default: all that the device takes")
    parser.add_argument("--threads", type=int, default=1, help="threads on a CPU (default 1)")
    parser.add_argument("--seconds", type=float, help="length of the pieces (default 5, on CUDA 10)")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--batch-sizes", type=int, nargs="+", help="pieces at once")
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"))
    options = parser.parse_args()

    on_cuda = options.device.startswith("cuda")
    overrides = {
        "rounds": options.rounds,
        "seconds": options.seconds,
        "threads": options.threads,
        "batch_sizes": options.batch_sizes and tuple(options.batch_sizes),
    }
    overrides = {name: value for name, value in overrides.items() if value}
    results = []
    for checkpoint in options.checkpoints:
        slow = checkpoint in SHAPES and not on_cuda
        dtypes = options.dtypes or (["int8"] if slow else CUDA_DTYPES if on_cuda else CPU_DTYPES)
        name = str(SHIPPED_FOLDER) if checkpoint == SHIPPED else checkpoint
        try:
            subject = subject_of(name, options.device)
            plan = replace(SHORT if slow else CUDA if on_cuda else Plan(), **overrides)
            results.append(measure(subject, dtypes, plan, partial(print, file=sys.stderr)))
        except EngineError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"\n{results[-1]}\n")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps([figures.as_dict() for figures in results], indent=2) + "\n")
    print(f"The figures are in {options.json}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
