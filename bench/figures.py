"""All measurements of one checkpoint, and their table."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from statistics import median
from typing import Any, Final

import torch
import transformers

from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.cpu.host_decoder import is_compiled
from audio.musicgen.cpu.threads import use_threads
from audio.musicgen.cuda.runner import NoRoom
from audio.musicgen.engine_core import EngineCore
from audio.units import STEP_RATE
from bench.machine import processor, ticks
from bench.measures import (
    INTERVAL_SECONDS,
    CodecSplit,
    Plan,
    bandwidth,
    codec_again_seconds,
    codec_stream_seconds,
    first_chunk_seconds,
    generate_seconds,
    in_threads,
    interleaved,
    memory_bytes,
    piece_seconds,
    step_bytes,
)
from bench.subject import Subject

GENERATE: Final = "generate()"
"""The name of the baseline in tables and JSON."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of one checkpoint. Rates are steps (20 ms) a second; 50 are real time."""

    machine: str
    checkpoint: str
    versions: str
    stolen_share: float
    """The share of all processors' time that the host gave to other guests while work waited here."""
    seconds: float
    """Length of the pieces."""
    steps_a_second: dict[str, float]
    """A single piece with its sound, by weight type; and `generate()`."""
    decoder_steps_a_second: dict[str, float]
    """The same without the codec's time. Empty on CUDA, where codec and decoder run in parallel."""
    first_chunk_s: dict[str, float]
    batch_throughput: dict[str, dict[int, float]]
    """By weight type and batch size: seconds of sound made per second, all pieces together."""
    codec_s: dict[str, float]
    """Seconds of codec work for `codec_seconds` of sound."""
    codec_seconds: float
    bandwidth: float
    """Bytes a second."""
    bound: dict[str, float]
    """Upper bound [steps a second]: only reading weights and cache takes time."""
    memory_bytes: int
    """Peak memory: on a CPU of all types and the library's model together, on CUDA of that model alone."""
    batch_bytes: dict[str, dict[int, int]]
    """Peak CUDA memory while composing, by weight type and number of slots; empty elsewhere."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        baseline = self.steps_a_second[GENERATE]
        lines = [
            f"{self.checkpoint} on {self.machine}; {self.versions}",
            f"Pieces of {self.seconds:g} s, from prompt to levelled 48 kHz sound; medians, interleaved.",
            f"Other guests of the host took {self.stolen_share:.1%} of the processors' time meanwhile.",
            "",
            f"{'one piece alone':17}{'steps/s':>9}{'× real time':>13}{'× generate()':>14}{'of bound':>10}"
            f"{'first chunk':>13}{'no codec: steps/s':>19}{'× generate()':>14}",
        ]
        for name, steps in self.steps_a_second.items():
            part = f"{steps / self.bound[name]:.0%}" if name in self.bound else ""
            line = (
                f"{name:17}{steps:9.1f}{steps / STEP_RATE:13.2f}{steps / baseline:14.2f}{part:>10}"
                f"{self.first_chunk_s[name]:11.3f} s"
            )
            if decoder := self.decoder_steps_a_second:
                line += f"{decoder[name]:19.1f}{decoder[name] / decoder[GENERATE]:14.2f}"
            lines.append(line)
        counts = sorted({count for rates in self.batch_throughput.values() for count in rates})
        lines += [
            "",
            f"{'seconds of sound a second, by batch size':42}" + "".join(f"{n:8d}" for n in counts),
        ]
        lines += [
            f"{name:42}" + "".join(f"{rates[n]:8.2f}" if n in rates else f"{'–':>8}" for n in counts)
            for name, rates in self.batch_throughput.items()
        ]
        if self.batch_bytes:
            lines += ["", "peak memory by number of slots, GiB"]
        lines += [
            f"{name:42}" + "".join(f"{taken[n] / 2**30:8.1f}" if n in taken else f"{'–':>8}" for n in counts)
            for name, taken in self.batch_bytes.items()
        ]
        stream, again = self.codec_s.values()
        lines += [
            "",
            f"codec, {self.codec_seconds:g} s in intervals of {INTERVAL_SECONDS:g} s: {stream:.2f} s; "
            f"decoding again each time: {again:.2f} s, {again / stream:.1f} times as long",
            f"memory bandwidth {self.bandwidth / 1e9:.1f} GB/s; peak memory "
            f"{self.memory_bytes / 2**20:,.0f} MiB, by "
            + ("the library's own model" if self.batch_bytes else "all of the above together"),
        ]
        return "\n".join(lines)


@dataclass(slots=True)
class _Engines:
    """Results of the engine, by weight type."""

    seconds: dict[str, float]
    """Seconds for a single piece; and for `generate()`."""
    first_chunk_s: dict[str, float]
    batch_throughput: dict[str, dict[int, float]]
    batch_bytes: dict[str, dict[int, int]] = field(default_factory=dict)
    seconds_without_codec: dict[str, float] = field(default_factory=dict)


def measure(subject: Subject, dtypes: list[str], plan: Plan, progress: Callable[[str], None]) -> Figures:
    """Measure the engine with each of `dtypes`, and `generate()` as the baseline."""
    began = ticks()

    @cache
    def library() -> tuple[Checkpoint, Any]:
        """Load the library's model only when needed, so that it takes no GPU memory from the engine."""
        progress("Loading the library's own model …")
        return subject.checkpoint(), subject.baseline()

    def generate() -> float:
        first, baseline = library()
        return in_threads(plan.threads, False, partial(generate_seconds, baseline, first, plan.seconds))()

    def generate_split() -> CodecSplit:
        return CodecSplit(generate, library()[1].audio_encoder)

    engines = _measure_one_by_one if torch.device(subject.device).type == "cuda" else _measure_in_turn
    results = engines(subject, dtypes, plan, generate_split, progress)
    first, baseline = library()
    taken = memory_bytes(first.device)
    progress("The codec …")
    codec = interleaved(
        1,
        {
            "stream": in_threads(
                plan.threads, True, partial(codec_stream_seconds, first, plan.codec_seconds)
            ),
            "again": in_threads(
                plan.threads,
                False,
                partial(codec_again_seconds, baseline, first, plan.codec_seconds, plan.codec_samples),
            ),
        },
    )
    rate = bandwidth(first.device)
    steps = plan.seconds * STEP_RATE
    return Figures(
        machine=torch.cuda.get_device_name() if first.device.type == "cuda" else processor(),
        checkpoint=first.name,
        versions=f"torch {torch.__version__}, transformers {transformers.__version__}, "
        f"{plan.threads} thread{'s' * (plan.threads != 1)}",
        stolen_share=ticks().stolen_share_since(began),
        seconds=plan.seconds,
        steps_a_second={name: steps / seconds for name, seconds in results.seconds.items()},
        decoder_steps_a_second={
            name: steps / seconds for name, seconds in results.seconds_without_codec.items()
        },
        first_chunk_s=results.first_chunk_s | {GENERATE: results.seconds[GENERATE]},
        batch_throughput=results.batch_throughput,
        codec_s=codec,
        codec_seconds=plan.codec_seconds,
        bandwidth=rate,
        bound={dtype: rate / sum(step_bytes(first, dtype, plan.seconds)) for dtype in results.first_chunk_s},
        memory_bytes=taken,
        batch_bytes=results.batch_bytes,
    )


def _measure_in_turn(
    subject: Subject,
    dtypes: list[str],
    plan: Plan,
    generate_split: Callable[[], CodecSplit],
    progress: Callable[[str], None],
) -> _Engines:
    """Measure all types interleaved, round after round."""
    slots = max(plan.batch_sizes)
    use_threads(plan.threads, compiled=True)
    cores = {dtype: EngineCore(subject.checkpoint(), slots, plan.seconds, dtype) for dtype in dtypes}

    def threaded(dtype: str, measure: Callable[[], float]) -> Callable[[], float]:
        return in_threads(plan.threads, is_compiled(cores[dtype].checkpoint.decoder, dtype), measure)

    progress("One piece alone …")
    alone = {
        dtype: CodecSplit(threaded(dtype, partial(piece_seconds, core, plan.seconds)), core.checkpoint.codec)
        for dtype, core in cores.items()
    } | {GENERATE: generate_split()}
    taken = interleaved(plan.rounds, alone)
    progress("The first chunk …")
    chunks = interleaved(
        plan.rounds,
        {
            dtype: threaded(dtype, partial(first_chunk_seconds, core, plan.seconds))
            for dtype, core in cores.items()
        },
    )
    batch_throughput: dict[str, dict[int, float]] = {dtype: {} for dtype in cores}
    for count in plan.batch_sizes:
        progress(f"{count} at once …")
        batch: dict[str, Callable[[], float]] = {
            dtype: threaded(dtype, partial(piece_seconds, core, plan.seconds, count))
            for dtype, core in cores.items()
        }
        for dtype, seconds in interleaved(1, batch).items():
            batch_throughput[dtype][count] = count * plan.seconds / seconds
    # without the warm-up round
    without = {name: median(measure.without_codec[1:]) for name, measure in alone.items()}
    return _Engines(taken, chunks, batch_throughput, seconds_without_codec=without)


def _measure_one_by_one(
    subject: Subject,
    dtypes: list[str],
    plan: Plan,
    generate_split: Callable[[], CodecSplit],
    progress: Callable[[str], None],
) -> _Engines:
    """Measure each type with each number of slots by itself.

    A device steps all slots at once and has no memory for several engines. Batch sizes above the first that
    does not fit are left out.
    """
    results = _Engines({}, {}, {dtype: {} for dtype in dtypes}, {dtype: {} for dtype in dtypes})
    for dtype in dtypes:
        for count in plan.batch_sizes:
            progress(f"{dtype}, {count} at once …")
            _free_memory()
            try:
                _measure_batch(results, subject, dtype, count, plan)
            except (NoRoom, torch.OutOfMemoryError) as error:
                progress(f"It does not fit: {error}")
                break
    _free_memory()
    progress("The library's own loop …")
    results.seconds |= interleaved(plan.rounds, {GENERATE: generate_split()})
    return results


def _measure_batch(results: _Engines, subject: Subject, dtype: str, count: int, plan: Plan) -> None:
    """Measure one type with `count` slots; the first time also with a single piece in them."""
    core = EngineCore(subject.checkpoint(), count, plan.seconds, dtype)
    _free_memory()  # used by loading, in float32
    if dtype not in results.seconds:
        alone = partial(piece_seconds, core, plan.seconds)
        results.seconds |= interleaved(plan.rounds, {dtype: alone})
        chunk = partial(first_chunk_seconds, core, plan.seconds)
        results.first_chunk_s |= interleaved(plan.rounds, {dtype: chunk})
    batch = partial(piece_seconds, core, plan.seconds, count)
    seconds = interleaved(1, {dtype: batch})[dtype]
    results.batch_throughput[dtype][count] = count * plan.seconds / seconds
    results.batch_bytes[dtype][count] = memory_bytes(core.checkpoint.device)


def _free_memory() -> None:
    """Free unused memory and reset the peak counter."""
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
