"""One run: all measurements on one checkpoint, and the table they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import torch
import transformers

from audio.musicgen.composer import Composer
from audio.units import STEP_RATE
from bench.machine import processor
from bench.measures import (
    INTERVAL_SECONDS,
    Plan,
    bandwidth,
    codec_again_seconds,
    codec_stream_seconds,
    first_chunk_seconds,
    generate_seconds,
    interleaved,
    memory_bytes,
    piece_seconds,
    step_bytes,
)
from bench.subject import Subject

GENERATE = "generate()"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured. Rates count steps of 20 ms a second; 50 are real time."""

    machine: str
    checkpoint: str
    versions: str
    seconds: float
    """Length of the pieces."""
    steps_a_second: dict[str, float]
    """One piece alone with its sound, by type of the matrices; and what `generate()` makes."""
    first_chunk_s: dict[str, float]
    houses: dict[str, dict[int, float]]
    """By type and number of pieces at once: seconds of sound made in a second, all together."""
    codec_s: dict[str, float]
    """Seconds of codec work for a piece of `codec_seconds`."""
    codec_seconds: float
    bandwidth: float
    """Bytes a second."""
    bound: dict[str, float]
    """Steps a second if nothing took time but reading weights and cache."""
    memory_bytes: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        peer = self.steps_a_second[GENERATE]
        lines = [
            f"{self.checkpoint} on {self.machine}; {self.versions}",
            f"Pieces of {self.seconds:g} s, from words to levelled 48 kHz sound; medians, all in turn.",
            "",
            f"{'one piece alone':24}{'steps/s':>10}{'× real time':>13}{'× generate()':>14}{'of bound':>10}"
            f"{'first chunk':>13}",
        ]
        for name, steps in self.steps_a_second.items():
            part = f"{steps / self.bound[name]:.0%}" if name in self.bound else ""
            lines.append(
                f"{name:24}{steps:10.0f}{steps / STEP_RATE:13.2f}{steps / peer:14.2f}{part:>10}"
                f"{self.first_chunk_s[name]:11.3f} s"
            )
        counts = list(next(iter(self.houses.values())))
        lines += [
            "",
            f"{'seconds of sound a second, pieces at once':42}" + "".join(f"{n:8d}" for n in counts),
        ]
        lines += [
            f"{name:42}" + "".join(f"{made:8.2f}" for made in rates.values())
            for name, rates in self.houses.items()
        ]
        stream, again = self.codec_s.values()
        lines += [
            "",
            f"codec, {self.codec_seconds:g} s in intervals of {INTERVAL_SECONDS:g} s: {stream:.2f} s; "
            f"decoding again each time: {again:.2f} s, {again / stream:.1f} times as long",
            f"memory bandwidth {self.bandwidth / 1e9:.1f} GB/s; most memory taken "
            f"{self.memory_bytes / 2**20:,.0f} MiB, with all of the above loaded",
        ]
        return "\n".join(lines)


def measured(subject: Subject, dtypes: list[str], plan: Plan, tell: Callable[[str], None]) -> Figures:
    """Measure the engine with each of `dtypes`, and its peer."""
    tell("Loading …")
    slots = max(plan.houses)
    composers = {dtype: Composer(subject.checkpoint(), slots, plan.seconds, dtype) for dtype in dtypes}
    first = next(iter(composers.values())).checkpoint
    tell(f"{first.name}, and the library's own model …")
    peer = subject.peer()
    generate = partial(generate_seconds, peer, first, plan.seconds)

    tell("One piece alone …")
    alone: dict[str, Callable[[], float]] = {
        dtype: partial(piece_seconds, composer, plan.seconds) for dtype, composer in composers.items()
    }
    taken = interleaved(plan.rounds, alone | {GENERATE: generate})
    tell("The first chunk …")
    chunks = interleaved(
        plan.rounds,
        {name: partial(first_chunk_seconds, composer, plan.seconds) for name, composer in composers.items()},
    )
    houses: dict[str, dict[int, float]] = {dtype: {} for dtype in composers}
    for count in plan.houses:
        tell(f"{count} at once …")
        house: dict[str, Callable[[], float]] = {
            dtype: partial(piece_seconds, composer, plan.seconds, count)
            for dtype, composer in composers.items()
        }
        for dtype, seconds in interleaved(1, house).items():
            houses[dtype][count] = count * plan.seconds / seconds
    tell("The codec …")
    codec = interleaved(
        1,
        {
            "stream": partial(codec_stream_seconds, first, plan.codec_seconds),
            "again": partial(codec_again_seconds, peer, first, plan.codec_seconds, plan.codec_samples),
        },
    )
    rate = bandwidth(first.device)
    return Figures(
        machine=torch.cuda.get_device_name() if first.device.type == "cuda" else processor(),
        checkpoint=first.name,
        versions=f"torch {torch.__version__}, transformers {transformers.__version__}, "
        f"{torch.get_num_threads()} threads",
        seconds=plan.seconds,
        steps_a_second={name: plan.seconds * STEP_RATE / seconds for name, seconds in taken.items()},
        first_chunk_s=chunks | {GENERATE: taken[GENERATE]},
        houses=houses,
        codec_s=codec,
        codec_seconds=plan.codec_seconds,
        bandwidth=rate,
        bound={dtype: rate / sum(step_bytes(first, dtype, plan.seconds)) for dtype in composers},
        memory_bytes=memory_bytes(first.device),
    )
