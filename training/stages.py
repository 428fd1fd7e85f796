"""The stages in which étude is made."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import torch

from training.evaluation.evaluate import listen
from training.model import train_codec, train_language
from training.model.export import export, model
from training.model.tune_guidance import steady
from training.text.tokenizer import kept_tokenizer

SEED: Final = 1
WORK: Final = Path("var/etude")
"""Where what is half trained lies."""
MODEL: Final = Path("models/etude")
REPORT: Final = Path("var/listen")
MINUTES: Final = {"codec": 45.0, "language": 80.0}
"""What is trained, and how long: of one core of an EPYC shared with others."""


def run_all(minutes: float | None = None) -> None:
    """Make étude from nothing. Codec and language model know nothing of each other, so each is trained on a
    core of its own, for `minutes` if they are given."""
    with ProcessPoolExecutor(len(MINUTES), multiprocessing.get_context("spawn")) as beside:
        for training in [beside.submit(run, stage, minutes) for stage in MINUTES]:
            training.result()
    for stage in STAGES:
        if stage not in MINUTES:
            run(stage)


def run(stage: str, minutes: float | None = None) -> None:
    """One stage, on one core; says how long it took."""
    torch.set_num_threads(1)
    began = time.monotonic()
    STAGES[stage](minutes or MINUTES.get(stage, 0.0))
    print(f"{stage}: {(time.monotonic() - began) / 60:.1f} min", flush=True)


def _codec(minutes: float) -> None:
    train_codec.train(minutes, WORK, SEED)


def _language(minutes: float) -> None:
    train_language.train(minutes, WORK, SEED)


def _export(_: float) -> None:
    """Put together what the training so far has made, steadied."""
    writer, codec, words = (
        train_language.averaged(WORK, SEED),
        train_codec.learned(WORK),
        kept_tokenizer(WORK, SEED),
    )
    steady(writer, codec, words, SEED)
    size = export(model(writer, codec), words, MODEL)
    print(f"{MODEL}: {size / 2**20:.1f} MiB")


def _listen(_: float) -> None:
    print(listen(MODEL, REPORT).text())


STAGES: Final[dict[str, Callable[[float], None]]] = {
    "codec": _codec,
    "language": _language,
    "export": _export,
    "listen": _listen,
}
