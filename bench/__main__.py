"""`python -m bench`: measure, print the table, and write the figures as JSON."""

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
from bench.figures import measured
from bench.measures import CUDA, DTYPE_BYTES, SHORT, Plan
from bench.subject import SMALL, subject_of
from bot.config.engine_factory import SHIPPED, SHIPPED_FOLDER

CPU_DTYPES: Final = ["float32", "bfloat16", "int8"]
CUDA_DTYPES: Final = ["float16", "bfloat16", "float32"]


def main() -> int:
    """Measure as the command line says; 0 when all went well."""
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument(
        "--checkpoints", nargs="+", default=[SHIPPED, SMALL], help=f"folders, “{SHIPPED}” or “{SMALL}”"
    )
    words.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    words.add_argument("--dtypes", nargs="+", choices=DTYPE_BYTES, help="default: all that the device takes")
    words.add_argument("--threads", type=int, default=1, help="threads on a CPU (default 1)")
    words.add_argument("--seconds", type=float, help="length of the pieces (default 5, on CUDA 10)")
    words.add_argument("--rounds", type=int)
    words.add_argument("--houses", type=int, nargs="+", help="pieces at once")
    words.add_argument("--json", type=Path, default=Path("var/bench.json"))
    wish = words.parse_args()

    logging.getLogger("transformers").setLevel(logging.ERROR)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(wish.threads)
    on_cuda = wish.device.startswith("cuda")
    asked = {"rounds": wish.rounds, "seconds": wish.seconds, "houses": wish.houses and tuple(wish.houses)}
    asked = {name: value for name, value in asked.items() if value}
    found = []
    for checkpoint in wish.checkpoints:
        slow = checkpoint == SMALL and not on_cuda
        dtypes = wish.dtypes or (["int8"] if slow else CUDA_DTYPES if on_cuda else CPU_DTYPES)
        name = str(SHIPPED_FOLDER) if checkpoint == SHIPPED else checkpoint
        try:
            subject = subject_of(name, wish.device)
            plan = replace(SHORT if slow else CUDA if on_cuda else Plan(), **asked)
            found.append(measured(subject, dtypes, plan, partial(print, file=sys.stderr)))
        except EngineError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"\n{found[-1]}\n")
    wish.json.parent.mkdir(parents=True, exist_ok=True)
    wish.json.write_text(json.dumps([figures.as_dict() for figures in found], indent=2) + "\n")
    print(f"The figures are in {wish.json}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
