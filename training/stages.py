"""Stages of making étude: train codec and language model, export, evaluate."""

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
"""Seed of the whole training."""
WORK_FOLDER: Final = Path("var/etude")
"""State of training in progress."""
MODEL_FOLDER: Final = Path("models/etude")
"""Exported model."""
REPORT_FOLDER: Final = Path("var/listen")
"""Report and pictures of the evaluation."""
MINUTES: Final = {"codec": 45.0, "language": 80.0}
"""Training time by stage [min], on one core of a shared EPYC."""


def run_all(minutes: float | None = None) -> None:
    """Make étude from scratch.

    Codec and language model are independent and are trained in parallel, each on one core and for `minutes`
    if given.
    """
    with ProcessPoolExecutor(len(MINUTES), multiprocessing.get_context("spawn")) as executor:
        for future in [executor.submit(run, stage, minutes) for stage in MINUTES]:
            future.result()
    for stage in STAGES:
        if stage not in MINUTES:
            run(stage)


def run(stage: str, minutes: float | None = None) -> None:
    """Run a stage on one core, and print its duration."""
    torch.set_num_threads(1)
    started = time.monotonic()
    STAGES[stage](minutes or MINUTES.get(stage, 0.0))
    print(f"{stage}: {(time.monotonic() - started) / 60:.1f} min", flush=True)


def _codec(minutes: float) -> None:
    train_codec.train(minutes, WORK_FOLDER, SEED)


def _language(minutes: float) -> None:
    train_language.train(minutes, WORK_FOLDER, SEED)


def _export(_: float) -> None:
    """Fine-tune the heads, and export the model trained so far."""
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
"""Functions of the stages, which take minutes of training, by name and in order."""
