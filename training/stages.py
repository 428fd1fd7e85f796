"""The stages in which étude is made."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import torch

from training.evaluation.evaluate import evaluate
from training.model import train_codec, train_language
from training.model.export import assemble_model, export_model
from training.model.tune_guidance import tune_heads
from training.text.tokenizer import load_or_train_tokenizer

SEED: Final = 1
WORK_FOLDER: Final = Path("var/etude")
"""Where what is half trained lies."""
MODEL_FOLDER: Final = Path("models/etude")
REPORT_FOLDER: Final = Path("var/listen")
MINUTES: Final = {"codec": 45.0, "language": 80.0}
"""What is trained, and how long: of one core of an EPYC shared with others."""


def run_all(minutes: float | None = None) -> None:
    """Make étude from nothing. Codec and language model know nothing of each other, so each is trained on a
    core of its own, for `minutes` if they are given."""
    with ProcessPoolExecutor(len(MINUTES), multiprocessing.get_context("spawn")) as executor:
        for future in [executor.submit(run, stage, minutes) for stage in MINUTES]:
            future.result()
    for stage in STAGES:
        if stage not in MINUTES:
            run(stage)


def run(stage: str, minutes: float | None = None) -> None:
    """One stage, on one core; says how long it took."""
    torch.set_num_threads(1)
    started = time.monotonic()
    STAGES[stage](minutes or MINUTES.get(stage, 0.0))
    print(f"{stage}: {(time.monotonic() - started) / 60:.1f} min", flush=True)


def _codec(minutes: float) -> None:
    train_codec.train(minutes, WORK_FOLDER, SEED)


def _language(minutes: float) -> None:
    train_language.train(minutes, WORK_FOLDER, SEED)


def _export(_: float) -> None:
    """Put together what the training so far has made, steadied."""
    language_model, codec, tokenizer = (
        train_language.load_averaged(WORK_FOLDER, SEED),
        train_codec.load_codec(WORK_FOLDER),
        load_or_train_tokenizer(WORK_FOLDER, SEED),
    )
    tune_heads(language_model, codec, tokenizer, SEED)
    size = export_model(assemble_model(language_model, codec), tokenizer, MODEL_FOLDER)
    print(f"{MODEL_FOLDER}: {size / 2**20:.1f} MiB")


def _evaluate(_: float) -> None:
    print(evaluate(MODEL_FOLDER, REPORT_FOLDER).text())


STAGES: Final[dict[str, Callable[[float], None]]] = {
    "codec": _codec,
    "language": _language,
    "export": _export,
    "listen": _evaluate,
}
