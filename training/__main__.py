"""`python -m training`: étude from nothing, stage by stage; each stage also alone.

    python -m training                          every stage
    python -m training codec --minutes 30       the codec; goes on from where it was left
    python -m training language --minutes 80    the language model, likewise
    python -m training language --from models/etude --minutes 60    further than what ships
    python -m training export                   both put into models/etude
    python -m training listen                   a report with pictures in var/listen

The first trains codec and language model side by side, each on a core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.model import resume
from training.stages import STAGES, WORK_FOLDER, run, run_all


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__.split("\n", 1)[0])
    parser.add_argument("stage", nargs="?", choices=STAGES, help="one stage only; all of them when left out")
    parser.add_argument("--minutes", type=float, help="minutes of training in all, earlier runs counted in")
    parser.add_argument(
        "--from", dest="origin", type=Path, help="a folder with a model, étude's own say, to go on from"
    )
    chosen = parser.parse_args()
    if chosen.origin:
        try:
            resume.import_model(chosen.origin, WORK_FOLDER)
        except FileExistsError as error:
            parser.error(str(error))
    if chosen.stage:
        run(chosen.stage, chosen.minutes)
    else:
        run_all(chosen.minutes)


if __name__ == "__main__":
    main()
