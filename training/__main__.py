"""`python -m training`: étude from nothing, stage by stage; each stage also alone.

    python -m training                          every stage
    python -m training codec --minutes 30       the codec; goes on from where it was left
    python -m training language --minutes 80    the language model, likewise
    python -m training language --from models/etude --minutes 60    further than what ships
    python -m training export                   both put into models/etude
    python -m training listen                   a report with pictures in var/listen

Codec and language model know nothing of each other and may be trained side by side.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import torch

from training import reading, shipped, writing
from training.export import export, model
from training.listen import listen
from training.tokens import kept_tokenizer

SEED: Final = 1
WORK: Final = Path("var/etude")
"""Where what is half trained lies."""
MODEL: Final = Path("models/etude")
REPORT: Final = Path("var/listen")
_MINUTES: Final = {"codec": 45.0, "language": 80.0}
"""Of one core of an EPYC shared with others."""


def _codec(minutes: float) -> None:
    reading.train(minutes, WORK, SEED)


def _language(minutes: float) -> None:
    writing.train(minutes, WORK, SEED)


def _export(_: float) -> None:
    """Put together what the training so far has made."""
    size = export(
        model(writing.averaged(WORK, SEED), reading.learned(WORK)), kept_tokenizer(WORK, SEED), MODEL
    )
    print(f"{MODEL}: {size / 2**20:.1f} MiB")


def _listen(_: float) -> None:
    print(listen(MODEL, REPORT).text())


STAGES: Final[dict[str, Callable[[float], None]]] = {
    "codec": _codec,
    "language": _language,
    "export": _export,
    "listen": _listen,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__.split("\n", 1)[0])
    parser.add_argument("stage", nargs="?", choices=STAGES, help="one stage only; all of them when left out")
    parser.add_argument("--minutes", type=float, help="minutes of training in all, earlier runs counted in")
    parser.add_argument(
        "--from", dest="origin", type=Path, help="a folder with a model, étude's own say, to go on from"
    )
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    if chosen.origin:
        try:
            shipped.take_up(chosen.origin, WORK)
        except FileExistsError as error:
            parser.error(str(error))
    for stage in [chosen.stage] if chosen.stage else STAGES:
        began = time.monotonic()
        STAGES[stage](chosen.minutes or _MINUTES.get(stage, 0.0))
        print(f"{stage}: {(time.monotonic() - began) / 60:.1f} min", flush=True)


if __name__ == "__main__":
    main()
