"""`python -m bench fidelity`: how much a number format changes what a checkpoint would play.

The float32 decoder composes pieces from real prompts. Every other format then reads the same tokens, step by
step (teacher forcing), so that each step is compared in the same situation; left alone, two formats would
soon play different music, both of them right. For each codebook:

- the Kullback-Leibler divergence of the next token's distribution from that of float32, in nats, with the
  checkpoint's guidance and at temperature 1: 0 is the same distribution;
- top-1: how often the likeliest token is the same;
- drawn: how often the token that is drawn with the same random number is the same.

    python -m bench fidelity                                          # étude
    python -m bench fidelity --checkpoint facebook/musicgen-small     # published weights
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from audio.errors import EngineError
from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.cpu.host_decoder import host_decoder, is_compiled, kernel_of
from audio.musicgen.cpu.threads import use_threads
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.model.sampler import draw, uniforms
from audio.piece import Piece
from bench.machine import processor
from bench.subject import SHAPES, Subject, subject_of
from bot.config.engine_factory import SHIPPED, SHIPPED_FOLDER
from bot.ui.presets import PRESETS

REFERENCE: Final = "float32"

DTYPES: Final = ("bfloat16", "float16", "int8", "int4")

MAX_SECONDS: Final = 29.0
"""A piece fits into one window."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the decoder read and returned at a step of a piece."""

    tokens: Tensor
    """(1, codebooks)"""
    position: int
    guidance: float
    logits: Tensor
    """(codebooks, vocabulary)"""


@dataclass(frozen=True, slots=True)
class Tape:
    """A piece as the reference composed it."""

    piece: Piece
    states: Tensor
    """The encoded prompt."""
    guided: bool
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How close a format is to float32, by codebook."""

    divergence: list[float]
    """Kullback-Leibler divergence [nats]."""
    top1: list[float]
    """Share of steps with the same likeliest token."""
    drawn: list[float]
    """Share of steps that draw the same token."""


class _Recorder:
    """A decoder that keeps what passes through it."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self.states, self.guided = torch.empty(0), False
        self.steps: list[Step] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decoder, name)

    def admit(self, slot: int, states: Tensor, guided: bool = True) -> None:
        self.states, self.guided, self.steps = states, guided, []
        self._decoder.admit(slot, states, guided)

    def __call__(
        self, tokens: Tensor, slots: Sequence[int], positions: Sequence[int], guidance: Sequence[float]
    ) -> Tensor:
        logits: Tensor = self._decoder(tokens, slots, positions, guidance)
        self.steps.append(Step(tokens, positions[0], guidance[0], logits[0].float().clone()))
        return logits


def record(checkpoint: Checkpoint, pieces: Sequence[Piece]) -> list[Tape]:
    """Compose `pieces` in float32 and return what the decoder read and returned."""
    core: Any = EngineCore(checkpoint, longest=max(piece.seconds for piece in pieces), dtype=REFERENCE)
    recorder = core.runner.decoder = _Recorder(core.runner.decoder)
    tapes = []
    for key, piece in enumerate(pieces):
        core.admit(key, piece)
        while not core.idle:
            for output in core.step():
                if isinstance(output.result, EngineError):
                    raise output.result
        tapes.append(Tape(piece, recorder.states, recorder.guided, recorder.steps))
    return tapes


def compare(checkpoint: Checkpoint, dtype: str, tapes: Sequence[Tape]) -> Fidelity:
    """Let a decoder of `dtype` read the tokens of `tapes`, and return how close its logits are."""
    length = max(len(tape.steps) for tape in tapes)
    decoder: Any = host_decoder(checkpoint.decoder, 1, length, dtype, checkpoint.prefix_tokens)
    delay = checkpoint.delay
    rows: list[list[tuple[float, bool, bool]]] = [[] for _ in range(delay.codebooks)]
    for tape in tapes:
        decoder.admit(0, tape.states, tape.guided)
        numbers = torch.from_numpy(uniforms(tape.piece.seed, len(tape.steps), delay.codebooks))
        for at, step in enumerate(tape.steps):
            logits = decoder(step.tokens, [0], [step.position], [step.guidance])[0].float()
            frames = delay.frames_at(at)
            divergence, top1, drawn = differences(step.logits, logits, numbers[at], tape.piece)
            for codebook in ((frames >= 0) & (frames < tape.piece.steps)).nonzero()[0]:
                rows[codebook].append(
                    (float(divergence[codebook]), bool(top1[codebook]), bool(drawn[codebook]))
                )
    columns = [torch.tensor(codebook, dtype=torch.float64).mean(dim=0).tolist() for codebook in rows]
    return Fidelity(*map(list, zip(*columns, strict=True)))


def differences(
    expected: Tensor, logits: Tensor, numbers: Tensor, piece: Piece
) -> tuple[Tensor, Tensor, Tensor]:
    """Compare logits (codebooks, vocabulary): divergence [nats], same likeliest token, same token drawn.

    `numbers` are the random numbers (codebooks,) that draw. Each result is shaped (codebooks,).
    """
    ours, theirs = expected.double().log_softmax(-1), logits.double().log_softmax(-1)
    divergence = (ours.exp() * (ours - theirs)).sum(-1)
    top1 = expected.argmax(-1) == logits.argmax(-1)
    tokens = [draw(one, numbers, piece.top_k, piece.temperature) for one in (expected, logits)]
    return divergence, top1, tokens[0] == tokens[1]


def measure(
    subject: Subject,
    dtypes: Sequence[str],
    pieces: Sequence[Piece],
    threads: int,
    progress: Callable[[str], None],
) -> dict[str, Fidelity]:
    """Return the fidelity of each of `dtypes`, by its name and what computes it; one is loaded at a time."""
    progress(f"{len(pieces)} pieces of {pieces[0].seconds:g} s in {REFERENCE} …")
    use_threads(threads, compiled=False)
    tapes = record(subject.checkpoint(), pieces)

    def one(dtype: str) -> tuple[str, Fidelity]:
        checkpoint = subject.checkpoint()
        use_threads(threads, is_compiled(checkpoint.decoder, dtype))
        name = f"{dtype} by {kernel_of(checkpoint.decoder, dtype)}"
        progress(f"The same tokens in {name} …")
        return name, compare(checkpoint, dtype, tapes)

    return dict(one(dtype) for dtype in dtypes)


def table(results: dict[str, Fidelity]) -> str:
    """Return the results as a table of a line for each format and measure, a column for each codebook."""
    count = len(next(iter(results.values())).top1)
    lines = [f"{'by codebook':42}" + "".join(f"{number + 1:>9}" for number in range(count)) + f"{'mean':>9}"]
    for format_, fidelity in results.items():
        for name, values, form in (
            ("divergence [nats]", fidelity.divergence, ".4f"),
            ("same top-1", fidelity.top1, ".1%"),
            ("same draw", fidelity.drawn, ".1%"),
        ):
            mean = sum(values) / len(values)
            lines.append(f"{format_:24}{name:18}" + "".join(f"{value:>9{form}}" for value in [*values, mean]))
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Measure as the command line says. Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench fidelity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--checkpoint", default=SHIPPED, help=f"folder, hub name, {', '.join(SHAPES)} (%(default)s)"
    )
    parser.add_argument("--dtypes", nargs="+", choices=DTYPES, default=DTYPES)
    parser.add_argument(
        "--prompts", type=int, default=8, help=f"number of pieces, 1 to {len(PRESETS)} (%(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=10.0, help=f"length of each, 0.2 to {MAX_SECONDS:g} (%(default)g)"
    )
    parser.add_argument("--threads", type=int, default=1, help="(%(default)s)")
    parser.add_argument("--json", type=Path, default=Path("var/fidelity.json"))
    options = parser.parse_args(arguments)

    if not 1 <= options.prompts <= len(PRESETS):
        parser.error(f"--prompts takes 1 to {len(PRESETS)}")
    if not 0.2 <= options.seconds <= MAX_SECONDS:
        parser.error(f"--seconds takes 0.2 to {MAX_SECONDS:g}")

    prompts = PRESETS[: options.prompts]
    pieces = [Piece(prompt, options.seconds, seed) for seed, prompt in enumerate(prompts)]
    name = str(SHIPPED_FOLDER) if options.checkpoint == SHIPPED else options.checkpoint
    progress = partial(print, file=sys.stderr)
    try:
        results = measure(subject_of(name, "cpu"), options.dtypes, pieces, options.threads, progress)
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\n{options.checkpoint}, {len(pieces)} pieces of {options.seconds:g} s, against {REFERENCE}")
    print(f"\n{table(results)}\n")
    figures = {
        "checkpoint": options.checkpoint,
        "seconds": options.seconds,
        "prompts": prompts,
        "machine": processor(),
        "versions": f"torch {torch.__version__}",
        "formats": {name: asdict(one) for name, one in results.items()},
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"The figures are in {options.json}.")
    return 0
