"""`python -m training`: makes étude from scratch, all stages or one.

    python -m training                          every stage
    python -m training codec --minutes 30       the codec; resumes an earlier run
    python -m training language --minutes 80    the language model, likewise
    python -m training language --from models/etude --minutes 60    starts from the shipped model
    python -m training export                   exports both to models/etude
    python -m training listen                   a report with pictures in var/listen

The first trains codec and language model in parallel, each on one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.model import resume
from training.stages import STAGES, WORK_FOLDER, run, run_all


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__.split("\n", 1)[0])
    parser.add_argument("stage", nargs="?", choices=STAGES, help="run this stage only")
    parser.add_argument("--minutes", type=float, help="total minutes of training, earlier runs included")
    parser.add_argument(
        "--from", dest="origin", type=Path, help="folder of a model to start from, for example models/etude"
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
